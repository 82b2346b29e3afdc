/**
 * By what a purged customer is still found beside his key: HMAC-SHA-256 of his contacts in the forms that `show`
 * searches, under a secret that the database never sees. Without the secret nobody can try all phone numbers against the
 * journal; where no secret is configured nothing is kept.
 */
import { createHmac } from 'node:crypto'
import { FAMILY_COLUMN } from '../../core/cold/columns.ts'
import { CONTACT_KINDS, type Contact, contactForm, contactsIn } from '../../core/contact.ts'
import type { Finding } from '../../core/finding.ts'
import type { Policy } from '../../core/policy.ts'
import type { FamilyContacts, SoughtContact } from '../../sql/journal/cold.sql.ts'
import type { ColdColumns } from './vault.ts'

/** 32 bytes; `id` stands beside each digest, so that keys can follow one another. */
export type ContactKey = Readonly<{ id: string; key: Uint8Array }>

/** The first is for what is purged now, the others for what was purged under them. */
export type ContactKeys = readonly ContactKey[]

/** The kind is part of it, so that a policy number is not taken for a phone number. */
const digestUnder = ({ key }: ContactKey, { kind, form }: Contact): string =>
  createHmac('sha256', key).update(`${kind}:${form}`).digest('hex')

/** What a text may be, under every key that is known; nothing without one. */
export const soughtContacts = (keys: ContactKeys, text: string): readonly SoughtContact[] =>
  keys.length === 0
    ? []
    : contactsIn(text).map((contact) => ({
        kind: contact.kind,
        digests: keys.map((key) => digestUnder(key, contact)),
      }))

/** Of the key under which a purge keeps contacts; null: it keeps none. */
export const contactKeyOf = (keys: ContactKeys, policy: Policy): string | null =>
  isSearched(policy) ? (keys[0]?.id ?? null) : null

const isSearched = ({ search }: Policy): boolean => CONTACT_KINDS.some((kind) => search[kind].length > 0)

/** Of these families, as their proven file has them. */
export async function contactsOf(
  [current]: ContactKeys,
  { search }: Policy,
  subjects: Readonly<{ columns: readonly string[]; rows: ColdColumns }>,
  families: readonly string[],
): Promise<FamilyContacts> {
  const searched = CONTACT_KINDS.flatMap((kind) =>
    search[kind].filter((name) => subjects.columns.includes(name)).map((name) => ({ kind, name })),
  )
  if (current === undefined || searched.length === 0 || families.length === 0)
    return { keyId: null, keys: [], digests: [] }
  const names = [FAMILY_COLUMN, ...new Set(searched.map(({ name }) => name))]
  const values = await subjects.rows.of(names, families)
  const found = (values[FAMILY_COLUMN] ?? []).flatMap((family, row) =>
    searched.flatMap(({ kind, name }) => {
      const form = contactForm(kind, values[name]?.[row] ?? '')
      return family === null || form === '' ? [] : [{ family, digest: digestUnder(current, { kind, form }) }]
    }),
  )
  return { keyId: current.id, keys: found.map(({ family }) => family), digests: found.map(({ digest }) => digest) }
}

/** What `doctor` says of it where purging is on; `missing`: purged families whose key is not there. */
export function contactFindings(keys: ContactKeys, policy: Policy, missing: number): readonly Finding[] {
  const object = policy.name
  const found: readonly (Finding | false)[] = [
    isSearched(policy) &&
      keys.length === 0 && {
        code: 'contacts_not_kept',
        object,
        message: 'no secret for contacts is configured: a purged customer is found by his key alone',
        hint: 'Name one under `cold.contacts` before the next purge; what is purged without it stays so.',
      },
    missing > 0 && {
      code: 'contact_key_missing',
      object,
      message: `${missing} purged families are found by key alone: the secret of their contacts is not configured`,
      hint: 'Put it back into `cold.contacts.keys`.',
    },
  ]
  return found.filter((each) => each !== false)
}
