/** What all operations share: problems, pages, names, and how a route says who may use it. */
import { z } from '@hono/zod-openapi'
import { caseProblem, MAX_CASE_LENGTH, MAX_REASON_LENGTH, reasonProblem } from '../../core/hold.ts'
import { issueMessage } from '../../core/issue-message.ts'

z.config({ customError: issueMessage })

const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Where the error is explained.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable; for programs.', example: 'already_running' }),
    hint: z.string().openapi({ description: 'What to do about it.' }),
    errors: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
  })
  .openapi('Problem')

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

/** What any operation may answer. */
export const PROBLEMS = {
  400: problem('A field is wrong; it is named.'),
  401: problem('No key, or one that is not valid.'),
  403: problem('The role has no right to this, or the request comes from another site.'),
  404: problem('There is no such thing.'),
  429: problem('Too many requests; Retry-After says how long to wait.'),
  500: problem('The service or the database cannot do this.'),
  503: problem('The database cannot be reached, or the service is stopping.'),
} as const

/** What an operation that takes a body may answer besides. */
export const BODY_PROBLEMS = {
  ...PROBLEMS,
  409: problem('Something stands in the way: another run, a guard, a refusal of the plan.'),
  413: problem('The body is too large.'),
  415: problem('The body is not declared as JSON.'),
  422: problem('The Idempotency-Key was used for another request.'),
} as const

/** Of an operation with `If-Match`. */
export const STALE = problem('It was changed since it was looked at.')

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

export const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** Either header, or the cookie of a session. */
export const SECURITY = [{ bearer: [] }, { apiKey: [] }, { session: [] }]

export const policyName = z
  .string()
  .optional()
  .openapi({ description: 'Name of the policy; may be left out where there is only one.', example: 'nic-call-center' })

export const policyQuery = z.strictObject({ policy: policyName })

/** Query texts are plain digits: nothing is coerced that is not a number already. */
export const digits = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a whole number from 1 on, in digits')
    .transform(Number)
    .refine((value) => value <= most, `must be at most ${most}`)

const MAX_PAGE = 500

export const limitQuery = digits(MAX_PAGE)
  .optional()
  .openapi({ type: 'integer', minimum: 1, maximum: MAX_PAGE, description: 'So many at the most; 50 where left out.' })

export const cursorQuery = z.string().max(200).optional().openapi({ description: '`next` of the page before.' })

export const flagQuery = z.enum(['true', 'false']).optional().openapi({ description: 'Solved and ended ones too.' })

export const pageQuery = z.strictObject({ policy: policyName, cursor: cursorQuery, limit: limitQuery })

export const numberParam = z.strictObject({
  id: digits(Number.MAX_SAFE_INTEGER).openapi({
    param: { name: 'id', in: 'path' },
    type: 'integer',
    minimum: 1,
    example: 390,
  }),
})

export const policyParam = z.strictObject({
  name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'nic-call-center' }),
})

/** A page of one policy's list, whose name stands in the address. */
export const ofPolicyQuery = z.strictObject({ cursor: cursorQuery, limit: limitQuery })

/** A key of a customer, exact beyond 2^53; of several columns a JSON array within the text. */
export const customerKey = z.string().min(1).max(1000).openapi({ example: '5520' })

const line = (problemOf: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })

export const caseNumber = line(caseProblem).openapi({
  description: 'Number of the case that it is for.',
  minLength: 1,
  maxLength: MAX_CASE_LENGTH,
  example: '2026/114',
})

export const reason = line(reasonProblem).openapi({
  description: 'One line, for the journal and the audit log.',
  minLength: 1,
  maxLength: MAX_REASON_LENGTH,
  example: 'phoned again',
})

/** An instant as ISO 8601 with its offset; answers carry PostgreSQL's text in UTC. */
export const instantInput = z.iso.datetime({
  offset: true,
  error: 'must be an instant such as 2026-09-23T02:00:00+02:00',
})

export const instant = z
  .string()
  .openapi({ description: "PostgreSQL's text in UTC.", example: '2026-09-24 01:46:39.941576+00' })

export const runState = z.enum(['running', 'paused', 'success', 'partial', 'failed'])

export const counts = z.record(z.string(), z.number().int()).openapi({ example: { nic_cc_call_log: 3 } })

/** Work that goes on as a run, which tells how it does. */
export const startedWork = z.object({ run: z.number().int(), policy: z.string() }).openapi('StartedWork')

export const next = z.string().nullable().openapi({ description: 'Cursor of the next page; null on the last one.' })

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'Repeats of a request that succeeded get its answer, for 24 hours.', example: 'b1f6a2d0' }),
})
