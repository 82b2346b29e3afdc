/** What each error means for the rows. A code without words does not compile. */
import type { ErrorCode } from '../../src/core/errors/index.ts'

const UNTOUCHED = 'Nothing was touched.'
const WHOLE = 'Batches that committed stand; the open one was rolled back.'

export const ERROR_WORDS: Readonly<Record<ErrorCode, string>> = {
  config_not_found: UNTOUCHED,
  config_ambiguous: UNTOUCHED,
  config_unreadable: UNTOUCHED,
  config_invalid: UNTOUCHED,
  variable_unset: UNTOUCHED,
  file_unreadable: UNTOUCHED,
  database_url_missing: UNTOUCHED,
  policy_unknown: UNTOUCHED,
  database_unknown: UNTOUCHED,
  database_ambiguous: UNTOUCHED,
  policy_ambiguous: UNTOUCHED,
  option_invalid: UNTOUCHED,
  confirmation_missing: UNTOUCHED,
  nothing_to_propose: UNTOUCHED,
  customer_unknown: UNTOUCHED,
  declined: UNTOUCHED,
  usage_invalid: UNTOUCHED,
  channel_unknown: UNTOUCHED,
  notify_missing: UNTOUCHED,
  not_told: 'No run is touched by it; it is tried again.',
  file_exists: UNTOUCHED,
  unexpected: `${WHOLE} A run without an end is closed by the next one.`,
  database_unreachable: 'Nothing was touched, or as for `connection_lost` when a run had begun.',
  connection_lost:
    'Batches that committed stand; the open one is whole or not there at all. When the answer to a COMMIT was lost, ' +
    'the journal was asked first, for up to a minute. The next run goes on.',
  statement_failed:
    'The transaction was rolled back. As the code of a failure: this subject alone stays, with all that is his, in ' +
    'quarantine until it is retried.',
  privilege_missing: 'The transaction was rolled back; a run ends with what had committed.',
  server_too_old: UNTOUCHED,
  server_not_primary: UNTOUCHED,
  fsync_off: UNTOUCHED,
  journal_missing: UNTOUCHED,
  journal_outdated: UNTOUCHED,
  journal_newer: UNTOUCHED,
  erasure_held: UNTOUCHED,
  erasure_active: UNTOUCHED,
  erasure_kept: UNTOUCHED,
  erasure_shared: UNTOUCHED,
  erasure_cold: UNTOUCHED,
  identifying_invalid: UNTOUCHED,
  nothing_identifying: UNTOUCHED,
  redaction_refused: 'All of it was rolled back; the person is whole.',
  erasure_unconfirmed: UNTOUCHED,
  erasure_busy: 'All of it was rolled back; the person is whole.',
  erasure_differs: 'All of it was rolled back; the person is whole.',
  plan_refused: UNTOUCHED,
  guard_exceeded: UNTOUCHED,
  confirm_mismatch: UNTOUCHED,
  outside_window: UNTOUCHED,
  already_running: 'This command touched nothing; the other run goes on.',
  policy_paused: UNTOUCHED,
  run_over: UNTOUCHED,
  slot_taken: UNTOUCHED,
  lease_lost: `${WHOLE} The run that took over goes on, and closes this one.`,
  shapes_changed: WHOLE,
  sides_differ:
    'The batch was rolled back. As the code of a failure: this subject alone stays, in quarantine until it is retried.',
  commit_refused: WHOLE,
  too_many_failures: `${WHOLE} Those that failed are in quarantine, each with its reason.`,
  probe_failed: 'The run goes on; the reading is kept as failed.',
  not_found: UNTOUCHED,
  request_invalid: UNTOUCHED,
  json_invalid: UNTOUCHED,
  cursor_invalid: UNTOUCHED,
  key_missing: UNTOUCHED,
  key_invalid: UNTOUCHED,
  role_missing: UNTOUCHED,
  cross_site: UNTOUCHED,
  csrf_missing: UNTOUCHED,
  route_unknown: UNTOUCHED,
  dashboard_missing: UNTOUCHED,
  method_not_allowed: UNTOUCHED,
  body_too_large: UNTOUCHED,
  changed_meanwhile: UNTOUCHED,
  media_type: UNTOUCHED,
  idempotency_mismatch: UNTOUCHED,
  stopping: UNTOUCHED,
  key_name_taken: UNTOUCHED,
  keys_missing: UNTOUCHED,
  address_unusable: UNTOUCHED,
  idempotency_busy: 'This request touched nothing; the first one goes on.',
  too_many_requests: UNTOUCHED,
  run_broke_off: WHOLE,
  already_gone: 'Nothing was touched, and no hold was set.',
  cold_missing: 'A command needs cold files, and the configuration has no section `cold` with a folder or a bucket.',
  cold_store_failed: 'The folder or the bucket refused a file: no room, no right, no connection, a name that is taken.',
  cold_desk_failed:
    'Files are made and proven in the folder for temporary files, two sets at a time, before the store has them: that folder is full.',
  cold_store_refused:
    'The bucket did not take our keys, or does not let them do this. Its own word for it stands in the message.',
  cold_not_kept:
    'A file that was read back after an export holds other rows than the server sent. Nothing is recorded.',
  cold_file_missing: 'A file that the journal or a manifest names is not in the store.',
  cold_file_differs: 'A file was cut off, changed, exchanged or put back from another time: its hash is another one.',
  cold_key_missing: 'The file was encrypted under a key that is no longer in `cold.encryption.keys`.',
  cold_column_taken: 'A table has a column named as one of the two that cold files add.',
  cold_columns_alike: 'Two columns of a table differ in case alone.',
  cold_shape_differs: 'An archive table lacks a column of the cold file, or has it with another type.',
  purge_no_basis: 'Purging is off until somebody records by what right rows are destroyed.',
  purge_same_person: 'Whoever planned a purge tried to carry it out.',
  purge_count_differs: 'The number that was confirmed is not the one that the plan names.',
  purge_outdated:
    'The legal basis that the plan was made on was withdrawn, the policy keeps for another time than it did then, or the plan is from a time that is still to come.',
  purge_closed: 'The plan was carried out before.',
  audit_key_missing: 'Pruning the audit log leaves a signed checkpoint, and the configuration has no `audit.signing`.',
  audit_differs:
    'Before entries of the audit log are pruned its whole chain is walked: one of them was edited, removed or inserted, or a checkpoint was touched.',
  audit_empty: 'A head is asked for, and nothing was ever changed.',
  audit_heads_missing:
    'A head is to be noted, and the configuration has neither `audit.heads` nor a place for cold files.',
  audit_head_unwritten: 'The folder in `audit.heads` cannot be written: a service, or `audit publish`, noted no head.',
  audit_head_unreadable:
    '`audit verify` holds the log against the heads in `audit.heads`, and cannot read one of them.',
}

/** Codes of failures that are no errors of a command: they stand beside a subject in the journal. */
export const FAILURE_WORDS: Readonly<Record<string, string>> = {
  archive_key_taken:
    'The archive has the key of one of his rows already, so the copy would collide. Look at both rows; remove or rename one.',
  two_owners:
    'One of his rows belongs to another subject as well (an instalment of one customer in a plan of another), so neither ' +
    'can move whole. Correct the reference.',
}
