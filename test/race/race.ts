/**
 * One race: a batch of one customer for each operation, all of which are started at one boundary of it. Every pair is
 * held against the rules, every acknowledged row is looked for, and the run's counts against what was moved.
 */
import assert from 'node:assert/strict'
import type { RunResult } from '../../src/core/run.ts'
import type { Arena } from './arena.ts'
import { type Reply, runBeside } from './beside.ts'
import type { Boundary } from './boundaries.ts'
import { type Found, findRows, Ledger } from './ledger.ts'
import { type Case, OPERATIONS } from './operations.ts'
import { expected, type Manner, type Mode, type Outcome, type Place } from './rules.ts'

/** What `verify` must find of a race later: parents that rows which stayed behind have lost, and customers on both sides. */
export type Left = Readonly<{ pairs: number; late: number; both: number }>

export async function race(arena: Arena, boundary: Boundary, manner: Manner): Promise<Left> {
  const { center, mode } = arena
  const cases = await arena.cases(OPERATIONS.filter((each) => manner === 'at once' || 'statement' in each))
  const owners = [...new Set(cases.flatMap(({ customer, colleague }) => [customer, colleague]))]
  const ledger = new Ledger(await findRows(center.db.query, owners))
  const { result, replies } = await runBeside(arena, cases, { boundary, manner })
  for (const reply of replies) acknowledge(ledger, reply, mode)
  const found = await findRows(center.db.query, owners)
  const wanted = cases.map(({ operation }) => expected(operation, { boundary, manner, mode }))
  assert.deepEqual(
    told(
      cases,
      replies.map((reply) => outcomeOf(reply, found)),
    ),
    told(cases, wanted),
  )
  const both = cases.filter((_about, index) => wanted[index]?.place === 'both')
  assert.deepEqual(ledger.differences(found, new Set(both.map(({ customer }) => `customer ${customer}`))), [])
  assert.deepEqual(accountOf(result), {
    status: 'success',
    archived: wanted.filter(({ moved }) => moved).length,
    failed: 0,
    locked: 0,
  })
  const missed = cases.map(({ operation }, index) => (wanted[index]?.late ? (operation.parents ?? 1) : 0))
  return { pairs: cases.length, late: missed.reduce((sum, each) => sum + each, 0), both: both.length }
}

function acknowledge(ledger: Ledger, { about, answer, written }: Reply, { deletes }: Mode): void {
  ledger.acknowledge(written)
  if (deletes === 'family' && about.operation.leaves === 'gone' && answer === 'done') ledger.forget(about.customer)
}

const told = (cases: readonly Case[], outcomes: readonly Outcome[]): Readonly<Record<string, string>> =>
  Object.fromEntries(cases.map(({ operation }, index) => [operation.name, lineOf(outcomes[index])]))

const lineOf = (outcome: Outcome | undefined): string =>
  outcome === undefined
    ? 'never happened'
    : `${outcome.waited ? 'waits, ' : ''}${outcome.answer}; then ${outcome.place}${outcome.late ? ', a row stayed behind' : ''}`

function outcomeOf({ about, answer, waited }: Reply, found: readonly Found[]): Outcome {
  const his = found.filter(({ owner }) => owner === about.customer)
  const isOn = (side: Found['side']) => his.some((row) => row.table === 'customer' && row.side === side)
  const place = placeOf(isOn('active'), isOn('archive'))
  return { waited, answer, place, late: isTorn(his, place) }
}

const placeOf = (active: boolean, archive: boolean): Place =>
  active && archive ? 'both' : active ? 'active' : archive ? 'archive' : 'gone'

/** A related row lies on another side than he does; somebody whose key was written again left his rows in the archive. */
const isTorn = (his: readonly Found[], place: Place): boolean =>
  his.some(({ table, side }) => table !== 'customer' && side !== (place === 'both' ? 'archive' : place))

const accountOf = ({ status, archived, failed, skippedBecause }: RunResult) => ({
  status,
  archived,
  failed,
  locked: skippedBecause['locked'] ?? 0,
})
