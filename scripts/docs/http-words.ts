/** What each right means, in the order in which the table of roles tells them. A right without words does not compile. */
import type { Right } from '../../src/core/role.ts'

export const RIGHT_WORDS: Readonly<Record<Right, string>> = {
  read: 'look at plans, runs, failures, holds, policies, retention, and customers (masked)',
  run: 'start runs',
  restore: 'bring customers home, undo a run',
  retry: 'retry failures',
  hold: 'set holds',
  release: 'release holds',
  reveal: 'see a customer’s values in clear, for a reason that is written down',
  audit: 'read and verify the audit log',
  stage: 'change a policy’s stage',
  erase: 'record and close requests to be erased, plan an erasure, erase a person, see receipts',
  export: 'start an export into cold files',
  purge: 'record the legal basis, plan a purge, carry out one that somebody else has planned',
  keys: 'see who has a key, make and revoke keys',
  notify: 'send a trial message to a channel',
  sign: 'sign off an item of the rollout, withdraw a sign-off',
}
