/**
 * Every error as problem+json (RFC 9457): our code, our sentence, our hint, and a link to what to do. Nothing of what
 * was asked for, nothing of the server but that: no stack, no address, no text of the database.
 */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { type ErrorCode, hasCode, MothballError } from '../core/errors/index.ts'
import type { Problem } from '../core/policy-problems.ts'
import { recordRefusal } from '../engine/credentials.ts'
import type { Env } from './environment.ts'

/** Somebody asked for what he has no right to: that stands in the audit log. Who shows no key at all is nobody. */
const REFUSALS: readonly ErrorCode[] = [
  'key_invalid',
  'role_missing',
  'cross_site',
  'csrf_missing',
  'purge_same_person',
]

export async function onError(error: Error, c: Context<Env>): Promise<Response> {
  const told = toldOf(error, c)
  if (hasCode(told, ...REFUSALS)) await refuse(c, told)
  return problemResponse(c, told)
}

function toldOf(error: Error, c: Context<Env>): MothballError {
  if (error instanceof MothballError) return error
  if (error instanceof HTTPException && error.status === 400) return new MothballError('json_invalid')
  c.var.service.onUnexpected(error)
  return new MothballError('unexpected', { problem: error.name }, { cause: error })
}

/** The log is the second to know: where it cannot be written, the refusal stands all the same. */
async function refuse(c: Context<Env>, { code }: MothballError): Promise<void> {
  const { engine, onUnexpected } = c.var.service
  const principal = c.get('principal') ?? null
  const object = `${c.req.method} ${matchedRoutes(c).at(-1)?.path ?? ''}`
  await recordRefusal(engine, { principal, object, code }).catch(onUnexpected)
}

/** `errors` names the fields, where fields are what is wrong. */
export function problemResponse(
  c: Context<Env>,
  error: MothballError,
  errors: readonly Problem[] = [],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { code, message, hint } = error
  const status = contentful.parse(error.http)
  const { base, options } = c.var.service
  const { runbook } = options
  const body = {
    type: runbook === null ? `${base}/errors/${code}` : `${runbook}${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: message,
    code,
    hint,
    ...(errors.length === 0 ? {} : { errors }),
  }
  const extra = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
  return c.body(JSON.stringify(body), status, { ...extra, ...headers, 'Content-Type': 'application/problem+json' })
}

/** The error table's own test says that each is one. */
const contentful = z.custom<ContentfulStatusCode>(
  (status) => typeof status === 'number' && status >= 400 && status < 600,
)

/** A request whose fields are wrong: each is named. */
export function invalidRequest(c: Context<Env>, error: Readonly<{ issues: readonly z.core.$ZodIssue[] }>): Response {
  const errors = error.issues.flatMap(problemsOf)
  const problems = errors.map(({ field, problem }) => `${field} ${problem}`).join('; ')
  return problemResponse(c, new MothballError('request_invalid', { problems }), errors)
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  const field = issue.path.map(String).join('.')
  const within = (name: string) => (field === '' ? name : `${field}.${name}`)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: within(shownKey(key)), problem: 'is no field of this request' }))
  return [{ field: field === '' ? 'body' : field, problem: issue.message }]
}

/** A name that somebody else chose: so much of it as is sure to be harmless. */
const shownKey = (key: string): string => (/^\w{1,40}$/.test(key) ? key : 'a field')
