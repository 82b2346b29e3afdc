/** What stands in the way of pruning the audit log, or of noting its head. */
import { EXIT, errorTable } from './error.ts'

export const auditErrors = errorTable({
  audit_key_missing: {
    message: () => 'the configuration has no key that signs what pruning leaves',
    hint: () => 'Make one with `openssl genpkey -algorithm ed25519`, and name it in audit.signing.',
    exit: EXIT.usage,
    http: 409,
  },
  audit_differs: {
    message: ({ faults }) => `the audit log is not as it was written: ${faults} places differ`,
    hint: () => 'Look at them with `mothball audit verify`; nothing was pruned.',
    exit: EXIT.differs,
    http: 409,
  },
  audit_empty: {
    message: () => 'the audit log has no entry yet',
    hint: () => 'There is a head as soon as something was changed.',
    exit: EXIT.refused,
    http: 409,
  },
  audit_heads_missing: {
    message: () => 'the configuration names no place for the heads of the audit log',
    hint: () => 'Add audit.heads, a folder that others than the owner of the database keep, or a place for cold files.',
    exit: EXIT.usage,
    http: 409,
  },
  audit_head_unwritten: {
    message: ({ file, problem }) => `the head of the audit log could not be noted in ${file}: ${problem}`,
    hint: () => 'Let the service write into audit.heads; it tries again every minute.',
    exit: EXIT.failed,
    http: 500,
  },
  audit_head_unreadable: {
    message: ({ file, problem }) => `the noted head ${file} cannot be read: ${problem}`,
    hint: () => 'Bring the file back from a copy, or take it out of the folder if it is no head.',
    exit: EXIT.failed,
    http: 500,
  },
})
