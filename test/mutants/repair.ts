/** What finds and mends afterwards: sweep, reconciliation, and the seal that is refused. */
import type { Mutant } from './mutant.ts'

const TWINS = 'src/sql/twins.sql.ts'
const SWEEP = 'test/integration/sweep.test.ts'
const RECONCILE = 'test/integration/reconcile.test.ts'

export const REPAIR_MUTANTS: readonly Mutant[] = [
  {
    without: 'the sweep after each batch',
    patches: [
      {
        file: 'src/engine/run/sweeping.ts',
        find: 'afterBatch: (batch) => sweepBatch(sweeping, batch)',
        put: 'afterBatch: () => Promise.resolve()',
      },
    ],
    killedBy: {
      file: SWEEP,
      tests: [
        'a row that an agent writes while the batch is open is found right after it: restore',
        'a row that an agent writes while the batch is open is found right after it: follow',
      ],
    },
  },
  {
    without: 'the sweep at the end of a run',
    patches: [
      {
        file: 'src/engine/run/work-on.ts',
        within: 'sweepLast',
        find: 'if (sweeping !== null &&',
        put: 'if (sweeping === undefined &&',
      },
    ],
    killedBy: {
      file: SWEEP,
      tests: ['a late row of a customer whom an older run archived is found at the end of the next run'],
    },
  },
  {
    without: "the look whether a late row is somebody else's as well",
    patches: [
      {
        file: 'src/sql/late.sql.ts',
        within: 'isOutside',
        find: 'then false else true end',
        put: 'then false else false end',
      },
    ],
    killedBy: {
      file: SWEEP,
      tests: ['a row that belongs to another customer as well moves nobody, and keeps no other family'],
    },
  },
  {
    without: 'the comparison of twins by every column',
    patches: [
      {
        file: TWINS,
        within: 'isEqual',
        find: 'sql`not ${isDifferent(name)}`',
        put: 'sql`(not ${isDifferent(name)} or true)`',
      },
    ],
    killedBy: {
      file: RECONCILE,
      tests: ['twins that differ by anything both stay, and the columns are named without a value'],
    },
  },
  {
    without: 'the look at twins after they were locked, and their lock',
    patches: [
      { file: TWINS, within: 'lockTwinsSql', find: 'for update of h, a skip locked', put: '' },
      {
        file: 'src/engine/reconcile/mend-rows.ts',
        within: 'mendTwinsOf',
        find: 'Number(count) !== keys.count || ',
        put: '',
      },
    ],
    killedBy: {
      file: RECONCILE,
      tests: ['a row that an agent writes to between look and mend is no equal twin any more'],
    },
  },
  {
    without: 'the family that still needs an active copy',
    patches: [
      { file: TWINS, within: 'canLeaveActive', find: '...children.map((child) => sql`not ${child}`)', put: '' },
    ],
    killedBy: {
      file: RECONCILE,
      tests: [
        'an active copy that an active row needs does not go: nothing is left without its parent (on delete cascade)',
      ],
    },
  },
  {
    without: 'the comparison by value before a seal',
    patches: [
      {
        file: 'src/sql/journal/seal.sql.ts',
        within: 'judgedSql',
        find: "or s.value = (b.tables->${name}->>'digest')::bigint)",
        put: 'or true)',
      },
    ],
    killedBy: {
      file: 'test/integration/seal-refusal.test.ts',
      tests: [
        'what was edited before the seal gets none, and is named: a letter of a customer',
        'a row that was edited before it left keeps its batch from being sealed',
      ],
    },
  },
]
