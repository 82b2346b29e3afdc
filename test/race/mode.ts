/** All races of one mode, and what `verify` says of the database after them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOf, differing, verified } from '../support/verified.ts'
import { arenaOf } from './arena.ts'
import { BOUNDARIES } from './boundaries.ts'
import { type Left, race } from './race.ts'
import { type Manner, MODES } from './rules.ts'

/** A statement that is held open until the batch has ended is another case only while there is a batch to come. */
const MANNERS: readonly Manner[] = ['at once', 'held open']

/** Boundaries by name, separated by commas: for a look at some of them only. */
const ONLY = process.env['MOTHBALL_TEST_BOUNDARIES']?.split(',')

const boundaries = BOUNDARIES.filter(({ name }) => ONLY?.includes(name) ?? true)

export function raceMode(name: string): void {
  const mode = MODES.find((each) => each.name === name)
  if (mode === undefined) throw new Error(`no mode ${name}`)
  test(`whatever is written at any moment of a batch comes to what the rules say (foreign keys: ${name})`, {
    timeout: 180_000,
  }, async (t) => {
    const arena = await arenaOf(t, mode)
    const left: Left[] = []
    for (const boundary of boundaries)
      for (const manner of MANNERS) {
        if (manner === 'held open' && boundary.phase === 'after') continue
        await t.test(`at ${boundary.name}, ${manner}`, async () => {
          left.push(await race(arena, boundary, manner))
        })
      }
    const sum = (of: (each: Left) => number) => left.reduce((total, each) => total + of(each), 0)
    t.diagnostic(`${sum((each) => each.pairs)} pairs`)
    const [late, both] = [sum((each) => each.late), sum((each) => each.both)]
    const verification = await verified(arena.center)
    assert.deepEqual(differing(verification), [
      ...(both > 0 ? ['one_side'] : []),
      ...(late > 0 ? ['orphans', 'appendix_b_orphans'] : []),
    ])
    assert.match(checkOf(verification, 'one_side').detail, new RegExp(`\\b${both} rows? on both sides`))
    assert.match(checkOf(verification, 'orphans').detail, new RegExp(`\\b${late} left behind, 0 torn`))
  })
}
