/**
 * Sign-offs of a policy's rollout: given for the version that is obeyed, withdrawn with a reason, never deleted. Each is
 * in the audit log with the role of the key.
 */
import { type Author, auditEntry } from '../core/chain.ts'
import { MothballError } from '../core/errors/index.ts'
import { reasonProblem } from '../core/hold.ts'
import { type Policy, policyHash } from '../core/policy.ts'
import type { GiveSignOff, SignOff, WithdrawSignOff } from '../core/sign-off.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { endSignOff, insertSignOff, readSignOffs } from '../db/journal/sign-off.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

/** Twenty items, each signed by many. */
const MAX_LISTED = 1_000

/** Throws `option_invalid` for a note or an actor that is no line of text. */
export async function signOff({ database }: Engine, policy: Policy, given: GiveSignOff): Promise<SignOff> {
  const { item, role = null } = given
  const note = checked('note', given.note)
  const actor = checked('actor', given.actor)
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    const made = await insertSignOff(session, policy.name, { item, hash: policyHash(policy), note, actor, role })
    await appendAudit(session, entryOf(policy, given, { action: 'sign_off.give', reason: note, signed: made }))
    return made
  })
}

/** Throws `not_found` where none of that number stands. */
export async function withdrawSignOff(
  { database }: Engine,
  policy: Policy,
  withdrawal: WithdrawSignOff,
): Promise<SignOff> {
  const { id } = withdrawal
  const reason = checked('reason', withdrawal.reason)
  const actor = checked('actor', withdrawal.actor)
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    const ended = await endSignOff(session, policy.name, { id, reason, actor })
    if (ended === null) throw new MothballError('not_found', { what: 'standing sign-off', keys: String(id) })
    await appendAudit(session, entryOf(policy, withdrawal, { action: 'sign_off.withdraw', reason, signed: ended }))
    return ended
  })
}

/** Newest first; `all`: withdrawn ones too. */
export const listSignOffs = (
  { database }: Engine,
  policy: Policy,
  { all = false }: Readonly<{ all?: boolean }> = {},
): Promise<readonly SignOff[]> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return readSignOffs(session, policy.name, { all, limit: MAX_LISTED })
  })

function checked(option: string, text: string): string {
  const problem = reasonProblem(text)
  if (problem !== null) throw new MothballError('option_invalid', { option, problem })
  return text
}

const entryOf = (
  policy: Policy,
  { actor, role }: Author,
  { action, reason, signed }: Readonly<{ action: string; reason: string; signed: SignOff }>,
) =>
  auditEntry({
    actor,
    role,
    action,
    policy: policy.name,
    object: `sign-off ${signed.id}`,
    reason,
    after: `${signed.item} of ${signed.hash}`,
  })
