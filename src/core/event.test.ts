import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ArchiveEvent, describe } from './event.ts'
import { NOTHING_SWEPT } from './late.ts'

const RESULT = {
  run: 7,
  policy: 'orders',
  status: 'partial',
  dryRun: false,
  archived: 5,
  failed: 1,
  skipped: 2,
  eligible: 8,
  cutoff: '',
  batches: 1,
  related: {},
  skippedBecause: {},
  durationMs: 3,
  stopReason: 'nothing_eligible',
  late: NOTHING_SWEPT,
  error: null,
} as const

const EVENTS: readonly (readonly [ArchiveEvent, string])[] = [
  [
    { kind: 'run-started', run: 7, policy: 'orders', eligible: 8, dryRun: false },
    'run 7 of orders started: 8 eligible',
  ],
  [
    { kind: 'run-started', run: 7, policy: 'orders', eligible: 8, dryRun: true },
    'dry run 7 of orders started: 8 eligible',
  ],
  [
    { kind: 'batch-moved', run: 7, batch: 3, subjects: 5, rows: 25, durationMs: 4 },
    'batch 3: 5 moved with 20 related rows in 4 ms',
  ],
  [
    { kind: 'batch-retried', run: 7, sqlstate: '40P01', attempt: 2 },
    'a batch was rolled back (SQLSTATE 40P01) and is tried again, attempt 2',
  ],
  [{ kind: 'subjects-failed', run: 7, code: 'two_owners', count: 1, keys: ['5521'] }, '1 could not move: two_owners'],
  [{ kind: 'pass-started', run: 7, pass: 1, waiting: 2 }, 'pass 1: 2 were locked by others and are tried again'],
  [{ kind: 'run-reconciled', run: 6, archived: 4 }, 'run 6 had ended without a word and was closed: 4 archived'],
  [{ kind: 'late-found', run: 7, rows: 3, families: 2 }, '3 late related rows of 2 archived families are found'],
  [
    { kind: 'late-restored', run: 7, restore: 8, families: 2 },
    '2 families came home for their late rows, by restore 8',
  ],
  [{ kind: 'late-followed', run: 7, batch: 9, rows: 3 }, 'batch 9: 3 late rows moved after their families'],
  [
    { kind: 'subjects-returned', run: 7, count: 1, keys: ['5521'] },
    '1 are both active and archived: `mothball reconcile` compares them',
  ],
  [
    { kind: 'sweep-left-out', run: 7, rows: 4_000_000 },
    "4000000 rows are too many to be swept at a run's end: `mothball sweep` does it",
  ],
  [
    { kind: 'not-swept', run: 7, code: 'connection_lost' },
    'a sweep broke off (connection_lost); the next run sweeps again',
  ],
  [{ kind: 'mended', run: 7, what: 'equal twins', table: 'orders', rows: 2 }, 'orders: 2 mended (equal twins)'],
  [{ kind: 'sealed', run: 7, batches: 1 }, '1 batches are sealed'],
  [
    { kind: 'seal-refused', run: 7, batches: 1 },
    '1 batches get no seal, because their rows are not those that moved: `mothball verify` names them',
  ],
  [
    { kind: 'not-logged', run: 7, code: 'privilege_missing' },
    'run 7 is not in the public log (privilege_missing); the journal has it',
  ],
  [{ kind: 'vacuumed', run: 7, table: 'orders' }, 'orders is vacuumed: its space can be used again'],
  [
    { kind: 'not-vacuumed', run: 7, table: 'orders' },
    'orders was not vacuumed: its owner has to do it, or grant MAINTAIN',
  ],
  [
    { kind: 'not-tidied', run: 7, code: 'connection_lost' },
    'sealing or vacuuming broke off (connection_lost); the next run does it',
  ],
  [
    { kind: 'run-ended', result: RESULT },
    'run 7 ended partial: 5 archived, 1 failed, 2 skipped; nothing eligible is left',
  ],
]
for (const [event, sentence] of EVENTS)
  test(`${event.kind} is told as "${sentence}"`, () => assert.equal(describe(event), sentence))

test("a customer's key is never told", () => {
  for (const [event] of EVENTS) assert.doesNotMatch(describe(event), /5521/)
})
