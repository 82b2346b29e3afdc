/** API keys: made, listed, revoked, each change with its entry in the audit log. A key's text is told once, here. */
import { randomBytes } from 'node:crypto'
import { type ApiKey, keyNameProblem, type NewApiKey, SECRET_BYTES, secretDigest, tokenText } from '../core/api-key.ts'
import { type Author, auditEntry } from '../core/chain.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Role } from '../core/role.ts'
import { endKey, insertKey, readKeys } from '../db/journal/api-key.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

export type CreateKey = Author & Readonly<{ name: string; as: Role }>

/** 256 bits that nobody has seen, as base64url. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** Throws `option_invalid` for a name that is none, `key_name_taken` where a living key has it. */
export async function createKey({ database }: Engine, { name, as, actor, role }: CreateKey): Promise<NewApiKey> {
  const problem = keyNameProblem(name)
  if (problem !== null) throw new MothballError('option_invalid', { option: 'name', problem })
  const secret = newSecret()
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    const made = await insertKey(session, { name, role: as, digest: secretDigest(secret), actor })
    if (made === null) throw new MothballError('key_name_taken', { name })
    const object = `key ${made.id}`
    await appendAudit(session, auditEntry({ actor, role, action: 'key.create', object, after: as }))
    return { ...made, key: tokenText('key', { id: made.id, secret }) }
  })
}

/** Living keys, or with `all` revoked ones too. */
export const listKeys = (
  { database }: Engine,
  { all = false }: Readonly<{ all?: boolean }> = {},
): Promise<readonly ApiKey[]> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return readKeys(session, all)
  })

/** Ends a key and all of its sessions at once. Throws `not_found` where no living key has the number. */
export const revokeKey = (
  { database }: Engine,
  { id, actor, role }: Author & Readonly<{ id: number }>,
): Promise<ApiKey> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    const ended = await endKey(session, id, actor)
    if (ended === null) throw new MothballError('not_found', { what: 'key', keys: id })
    const object = `key ${id}`
    await appendAudit(session, auditEntry({ actor, role, action: 'key.revoke', object, before: ended.role }))
    return ended
  })
