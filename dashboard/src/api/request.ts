/**
 * The one place that speaks with the server. Reads carry the session's cookie; a change also carries the token that the
 * sign-in answered, and a key of its own, so that a repeated click changes nothing twice.
 */
import { ApiProblem, problemOf, UNREACHABLE } from './problem.ts'

/** Everything before `/dashboard`: the API lies beside it. */
export const API_BASE = location.pathname.slice(0, Math.max(0, location.pathname.indexOf('/dashboard')))

/** Of several databases behind one address, the one that this dashboard shows; null where there is only one. */
export const DATABASE = /\/databases\/([^/]+)$/.exec(API_BASE)?.[1] ?? null

/** Where one chooses among them. */
export const ENTRANCE = `${API_BASE.replace(/\/databases\/[^/]+$/, '')}/`

let csrf: string | null = null

/** Of the session; null after signing out. */
export const rememberCsrf = (token: string | null): void => {
  csrf = token
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`${API_BASE}${path}`, { ...init, credentials: 'same-origin' }).catch(() => {
    throw new ApiProblem(UNREACHABLE)
  })
  if (!response.ok) throw await problemOf(response)
  return response
}

export type Query = Readonly<Record<string, string | number | undefined>>

const withQuery = (path: string, query: Query): string => {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] satisfies [string, string]],
  )
  return words.length === 0 ? path : `${path}?${new URLSearchParams(words)}`
}

/** `Answer` is the contract's type of that operation; the server holds its answers against the same schema. */
export async function get<Answer>(path: string, query: Query = {}): Promise<Answer> {
  return (await send(withQuery(path, query), {})).json()
}

/** The same with its ETag, for a change that must not overwrite another's. */
export async function getTagged<Answer>(path: string): Promise<Readonly<{ value: Answer; etag: string }>> {
  const response = await send(path, {})
  return { value: await response.json(), etag: response.headers.get('etag') ?? '' }
}

export type Change = Readonly<{ method?: 'POST' | 'PUT' | 'DELETE'; query?: Query; headers?: Record<string, string> }>

export async function change<Answer>(
  path: string,
  body: unknown,
  { method = 'POST', query = {}, headers = {} }: Change = {},
): Promise<Answer> {
  const response = await send(withQuery(path, query), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf === null ? {} : { 'x-csrf-token': csrf }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return response.status === 204 ? JSON.parse('null') : response.json()
}

/** For one click: whoever repeats it gets the first one's answer. */
export const once = (): Record<string, string> => ({ 'idempotency-key': crypto.randomUUID() })
