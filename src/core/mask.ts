/** Contacts as a screen may show them unasked: enough to tell two people apart while one is on the phone, no more. */
import type { ContactKind } from './contact.ts'

const STARS = '***'

/** Values that are too short to hide anything are hidden whole. */
export function masked(kind: ContactKind, value: string): string {
  switch (kind) {
    case 'phone':
      return maskedPhone(value)
    case 'email':
      return maskedEmail(value)
    case 'text':
      return value.length < 8 ? STARS : `${value.slice(0, 2)}${STARS}${value.slice(-3)}`
  }
}

/** `+27 82 555 0142` and `0825550142` to `*** 0142`: a prefix says little, and differs with who wrote it down. */
function maskedPhone(value: string): string {
  const digits = value.replace(/[^0-9]/g, '')
  return digits.length < 8 ? STARS : `${STARS} ${digits.slice(-4)}`
}

/** `nomsa@example.com` to `n***@e***.com`. */
function maskedEmail(value: string): string {
  const [, local = '', domain = '', ending = ''] = /^([^@]+)@(.+)\.([^.@]+)$/.exec(value.trim()) ?? []
  return ending === '' ? STARS : `${first(local)}${STARS}@${first(domain)}${STARS}.${ending}`
}

/** A whole character, however it is made up. */
const first = (text: string): string => [...text][0] ?? ''
