/** What a batch locks, and whom it passes by. */
import { killedByRace, type Mutant } from './mutant.ts'

const LOCK = 'src/sql/lock.sql.ts'
const LOCK_RELATED = 'src/engine/run/lock-related.ts'
const CONCURRENCY = 'test/integration/run-concurrency.test.ts'
const SAFETIES = 'test/integration/batch-safeties.test.ts'

export const LOCK_MUTANTS: readonly Mutant[] = [
  {
    without: 'the lock on the subjects',
    patches: [{ file: LOCK, within: 'lockSubjectsSql', find: 'for update skip locked', put: '' }],
    killedBy: killedByRace('none', 'subjects-locked'),
  },
  {
    without: 'a lock on the subjects that keeps references away as well',
    patches: [
      { file: LOCK, within: 'lockSubjectsSql', find: 'for update skip locked', put: 'for no key update skip locked' },
    ],
    killedBy: killedByRace('no action', 'subjects-locked'),
  },
  {
    without: 'passing by a subject that somebody holds',
    patches: [{ file: LOCK, within: 'lockSubjectsSql', find: 'for update skip locked', put: 'for update' }],
    killedBy: {
      file: CONCURRENCY,
      tests: ['a customer whom an agent holds waits, and is reported as locked when the agent never lets go'],
    },
  },
  {
    without: 'the lock on related rows',
    patches: [{ file: LOCK, within: 'lockRelatedSql', find: 'for update skip locked', put: '' }],
    killedBy: killedByRace('none', 'related-locked'),
  },
  {
    without: 'the comparison of related rows seen with those locked',
    patches: [{ file: LOCK_RELATED, find: 'Number(row.seen) <= keys.count', put: 'Number(row.seen) >= 0' }],
    killedBy: { file: CONCURRENCY, tests: ['a family of which an agent holds a related row waits whole'] },
  },
  {
    without: 'the look at families that share a row',
    patches: [{ file: LOCK_RELATED, find: "torn !== 'true'", put: "torn !== ''" }],
    killedBy: {
      file: 'test/integration/run-failures.test.ts',
      tests: ['an instalment of one customer in a plan of another keeps both families, and names them'],
    },
  },
  {
    without: 'the locks on the tables',
    patches: [{ file: LOCK, within: 'lockTablesSql', find: 'in row exclusive mode', put: 'in access share mode' }],
    killedBy: {
      file: SAFETIES,
      tests: ['nobody can alter a table, or its archive table, between the look at its shape and the first statement'],
    },
  },
  {
    without: "a hold's own lock on the customer",
    patches: [
      { file: 'src/sql/journal/hold.sql.ts', within: 'setHoldSql', find: 'shape)} for key share', put: 'shape)}' },
    ],
    killedBy: killedByRace('none', 'subjects-copied'),
  },
  {
    without: "the lock on a restore's rows in the archive",
    patches: [
      { file: 'src/sql/restore-move.sql.ts', within: 'lockArchivedSql', find: 'for update skip locked', put: '' },
    ],
    killedBy: { file: SAFETIES, tests: ['a restore has locked its rows in the archive before it looks at them'] },
  },
]
