/** The trigger that brings families home: what it locks, what it writes down, and whose names it looks up. */
import type { Mutant } from './mutant.ts'

const BRING = 'src/sql/homecoming/bring-home.sql.ts'
const ONE_WRITER = 'test/integration/homecoming.test.ts'
const CONCURRENCY = 'test/integration/homecoming-concurrency.test.ts'

export const HOMECOMING_MUTANTS: readonly Mutant[] = [
  {
    without: "the homecoming's own search path",
    patches: [
      {
        file: 'src/sql/homecoming/function.sql.ts',
        within: 'createFunctionSql',
        find: '    .map(([setting, value]) =>',
        put: "    .filter(([setting]) => setting !== 'search_path').map(([setting, value]) =>",
      },
    ],
    killedBy: {
      file: 'test/integration/homecoming-tables.test.ts',
      tests: ["what an agent puts into his search path is not called with the owner's rights"],
    },
  },
  {
    without: 'the lock on the row to which somebody refers',
    patches: [
      { file: 'src/sql/homecoming/guard.sql.ts', within: 'writeFunction', find: '} for key share)`', put: '})`' },
    ],
    killedBy: {
      file: CONCURRENCY,
      tests: ['a customer to whom somebody writes is locked as by a foreign key: the batch passes him by'],
    },
  },
  {
    without: 'waiting for a family that somebody else is bringing home',
    patches: [
      {
        file: BRING,
        within: 'gatherSql',
        find: "{ count: 1, arrays: asked }, 'wait'",
        put: '{ count: 1, arrays: asked }',
      },
    ],
    killedBy: { file: CONCURRENCY, tests: ['when the first of two gives up, the second brings him home'] },
  },
  {
    without: 'the keep-until of a homecoming',
    patches: [{ file: BRING, within: 'bringHomeFunction', find: 'keepUntilSql(policy, places),', put: '' }],
    killedBy: {
      file: ONE_WRITER,
      tests: ['a homecoming stands in the journal, and the next run keeps the customer'],
    },
  },
  {
    without: "the journal's row of a homecoming",
    patches: [
      {
        file: BRING,
        within: 'bringHomeFunction',
        find: 'runSql(scope, places),',
        put: "raw('until := pg_catalog.now(); run := (select pg_catalog.max(r.id) from mothball.run r);'),",
      },
    ],
    killedBy: {
      file: ONE_WRITER,
      tests: ['a homecoming stands in the journal, and the next run keeps the customer'],
    },
  },
  {
    without: 'the hash by value that a homecoming leaves behind',
    patches: [
      { file: BRING, within: 'leaveSql', find: 'columns: present, asText }', put: 'columns: present, asText: null }' },
    ],
    killedBy: {
      file: 'test/integration/seal-refusal.test.ts',
      tests: [
        'a family that came home by the trigger before the seal is no difference, and hides none',
        'values of every kind leave by the trigger what their batch is compared by',
      ],
    },
  },
  {
    without: 'the refusal of a row that is in the archive itself',
    patches: [
      {
        file: 'src/sql/homecoming/guard.sql.ts',
        within: 'refuseTwin',
        find: 'return sql`if $1 and exists',
        put: 'return sql`if false and $1 and exists',
      },
    ],
    killedBy: {
      file: ONE_WRITER,
      tests: [
        'a row that is in the archive itself is refused with the call that brings it home; then it can be written',
      ],
    },
  },
]
