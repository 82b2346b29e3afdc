/**
 * The forms in which contacts are compared, whatever way they were typed: the last nine digits of a phone number (so
 * that +27 82 555 0142 is 082 555 0142), an e-mail in lower case, a policy number as letters and digits alone. The
 * indexes hold exactly these expressions, so a query must use them as they are.
 */
import type { ContactKind } from '../core/contact.ts'
import { type Sql, sql } from './tag.ts'

const phoneForm = (column: Sql): Sql =>
  sql`pg_catalog.right(pg_catalog.regexp_replace(${column}::text, '[^0-9]', '', 'g'), 9)`

const emailForm = (column: Sql): Sql => sql`pg_catalog.lower(${column}::text)`

const textForm = (column: Sql): Sql =>
  sql`pg_catalog.regexp_replace(pg_catalog.upper(${column}::text), '[^A-Z0-9]', '', 'g')`

/** By the kind of contact that a column holds. */
export const SEARCH_FORMS: Readonly<Record<ContactKind, (column: Sql) => Sql>> = {
  phone: phoneForm,
  email: emailForm,
  text: textForm,
}
