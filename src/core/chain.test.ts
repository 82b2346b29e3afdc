import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AuditEntry, type ChainedEntry, entryHash, GENESIS, linkFault } from './chain.ts'

const ENTRY: AuditEntry = {
  actor: 'thandi',
  role: 'operator',
  action: 'hold.set',
  policy: 'nic-call-center',
  object: 'hold 7',
  reason: 'complaint',
  before: null,
  after: 'active',
  outcome: 'done',
}

function chainOf(entries: readonly AuditEntry[]): readonly ChainedEntry[] {
  const chain: ChainedEntry[] = []
  for (const entry of entries) {
    const { id, hash: previous } = chain.at(-1) ?? GENESIS
    const next = { ...entry, id: id + 1, at: `2026-11-25 02:00:0${id}+00` }
    chain.push({ ...next, previous, hash: entryHash(previous, next) })
  }
  return chain
}

const faultsOf = (chain: readonly ChainedEntry[]) =>
  chain.flatMap((entry, index) => linkFault(chain[index - 1] ?? GENESIS, entry) ?? [])

const chain = chainOf([ENTRY, { ...ENTRY, action: 'hold.release' }, { ...ENTRY, outcome: 'refused' }, ENTRY])

test('a chain as it was written has no fault', () => {
  assert.deepEqual(faultsOf(chain), [])
})

test('a changed word of any field is an edited entry, and is named', () => {
  const words = { at: 'x', actor: 'x', role: null, action: 'x', policy: null, object: 'x', reason: null } as const
  for (const [field, value] of Object.entries({ ...words, before: 'x', after: null, outcome: 'refused' as const })) {
    const edited = chain.map((each) => (each.id === 2 ? { ...each, [field]: value } : each))
    assert.deepEqual(faultsOf(edited), [{ id: 2, kind: 'edited' }], field)
  }
})

test('an entry that was edited and hashed anew breaks the link of its follower', () => {
  const rehashed = chain.map((each) => {
    if (each.id !== 2) return each
    const { previous, hash: _old, ...rest } = { ...each, actor: 'nobody' }
    return { ...rest, previous, hash: entryHash(previous, rest) }
  })
  assert.deepEqual(faultsOf(rehashed), [{ id: 3, kind: 'unlinked' }])
})

test('a gap is seen at the entry behind it, and a lost beginning at the first that is left', () => {
  assert.deepEqual(faultsOf(chain.filter(({ id }) => id !== 2)), [{ id: 3, kind: 'missing' }])
  assert.deepEqual(faultsOf(chain.slice(1)), [{ id: 2, kind: 'missing' }])
})

test('no two entries have the same hash by moving a text from one field into the next', () => {
  const text = fc.string({ maxLength: 4 })
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      const hash = (actor: string, action: string) =>
        entryHash(GENESIS.hash, { ...ENTRY, actor, action, id: 1, at: '2026-11-25 02:00:00+00' })
      assert.equal(hash(a, b) === hash(c, d), a === c && b === d)
    }),
  )
})

const FIELDS = ['at', 'actor', 'action', 'object', 'reason', 'after', 'previous', 'hash'] as const
const LONG = chainOf(Array.from({ length: 60 }, (_none, index) => ({ ...ENTRY, object: `hold ${index}` })))

/** What somebody does to a log, at a place of it: the log afterwards. */
const TAMPERINGS: Readonly<Record<string, (at: number, field: (typeof FIELDS)[number]) => readonly ChainedEntry[]>> = {
  'flips a bit': (at, field) =>
    LONG.map((each, index) => {
      const text = each[field] ?? ''
      const flipped = String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1)
      return index === at ? { ...each, [field]: `${text.slice(0, -1)}${flipped}` } : each
    }),
  // The end alone can be cut off unseen; a head that was noted tells of that.
  removes: (at) => LONG.filter((_each, index) => index !== Math.min(at, LONG.length - 2)),
  'inserts, and numbers anew': (at) =>
    [...LONG.slice(0, at), forged(at), ...LONG.slice(at)].map((each, index) => ({ ...each, id: index + 1 })),
  'replaces by one with a hash of its own': (at) =>
    LONG.map((each, index) => (index === Math.min(at, LONG.length - 2) ? forged(index) : each)),
  'exchanges two': (at) => {
    const first = Math.min(at, LONG.length - 2)
    return [...LONG.slice(0, first), ...LONG.slice(first, first + 2).toReversed(), ...LONG.slice(first + 2)]
  },
}

/** It follows the one before it, and its hash is right: whoever slips it in knows how the chain is made. */
function forged(at: number): ChainedEntry {
  const { id, hash: previous } = LONG[at - 1] ?? GENESIS
  const entry = { ...ENTRY, actor: 'nobody', id: id + 1, at: '2026-11-25 02:00:00+00' }
  return { ...entry, previous, hash: entryHash(previous, entry) }
}

test('a bit flipped, an entry removed, inserted, replaced or exchanged at 1,000 random places is found 1,000 times', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(TAMPERINGS)),
      fc.nat({ max: LONG.length - 1 }),
      fc.constantFrom(...FIELDS),
      (what, at, field) => {
        const faults = faultsOf(TAMPERINGS[what]?.(at, field) ?? LONG)
        assert.notEqual(faults.length, 0, `${what} at ${at} (${field})`)
        // The first fault is where the hand was, or the entry behind it.
        assert.ok(Math.abs((faults[0]?.id ?? 0) - at - 1) <= 1, `${what} at ${at} (${field}): entry ${faults[0]?.id}`)
      },
    ),
    { numRuns: 1_000 },
  )
})
