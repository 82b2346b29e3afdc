/**
 * What each role may do with the journal: nobody deletes, nobody rewrites what was once written, and columns that say
 * who did what, and when, are written once. A table that is not listed is not for that role.
 */
import { type Grant, onFunction, onSchema, onSequence, onTable, type RoleName, updating } from './grant.ts'

const SCHEMA = 'mothball'

/** What a role does with one table; reading is part of each. */
type Use = Readonly<{ insert?: true; update?: readonly string[] }>

const READ: Use = {}
const WRITE: Use = { insert: true }

/** What a run or a restore says of itself at its end. */
const OUTCOME = ['ended_at', 'status', 'stop_reason', 'error', 'archived', 'restored', 'failed', 'skipped', 'details']
const PLANNED = ['active', 'candidates', 'eligible', 'kept']
/** What somebody asks of a run that goes on. */
const ASKED = ['asked', 'asked_by', 'asked_reason', 'asked_at']
/** Of a set of cold files that was written again. */
const REPLACED = [
  'store',
  'manifest',
  'manifest_sha256',
  'key_id',
  'families',
  'rows',
  'bytes',
  'first_key',
  'last_key',
]
const LEASE: Use = {
  insert: true,
  update: ['epoch', 'owner', 'run_id', 'backend_pid', 'backend_start', 'heartbeat_at'],
}

const READING: Readonly<Record<string, Use>> = {
  migration: READ,
  run: READ,
  batch: READ,
  seal: READ,
  seal_refusal: READ,
  departure: READ,
  failure: READ,
  lease: READ,
  keep_until: READ,
  hold: READ,
  homecoming: READ,
  orphan_baseline: READ,
  audit: READ,
  audit_checkpoint: READ,
  stage: READ,
  schedule: READ,
  slot: READ,
  lane: READ,
  reveal: READ,
  notice: READ,
  delivery: READ,
  run_told: READ,
  probe: READ,
  size: READ,
  erasure: READ,
  erasure_request: READ,
  cold_file: READ,
  cold_family: READ,
  cold_removal: READ,
  legal_basis: READ,
  purge: READ,
  purge_family: READ,
  sign_off: READ,
}

/** Beside what a reader may, except for the purger, who is none. */
const USES: Readonly<Record<RoleName, Readonly<Record<string, Use>>>> = {
  reader: READING,
  archiver: {
    policy_version: WRITE,
    run: { insert: true, update: [...PLANNED, ...OUTCOME, ...ASKED] },
    slot: { insert: true, update: ['state', 'reason', 'run_id', 'missed_at', 'noticed_at'] },
    schedule: { insert: true, update: ['cron', 'zone', 'seen_until'] },
    stage: { insert: true, update: ['stage', 'reason', 'actor', 'since'] },
    lane: {
      insert: true,
      update: ['owner', 'reserved', 'became_active', 'locked', 'stop_reason', 'error', 'swept', 'ended_at'],
    },
    audit: WRITE,
    lease: LEASE,
    notice: { insert: true, update: ['closed_at'] },
    delivery: { insert: true, update: ['state', 'attempts', 'next_at', 'claimed_until', 'sent_at', 'problem'] },
    run_told: WRITE,
    probe: WRITE,
    size: WRITE,
    // Who serves the API; keys themselves are made and revoked by the owner of the journal.
    api_key: { update: ['last_used_at'] },
    session: { insert: true, update: ['ended_at'] },
    reveal: WRITE,
    idempotency: { insert: true, update: ['status', 'headers', 'body', 'begun_at'] },
    batch: WRITE,
    seal: WRITE,
    seal_refusal: WRITE,
    failure: { insert: true, update: ['resolved_at', 'resolution'] },
    orphan_baseline: WRITE,
    // An export.
    cold_file: WRITE,
    cold_family: WRITE,
    cold_removal: { update: ['removed_at'] },
    sign_off: { insert: true, update: ['withdrawn_by', 'withdrawn_at', 'withdraw_reason'] },
  },
  restorer: {
    policy_version: WRITE,
    run: { insert: true, update: OUTCOME },
    departure: WRITE,
    audit: WRITE,
    keep_until: { insert: true, update: ['until', 'reason', 'actor', 'run_id', 'set_at'] },
    hold: { insert: true, update: ['released_by', 'released_at', 'release_reason'] },
    // A recall.
    lease: LEASE,
    cold_family: { update: ['state', 'returned_by'] },
  },
  purger: {
    migration: READ,
    policy_version: WRITE,
    run: { insert: true, update: OUTCOME },
    lease: LEASE,
    batch: READ,
    seal: READ,
    seal_refusal: READ,
    departure: WRITE,
    audit: WRITE,
    hold: READ,
    failure: READ,
    cold_file: READ,
    cold_family: { update: ['state', 'purged_by', 'returned_by', 'contacts', 'contact_key'] },
    // Recorded by the owner of the journal: whoever destroys does not say by what right.
    legal_basis: READ,
    purge: { insert: true, update: ['state', 'run_id', 'carried_out_by', 'certificate', 'certificate_sha256'] },
    purge_family: { insert: true, update: ['outcome'] },
  },
  eraser: {
    policy_version: WRITE,
    run: { insert: true, update: OUTCOME },
    lease: LEASE,
    departure: WRITE,
    audit: WRITE,
    erasure: WRITE,
    // What is left of a de-identified family is a batch of its own, and sealed.
    batch: WRITE,
    seal: WRITE,
    seal_refusal: WRITE,
    erasure_request: { insert: true, update: ['subject_key', 'reason', 'closed_at', 'closed_by', 'outcome'] },
    // What names a person, and nothing that counts.
    failure: { update: ['subject_key', 'resolved_at', 'resolution'] },
    hold: { update: ['subject_key', 'reason', 'release_reason'] },
    keep_until: { update: ['subject_key', 'reason'] },
    reveal: { update: ['subject_key', 'reason'] },
    // A set without him takes the place of the one that had him.
    cold_file: { update: REPLACED },
    cold_family: { update: ['subject_key', 'contacts', 'contact_key', 'state'] },
    cold_removal: { insert: true, update: ['removed_at'] },
    idempotency: { update: ['begun_at', 'status', 'headers', 'body'] },
  },
}

/** Objects of the journal that no table's use tells. */
const OTHERS: Readonly<Record<RoleName, readonly Grant[]>> = {
  reader: [onSchema(SCHEMA)],
  archiver: [
    // The fence of every batch takes the batch's number from it.
    ...onSequence(`${SCHEMA}.batch_id_seq`, 'USAGE'),
    onFunction(`${SCHEMA}.fingerprint(oid[])`),
    onFunction(`${SCHEMA}.drop_answers()`),
  ],
  restorer: [
    // The fence of a recall takes a number, as that of a batch does.
    ...onSequence(`${SCHEMA}.batch_id_seq`, 'USAGE'),
    onFunction(`${SCHEMA}.fingerprint(oid[])`),
    onFunction(`${SCHEMA}.take_back(text, text[], bigint[], bigint[])`),
  ],
  // The fence takes a number, as that of a batch does.
  eraser: [...onSequence(`${SCHEMA}.batch_id_seq`, 'USAGE'), onFunction(`${SCHEMA}.fingerprint(oid[])`)],
  purger: [
    onSchema(SCHEMA),
    ...onSequence(`${SCHEMA}.batch_id_seq`, 'USAGE'),
    onFunction(`${SCHEMA}.fingerprint(oid[])`),
  ],
}

export const journalGrants = (role: RoleName): readonly Grant[] => [
  ...OTHERS[role],
  ...Object.entries(USES[role]).flatMap(([table, { insert, update = [] }]) => {
    const name = { schema: SCHEMA, table }
    return [...onTable(name, 'SELECT', ...(insert ? ['INSERT'] : [])), ...updating(name, update)]
  }),
]
