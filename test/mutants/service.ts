/** Who may do what, what is done once, and what cannot be told otherwise afterwards. */
import type { Mutant } from './mutant.ts'

const SESSIONS = 'test/http/sessions.test.ts'
const BAD_REQUESTS = 'test/http/bad-requests.test.ts'
const AUDIT = 'test/integration/audit.test.ts'
const AUTH = 'src/http/auth.ts'

export const SERVICE_MUTANTS: readonly Mutant[] = [
  {
    without: 'one audit entry at a time',
    patches: [
      {
        file: 'src/sql/journal/audit.sql.ts',
        within: 'auditLockSql',
        find: 'select pg_catalog.pg_advisory_xact_lock(7206171912834019)',
        put: 'select 1',
      },
    ],
    killedBy: { file: AUDIT, tests: ['entries that are written at once make one chain without a gap'] },
  },
  {
    without: 'the hash of what an audit entry says',
    patches: [
      {
        file: 'src/core/chain.ts',
        within: 'linkFault',
        find: 'entryHash(entry.previous, entry) !== entry.hash',
        put: 'entry.hash === entry.previous',
      },
    ],
    killedBy: { file: AUDIT, tests: ['an edited entry is found and named, by verify too'] },
  },
  {
    without: 'the link of an audit entry to the one before it',
    patches: [
      { file: 'src/core/chain.ts', within: 'linkFault', find: 'entry.previous === last.hash', put: 'entry.previous' },
    ],
    killedBy: { file: AUDIT, tests: ['an entry that was edited with its hash no longer is what the next one follows'] },
  },
  {
    without: 'the signature of a checkpoint',
    patches: [
      {
        file: 'src/core/checkpoint.ts',
        within: 'checkpointFault',
        find: 'return isSigned ? null',
        put: 'return isSigned !== undefined ? null',
      },
    ],
    killedBy: {
      file: AUDIT,
      tests: [
        'over a pruned chain an entry that was edited, removed or inserted is found, and a checkpoint that was touched',
      ],
    },
  },
  {
    without: 'the second person of a purge',
    patches: [
      {
        file: 'src/engine/cold/purge.ts',
        within: 'requirePlan',
        find: 'isSamePerson(plan.plannedBy, run.actor)',
        put: 'plan.plannedBy === null',
      },
    ],
    killedBy: {
      file: 'test/http/retention.test.ts',
      tests: ['an export and a purge are started, watched and proven over HTTP; one person alone destroys nothing'],
    },
  },
  {
    without: 'the comparison of a key with its hash',
    patches: [
      {
        file: 'src/engine/credentials.ts',
        within: 'principalOf',
        find: 'found !== null && isRight',
        put: 'found !== null',
      },
    ],
    killedBy: { file: BAD_REQUESTS, tests: ['without a key, or with a wrong one, nobody comes in'] },
  },
  {
    without: 'the end of a key, and of its sessions',
    patches: [
      { file: 'src/sql/journal/api-key.sql.ts', within: 'keyCredentialSql', find: 'and k.revoked_at is null', put: '' },
      {
        file: 'src/sql/journal/api-key.sql.ts',
        within: 'sessionCredentialSql',
        find: 'and k.revoked_at is null',
        put: '',
      },
    ],
    killedBy: { file: SESSIONS, tests: ['a revoked key ends at once, its sessions too, and its name is free again'] },
  },
  {
    without: 'the right that a role needs',
    patches: [{ file: AUTH, within: 'allow', find: 'if (!mayDo(role, right))', put: 'if (right === undefined)' }],
    killedBy: {
      file: BAD_REQUESTS,
      tests: ['a role that has no right is refused by the server, and that stands in the audit log'],
    },
  },
  {
    without: "a session's counterpart that no other site knows",
    patches: [
      {
        file: AUTH,
        within: 'authenticate',
        find: "if (credential.kind === 'session') requireCsrfToken(c, credential.text)",
        put: '',
      },
    ],
    killedBy: { file: SESSIONS, tests: ['a change with a session needs the token that the sign-in answered'] },
  },
  {
    without: 'one request for an Idempotency-Key',
    patches: [
      {
        file: 'src/sql/journal/idempotency.sql.ts',
        within: 'claimRequestSql',
        find: 'where i.begun_at < clock_timestamp() - make_interval(hours => ${HOURS}::integer)',
        put: '',
      },
    ],
    killedBy: {
      file: 'test/http/idempotency.test.ts',
      tests: ['a repeated Idempotency-Key gets the first answer, and moves nobody more'],
    },
  },
  {
    without: 'the look whether a repeated request asks for the same',
    patches: [
      {
        file: 'src/engine/idempotency.ts',
        within: 'claimRequest',
        find: 'fingerprint !== request.fingerprint',
        put: "fingerprint === ''",
      },
    ],
    killedBy: { file: 'test/http/idempotency.test.ts', tests: ['the same key with another body is refused'] },
  },
  {
    without: 'a slot that belongs to its run',
    patches: [
      {
        file: 'src/sql/journal/run.sql.ts',
        within: 'takeSlotSql',
        find: 'where slot.run_id is null returning',
        put: 'returning',
      },
    ],
    killedBy: { file: 'test/integration/run-guards.test.ts', tests: ['a slot is taken once'] },
  },
  {
    without: 'a duration that the log can hold, whatever the clock did',
    patches: [
      {
        file: 'src/sql/journal/span.sql.ts',
        find: 'least(${MOST_MS}, greatest(0, round(extract(epoch from ${to} - ${from}) * 1000)))::integer',
        put: '(round(extract(epoch from ${to} - ${from}) * 1000) + 0 * ${MOST_MS})::bigint',
      },
    ],
    killedBy: {
      file: 'test/integration/leased-run.test.ts',
      tests: ['a run during which the clock is set, far on or back, is closed with a time that the log can hold'],
    },
  },
]
