/** The way home, and what proves afterwards that nothing was lost. */
import type { Mutant } from './mutant.ts'

const RESTORE_MOVE = 'src/sql/restore-move.sql.ts'
const ORPHANS = 'src/sql/verify-orphans.sql.ts'
const ORPHAN_CHECK = 'src/engine/verify/verify-orphans.ts'
const VERIFY = 'test/integration/verify.test.ts'
const CONFLICTS = 'test/integration/restore-conflicts.test.ts'

const uncompared = { file: 'src/engine/restore/restore-batch.ts', find: 'if (isSame) return', put: 'return' }

export const PROOF_MUTANTS: readonly Mutant[] = [
  {
    without: "a restore's delete from the archive",
    patches: [
      {
        file: RESTORE_MOVE,
        within: 'leaveArchiveSql',
        find: 'inKeys(ROW, shape.key, leaving.rows, shape)}',
        put: 'inKeys(ROW, shape.key, leaving.rows, shape)} and false',
      },
      uncompared,
    ],
    killedBy: {
      file: 'test/integration/restore.test.ts',
      tests: ['a customer comes home with all that is his, unchanged (foreign keys: none)'],
    },
  },
  {
    without: "a restore's comparison of both sides",
    patches: [uncompared],
    killedBy: {
      file: 'test/integration/restore-values.test.ts',
      tests: ['generated columns are computed again and compared with what was stored'],
    },
  },
  {
    without: "a restore's refusal to pass over a key that is taken",
    patches: [
      {
        file: RESTORE_MOVE,
        within: 'comeHomeSql',
        find: 'returning ${rowHash',
        put: 'on conflict do nothing returning ${rowHash',
      },
      uncompared,
    ],
    killedBy: {
      file: CONFLICTS,
      tests: ['a customer whose key is in use stays, the active row is not touched, the others come home'],
    },
  },
  {
    without: 'the look for conflicts before a restore',
    patches: [
      {
        file: 'src/engine/restore/archived-rows.ts',
        within: 'findConflicts',
        find: 'statement === null ?',
        put: 'statement !== undefined ?',
      },
    ],
    killedBy: { file: CONFLICTS, tests: ['a value in a column that the home table has lost is never dropped'] },
  },
  {
    without: 'the hashes that restored rows leave behind',
    patches: [
      { file: 'src/sql/journal/departure.sql.ts', within: 'departuresSql', find: 'seal is not null', put: 'false' },
    ],
    killedBy: {
      file: 'test/integration/restore.test.ts',
      tests: ['two visits to the archive never collide, and verify is clean after each'],
    },
  },
  {
    without: "every column in a row's seal",
    patches: [
      { file: 'src/sql/seal.sql.ts', within: 'sealHash', find: '[...columns,', put: '[...columns.slice(0, 1),' },
    ],
    killedBy: {
      file: 'test/integration/seal.test.ts',
      tests: ['a seal is SHA-256 over the SHA-256 of each exact text in key order, as anyone can compute it'],
    },
  },
  {
    without: 'the true count of a run that was killed',
    patches: [
      {
        file: 'src/engine/run/work-on.ts',
        find: 'await closeAbandonedRuns(engine, work.policy, work.started.run)',
        put: '',
      },
    ],
    killedBy: {
      file: 'test/crash/killed-run.test.ts',
      tests: ['a run killed at batch-recorded loses nothing, and the next one closes it with true counts'],
    },
  },
  {
    without: 'NOT EXISTS in the search for orphans: NOT IN',
    patches: [
      {
        file: ORPHANS,
        within: 'withoutParent',
        find: 'sql`not ${inTable(link, parentOf(family, link).shape.name)}`',
        put: "sql`${column(CHILD, link.columns[0] ?? '')} not in (select ${id(link.references[0] ?? '')} from only ${table(parentOf(family, link).shape.name)})`",
      },
    ],
    killedBy: {
      file: 'test/integration/other-tables.test.ts',
      tests: ['a row that was left behind is found though another subject has no number to refer to'],
    },
  },
  {
    without: 'the baseline of orphans',
    patches: [
      {
        file: ORPHAN_CHECK,
        within: 'recordOrphanBaseline',
        find: 'recordBaselineSql(subject, name, nowhere)',
        put: 'recordBaselineSql(subject, name, nowhere * 0)',
      },
    ],
    killedBy: {
      file: VERIFY,
      tests: ['what belonged to nobody before the first run is known, and only what came since differs'],
    },
  },
  {
    without: 'a baseline that is taken once',
    patches: [
      { file: ORPHAN_CHECK, within: 'recordOrphanBaseline', find: 'if (baselines.has(name)) continue', put: '' },
      {
        file: ORPHANS,
        within: 'recordBaselineSql',
        find: 'do nothing',
        put: 'do update set orphans = excluded.orphans',
      },
    ],
    killedBy: {
      file: VERIFY,
      tests: ['the baseline is taken once: a later run does not excuse new orphans'],
    },
  },
]
