/**
 * What a person types to find a customer, in the one form in which it is searched. The forms are those of
 * `sql/search.sql.ts`, so that an index made there answers here; a text may be several kinds at once, and each is
 * looked for in the columns of its kind only.
 */
export type ContactKind = 'phone' | 'email' | 'text'

export const CONTACT_KINDS: readonly ContactKind[] = ['phone', 'email', 'text']

export type Contact = Readonly<{ kind: ContactKind; form: string }>

/** South African numbers have nine digits after 0 or +27; what stands before them depends on who wrote them down. */
const PHONE_DIGITS = 9
/** A number without its area code. */
const FEWEST_DIGITS = 7
/** ITU-T E.164: no number is longer. With `00` before it. */
const MOST_DIGITS = 17

/** The last nine digits: `+27 82 555 0142`, `082 555 0142` and `0027825550142` are one number. */
export const phoneForm = (text: string): string => digitsOf(text).slice(-PHONE_DIGITS)

export const emailForm = (text: string): string => text.trim().toLowerCase()

/** Letters and digits of a policy number, in capitals: `nic 2024/0012345` is `NIC20240012345`. */
export const textForm = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '')

const FORMS: Readonly<Record<ContactKind, (text: string) => string>> = {
  phone: phoneForm,
  email: emailForm,
  text: textForm,
}

/** What a column of this kind holds, in the form in which it is searched; empty where there is nothing to search. */
export const contactForm = (kind: ContactKind, text: string): string => FORMS[kind](text)

/** The kinds of contact that `text` can be, most telling first; none for a text without a letter or a digit. */
export function contactsIn(text: string): readonly Contact[] {
  const contacts: Contact[] = []
  if (isEmail(text)) contacts.push({ kind: 'email', form: emailForm(text) })
  if (isPhone(text)) contacts.push({ kind: 'phone', form: phoneForm(text) })
  if (!text.includes('@') && textForm(text) !== '') contacts.push({ kind: 'text', form: textForm(text) })
  return contacts
}

const digitsOf = (text: string): string => text.replace(/[^0-9]/g, '')

/** Digits, with what people put around and between them; a letter makes it something else. */
function isPhone(text: string): boolean {
  const { length } = digitsOf(text)
  return length >= FEWEST_DIGITS && length <= MOST_DIGITS && /^[\s0-9+()./\u2010-\u2015\u2212-]*$/.test(text)
}

/** One @ with something on both sides; whether such an address exists is not the question. */
const isEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+$/.test(text.trim())
