/**
 * API keys and session tokens as texts: `mbk_7_<secret>`. The number finds the row, the secret proves it. Of the
 * secret only SHA-256 is kept: it has 256 random bits, so nothing slower is needed. Digests are compared in constant
 * time. The secret itself comes from outside.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Role } from './role.ts'

/** Keys are for programs and last until they are revoked; a session is what a browser is given for one. */
export type TokenKind = 'key' | 'session'

const PREFIX: Readonly<Record<TokenKind, string>> = { key: 'mbk', session: 'mbs' }

export type Token = Readonly<{ id: number; secret: string }>

/** Of a secret's base64url text. */
export const SECRET_BYTES = 32

export const tokenText = (kind: TokenKind, { id, secret }: Token): string => `${PREFIX[kind]}_${id}_${secret}`

/** Null for a text that no token has ever had. */
export function parseToken(kind: TokenKind, text: string): Token | null {
  const match = /^([a-z]{3})_([1-9]\d{0,14})_([A-Za-z0-9_-]{43})$/.exec(text)
  if (match === null || match[1] !== PREFIX[kind]) return null
  return { id: Number(match[2]), secret: match[3] ?? '' }
}

/** 64 hex digits. */
export const secretDigest = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Takes as long for a wrong digest as for the right one. Both are 64 hex digits. */
export const sameDigest = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'))

/** A hash that no secret has, for the comparison that a key without a row must cost as well. */
export const NO_DIGEST = '0'.repeat(64)

/**
 * What a page of ours shows with every change that it asks for. Made from the session's secret, which no script can
 * read: who has it was told it by us.
 */
export const csrfToken = ({ secret }: Token): string =>
  createHash('sha256').update(`csrf:${secret}`).digest('base64url')

export type ApiKey = Readonly<{
  id: number
  name: string
  role: Role
  createdBy: string
  /** Instants are exact texts in UTC. */
  createdAt: string
  /** To the minute; null: never. */
  lastUsedAt: string | null
  revokedBy: string | null
  revokedAt: string | null
}>

/** Shown once: afterwards only its hash is there. */
export type NewApiKey = ApiKey & Readonly<{ key: string }>

/** Whoever has proven who he is. `key` is the number of his key. */
export type Principal = Readonly<{ key: number; name: string; role: Role }>

const MAX_NAME_LENGTH = 100

/** What is wrong with a key's name, or null: it stands in logs and mails. */
export function keyNameProblem(name: string): string | null {
  if (name.length > MAX_NAME_LENGTH) return `has ${name.length} characters; ${MAX_NAME_LENGTH} are allowed`
  return /^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u.test(name) ? null : 'must be letters, digits, spaces and . _ @ -'
}
