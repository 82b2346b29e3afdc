/** What makes a batch one thing: its owner, its shapes, both sides compared, its COMMIT known. */
import { killedByRace, type Mutant } from './mutant.ts'

const MOVE_BATCH = 'src/engine/run/move-batch.ts'
const SIDES = 'src/engine/run/sides.ts'
const LEASE = 'src/sql/journal/lease.sql.ts'
const SESSION = 'src/sql/session.sql.ts'
const COMMIT = 'src/engine/commit.ts'
const SAFETIES = 'test/integration/batch-safeties.test.ts'
const CONCURRENCY = 'test/integration/run-concurrency.test.ts'
const EXPECTED_WHOLE = 'test/integration/expected-whole.test.ts'
const WRITES = 'test/integration/agent-writes.test.ts'

export const TRANSACTION_MUTANTS: readonly Mutant[] = [
  {
    without: 'the comparison of counts',
    patches: [
      {
        file: SIDES,
        within: 'requireSameSides',
        find: 'deleted?.count === copied.count && deleted.digest',
        put: 'deleted?.digest',
      },
    ],
    killedBy: {
      file: SAFETIES,
      tests: ['a row that stays on both sides is found by its count alone where values are not compared'],
    },
  },
  {
    without: 'the comparison of digests',
    patches: [{ file: SIDES, within: 'requireSameSides', find: ' && deleted.digest === copied.digest', put: '' }],
    killedBy: { file: SAFETIES, tests: ['a value that changes on the way rolls the batch back'] },
  },
  {
    without: 'the comparison of what was locked with what was copied',
    patches: [{ file: SIDES, within: 'requireSameSides', find: 'Number(copied.count) === expected && ', put: '' }],
    killedBy: {
      file: SAFETIES,
      tests: ['a row that was locked and then neither copied nor deleted rolls the batch back'],
    },
  },
  {
    without: 'related rows that go by their own locked keys',
    patches: [
      {
        file: 'src/engine/run/move-locked.ts',
        within: 'moveLocked',
        find: '(isWhole ? moveWhole : movePart)',
        put: 'movePart',
      },
      {
        file: 'src/sql/move.sql.ts',
        within: 'movableRows',
        find: '  inKeys(ROW, each.shape.key, locked, each.shape),\n',
        put: '',
      },
    ],
    killedBy: {
      file: CONCURRENCY,
      tests: ['a call that an agent logs between the locks and the copy does not ride along, and is not lost'],
    },
  },
  {
    without: 'another try of a batch that deleted before it heard who stays',
    patches: [{ file: 'src/engine/run/move-locked.ts', find: 'throw new NotAllDue()', put: 'void NotAllDue' }],
    killedBy: {
      file: EXPECTED_WHOLE,
      tests: ['a hold that comes after the scan keeps its row and no other one (values compared: true)'],
    },
  },
  {
    without: 'the question who stays, where rules may keep him',
    patches: [{ file: MOVE_BATCH, find: 'policy.keep.length > 0 || ', put: '' }],
    killedBy: {
      file: EXPECTED_WHOLE,
      tests: ['a policy with keep rules waits to hear who stays, and tries each batch once'],
    },
  },
  {
    without: 'the word of a connection that ended at ROLLBACK',
    patches: [
      {
        file: 'src/db/open-database.ts',
        find: '(await rollback(client)) ?? error',
        put: '(await rollback(client), error)',
      },
    ],
    killedBy: {
      file: EXPECTED_WHOLE,
      tests: [
        'a connection that ends while such a batch is sent back ends the run: its lease names the backend that is gone',
      ],
    },
  },
  {
    without: 'the fence of the lease',
    patches: [{ file: 'src/sql/lock.sql.ts', within: 'fenceSql', find: ' and epoch = ${epoch}::bigint', put: '' }],
    killedBy: { file: CONCURRENCY, tests: ['a batch whose lease was taken over moves nothing'] },
  },
  {
    without: 'the epoch that a takeover raises',
    patches: [{ file: LEASE, within: 'acquireLeaseSql', find: 'epoch = l.epoch + 1', put: 'epoch = l.epoch' }],
    killedBy: {
      file: SAFETIES,
      tests: ['an owner whose lease ran out between two batches moves nothing after somebody else was there'],
    },
  },
  {
    without: 'an end to who stands still while he takes the lease',
    patches: [
      { file: 'src/engine/run/lease.ts', within: 'leaseTransaction', find: 'idleMs } },', put: 'idleMs: 0 } },' },
    ],
    killedBy: {
      file: 'test/integration/leased-run.test.ts',
      tests: [
        'a sweep that stands still while it takes its lease keeps nobody from taking over',
        'a reconciliation that stands still while it takes its lease keeps nobody from taking over',
      ],
    },
  },
  {
    without: 'somebody who listens to a connection from its first moment on',
    patches: [
      {
        file: 'src/db/open-database.ts',
        within: 'listeningPool',
        find: "pool.on('connect', (client) => client.on('error', () => undefined))",
        put: '',
      },
    ],
    killedBy: {
      file: 'test/integration/open-database.test.ts',
      tests: ['a connection that is ended together with its welcome ends no program, and the next one works'],
    },
  },
  {
    without: 'the heartbeat',
    patches: [
      { file: 'src/engine/run/lease.ts', within: 'keepLease', find: 'setInterval(beat,', put: 'setInterval(() => {},' },
    ],
    killedBy: { file: SAFETIES, tests: ['the heart beats while a batch stands still'] },
  },
  {
    without: 'one owner at a time',
    patches: [{ file: LEASE, within: 'isFree', find: '(l.owner is null', put: '(true or l.owner is null' }],
    killedBy: killedByRace('none', 'batch-committed'),
  },
  {
    without: 'one run for a slot',
    patches: [
      {
        file: 'src/engine/run/run.ts',
        within: 'openRun',
        find: 'if (started === null) throw slotTaken(policy, options)',
        put: 'if (started === null) return openRun({ database }, policy, plan, { ...options, slot: null })',
      },
    ],
    killedBy: { file: 'test/integration/run-guards.test.ts', tests: ['a slot is taken once'] },
  },
  {
    without: 'the comparison of fingerprints',
    patches: [{ file: MOVE_BATCH, within: 'fenced', find: 'if (found !== fingerprints)', put: 'if (found === null)' }],
    killedBy: { file: CONCURRENCY, tests: ['a table that is changed between two batches stops the run'] },
  },
  {
    without: 'immediate constraints',
    patches: [{ file: SESSION, find: 'set constraints all immediate', put: 'set constraints all deferred' }],
    killedBy: {
      file: SAFETIES,
      tests: ['a deferred constraint speaks at its statement, and not when the batch has been written'],
    },
  },
  {
    without: 'row security off',
    patches: [{ file: SESSION, find: "row_security: 'off'", put: "row_security: 'on'" }],
    killedBy: { file: SAFETIES, tests: ['a policy that hides rows is an error, and not a smaller count'] },
  },
  {
    without: 'a durable COMMIT',
    patches: [{ file: SESSION, find: "  synchronous_commit: 'on',\n", put: '' }],
    killedBy: {
      file: SAFETIES,
      tests: ['a batch is on disk when its COMMIT is answered, whatever the database or the role prefers'],
    },
  },
  {
    without: "a look at COMMIT's answer",
    patches: [{ file: 'src/db/open-database.ts', find: "if (answer !== 'COMMIT')", put: "if (answer === '')" }],
    killedBy: { file: SAFETIES, tests: ['a COMMIT that the server answers with ROLLBACK is not taken for one'] },
  },
  {
    without: 'the question what became of a COMMIT: taken for done',
    patches: [{ file: COMMIT, find: '!(await didCommit(engine, last.question, error))', put: 'false' }],
    killedBy: { file: WRITES, tests: ['a COMMIT of a batch that never happened is not taken for one'] },
  },
  {
    without: 'the question what became of a COMMIT: taken for lost',
    patches: [{ file: COMMIT, find: '!(await didCommit(engine, last.question, error))', put: 'true' }],
    killedBy: {
      file: WRITES,
      tests: ['a COMMIT of a batch whose answer was lost counts when the journal has it'],
    },
  },
  {
    without: 'another look at a COMMIT that came through while it was looked for',
    patches: [{ file: COMMIT, find: ' && (!isCommitted || wasCommitted)', put: '' }],
    killedBy: {
      file: WRITES,
      tests: [
        'one that commits while it is looked for is found by the next look; whose number another has now did not',
      ],
    },
  },
]
