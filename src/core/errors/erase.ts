/** What keeps a person from being erased; in each case nothing was touched, or all of it was rolled back. */
import { EXIT, errorTable } from './error.ts'

export const eraseErrors = errorTable({
  erasure_held: {
    message: ({ holds }) => `a hold is in the way: ${holds}`,
    hint: () => 'Send the letter of `mothball erase KEY --dry-run`, and erase when the hold is released.',
    exit: EXIT.refused,
    http: 409,
  },
  erasure_active: {
    message: () => 'the person is active, and the policy lets no active person be erased',
    hint: () => 'Wait until he is archived, or set erasure.active to `unless_kept` in the policy.',
    exit: EXIT.refused,
    http: 409,
  },
  erasure_kept: {
    message: ({ rules }) => `the person is active, and keep rules hold: ${rules}`,
    hint: () => 'Settle what the rules are about first; `mothball show` names the rows.',
    exit: EXIT.refused,
    http: 409,
  },
  erasure_shared: {
    message: ({ tables }) => `rows that belong to another person as well, in ${tables}`,
    hint: () => 'Correct their references first, so that each row has one owner.',
    exit: EXIT.refused,
    http: 409,
  },
  erasure_unconfirmed: {
    message: () => 'the confirmation is not the key of the person',
    hint: () => 'Look at the plan (`--dry-run`); if that is meant, repeat with --confirm and the key.',
    exit: EXIT.refused,
    http: 409,
  },
  erasure_busy: {
    message: ({ sqlstate }) => `somebody works with rows of the person (SQLSTATE ${sqlstate}); rolled back`,
    hint: () => 'Run the command again.',
    exit: EXIT.failed,
    http: 409,
  },
  erasure_differs: {
    message: ({ object, locked, gone }) => `${object}: ${locked} rows locked, ${gone} gone; rolled back`,
    hint: ({ object }) => `Look for a trigger or rule on ${object} that keeps rows.`,
    exit: EXIT.failed,
    http: 500,
  },
  erasure_cold: {
    message: ({ files }) => `rows of the person lie in cold files alone: ${files}`,
    hint: () => 'Bring them back first (`mothball restore --from-cold`), then de-identify; or erase him without them.',
    exit: EXIT.refused,
    http: 409,
  },
  identifying_invalid: {
    message: ({ problems }) => `what identifies a person cannot be replaced:\n${problems}`,
    hint: () => 'Correct erasure.identifying of the policy.',
    exit: EXIT.refused,
    http: 409,
  },
  nothing_identifying: {
    message: () => 'nothing that identifies the person is left',
    hint: () => 'Nothing to do: what the policy names is replaced already, or was never there.',
    exit: EXIT.failed,
    http: 409,
  },
  redaction_refused: {
    message: ({ object, sqlstate }) => `${object} does not take the replacement (SQLSTATE ${sqlstate}); rolled back`,
    hint: () => 'Choose another value in erasure.identifying, one that the constraint lets pass.',
    exit: EXIT.refused,
    http: 409,
  },
})
