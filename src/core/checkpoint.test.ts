import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { auditSchema, signingKeyOf, trustedKeysOf } from './audit-schema.ts'
import { GENESIS } from './chain.ts'
import { type Checkpoint, type CheckpointDraft, checkpointFault, signatureOf } from './checkpoint.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const SIGNING = { id: '2026', key: privateKey }
const KEYS = new Map([['2026', publicKey]])
const DRAFT: CheckpointDraft = {
  first: 1,
  last: 40,
  entries: 40,
  previous: GENESIS.hash,
  head: 'ab'.repeat(32),
  prunedAt: '2026-11-26 02:00:00+00',
  prunedBy: 'thandi',
  reason: 'two years are over',
  keyId: '2026',
}
const signed = (draft: CheckpointDraft, id: number): Checkpoint => ({
  ...draft,
  id,
  signature: signatureOf(draft, SIGNING),
})
const first = signed(DRAFT, 1)
const second = signed({ ...DRAFT, first: 41, last: 50, entries: 10, previous: DRAFT.head, head: 'cd'.repeat(32) }, 2)

test('a checkpoint that says what was signed, and begins where the one before ends, is right', () => {
  assert.equal(checkpointFault(undefined, first, KEYS), null)
  assert.equal(checkpointFault(first, second, KEYS), null)
})

test('whatever is changed in it is found, by its links or by its signature', () => {
  const other = { first: 2, last: 41, entries: 39, previous: 'ee'.repeat(32), head: 'ee'.repeat(32) }
  const words = { prunedAt: '2026-11-27 02:00:00+00', prunedBy: 'sipho', reason: 'x' }
  for (const [field, value] of Object.entries({ ...other, ...words }))
    assert.notEqual(checkpointFault(undefined, { ...first, [field]: value }, KEYS), null, field)
  const longer = { ...first, last: 41, entries: 41 }
  assert.deepEqual(checkpointFault(undefined, longer, KEYS), { id: 1, kind: 'checkpoint_forged' })
  assert.deepEqual(checkpointFault(undefined, second, KEYS), { id: 2, kind: 'checkpoint_unlinked' })
  const foreign = {
    ...DRAFT,
    signature: signatureOf(DRAFT, { ...SIGNING, key: generateKeyPairSync('ed25519').privateKey }),
  }
  assert.deepEqual(checkpointFault(undefined, { ...foreign, id: 1 }, KEYS), { id: 1, kind: 'checkpoint_forged' })
  for (const signature of ['', 'x', first.signature.slice(4)])
    assert.deepEqual(checkpointFault(undefined, { ...first, signature }, KEYS)?.kind, 'checkpoint_forged')
})

test('under a key that nobody knows nothing is proven; where signatures are not asked for, links are', () => {
  assert.deepEqual(checkpointFault(undefined, first, new Map()), { id: 1, kind: 'key_unknown' })
  assert.equal(checkpointFault(undefined, { ...first, signature: '' }, null), null)
})

test('keys come from the configuration as PEM of Ed25519, and nothing else is taken', () => {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const old = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const options = auditSchema.parse({ signing: { keyId: '2026', privateKey: pem }, publicKeys: { 2025: old } })
  assert.equal(signingKeyOf(options)?.id, '2026')
  const trusted = trustedKeysOf(options)
  assert.deepEqual([...trusted.keys()].toSorted(), ['2025', '2026'])
  assert.equal(checkpointFault(undefined, first, trusted), null)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const wrong = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  for (const privateKey of ['', 'key', wrong, old])
    assert.equal(auditSchema.safeParse({ signing: { keyId: '2026', privateKey } }).success, false)
  assert.equal(
    auditSchema.safeParse({ publicKeys: { 2025: rsa.publicKey.export({ type: 'spki', format: 'pem' }) } }).success,
    false,
  )
  assert.equal(auditSchema.safeParse({ heads: '../elsewhere' }).success, false)
})
