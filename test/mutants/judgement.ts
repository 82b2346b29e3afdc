/** Who may move: eligibility, judged when, by which moment and rules, and how many at the most. */
import { killedByRace, type Mutant } from './mutant.ts'

const ELIGIBILITY = 'src/sql/eligibility.sql.ts'
const MOVE = 'src/sql/move.sql.ts'
const RUN = 'test/integration/run.test.ts'
const GUARDS = 'test/integration/run-guards.test.ts'

export const JUDGEMENT_MUTANTS: readonly Mutant[] = [
  {
    without: 'the re-check of the keep rules under locks',
    patches: [{ file: MOVE, within: 'copySubjectsSql', find: '    notKept.where,\n', put: '' }],
    killedBy: {
      file: 'test/integration/run-concurrency.test.ts',
      tests: ['an AOD that becomes active after the scan keeps the customer (foreign keys: none)'],
    },
  },
  {
    without: 'the re-check of the age, in the lock and in the copy',
    patches: [
      { file: MOVE, within: 'copySubjectsSql', find: '    candidateSql(judgement),\n', put: '' },
      { file: 'src/sql/lock.sql.ts', within: 'lockSubjectsSql', find: 'candidateSql(judgement), ', put: '' },
    ],
    killedBy: killedByRace('none', 'batch-begun'),
  },
  {
    without: 'the strictness of the cutoff',
    patches: [{ file: ELIGIBILITY, within: 'candidateSql', find: '${value} < ', put: '${value} <= ' }],
    killedBy: {
      file: RUN,
      tests: ['the cutoff is strict: a row of exactly that moment stays, one a microsecond older goes'],
    },
  },
  {
    without: 'one moment for the whole run',
    patches: [
      {
        file: 'src/engine/run/work.ts',
        within: 'judgementOf',
        find: 'moment: started.moment',
        put: 'get moment() { return new Date().toISOString() }',
      },
    ],
    killedBy: {
      file: 'test/integration/batch-safeties.test.ts',
      tests: ['who comes of age while a run is at work stays until the next one'],
    },
  },
  {
    without: 'the rule that doubts a NULL or infinite age',
    patches: [{ file: ELIGIBILITY, within: 'candidateSql', find: 'and ${isFiniteSql(value, shape)}', put: '' }],
    killedBy: { file: RUN, tests: ['an age that is NULL or infinite never moves'] },
  },
  {
    without: 'the rule that a hold keeps',
    patches: [
      { file: ELIGIBILITY, within: 'holdRule', find: 'journalSays(judgement, rows, where)', put: "raw('false')" },
    ],
    killedBy: {
      file: 'test/integration/hold.test.ts',
      tests: [
        'a held customer stays, and goes when the hold is released',
        'a hold set before the batch locks its rows wins',
      ],
    },
  },
  {
    without: 'the rule that a restore keeps',
    patches: [{ file: ELIGIBILITY, within: 'restoredRule', find: 'j.until > ', put: 'false and j.until > ' }],
    killedBy: {
      file: 'test/integration/restore.test.ts',
      tests: ['a restored customer stays through the next night, until the policy’s days are over'],
    },
  },
  {
    without: 'the quarantine',
    patches: [{ file: ELIGIBILITY, within: 'quarantinedSql', find: 'j.resolved_at is null', put: 'false' }],
    killedBy: {
      file: 'test/integration/run-failures.test.ts',
      tests: ['a quarantined customer is skipped and counted until someone has looked'],
    },
  },
  {
    without: 'the guard',
    patches: [{ file: 'src/core/plan.ts', within: 'exceedsGuard', find: 'plan.guard', put: 'Infinity' }],
    killedBy: { file: GUARDS, tests: ['a run above the guard asks for the number, and moves nothing without it'] },
  },
  {
    without: 'the ceiling of what was confirmed',
    patches: [
      {
        file: 'src/engine/run/move-eligible.ts',
        within: 'moveEligible',
        find: 'taken + keys.count > room',
        put: 'false',
      },
    ],
    killedBy: { file: GUARDS, tests: ['what becomes eligible after the number was confirmed does not ride along'] },
  },
  {
    without: 'the stop for a cause that fails everything',
    patches: [{ file: 'src/engine/run/outcome.ts', find: 'this.#failed >= MANY_FAILURES', put: 'false' }],
    killedBy: {
      file: 'test/integration/run-failures.test.ts',
      tests: ['a cause that fails everything stops the run instead of quarantining the table'],
    },
  },
]
