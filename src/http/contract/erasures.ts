/** Erasures: who asks for one and by when it is due, what one would destroy, one that is done, and the receipts. */
import { createRoute, z } from '@hono/zod-openapi'
import { METHODS, PLACES } from '../../core/erase.ts'
import { CLOSINGS } from '../../core/erasure-request.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  caseNumber,
  customerKey,
  flagQuery,
  idempotencyHeader,
  instant,
  instantInput,
  json,
  limitQuery,
  next,
  PROBLEMS,
  pageQuery,
  policyName,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Erasures']

const reached = z
  .array(
    z.object({
      place: z.enum(PLACES),
      object: z.string(),
      rows: z.number().int(),
      columns: z.array(z.string()).readonly().optional().openapi({
        description: 'Those that were replaced; absent where the rows themselves went.',
      }),
    }),
  )
  .readonly()

const method = z.enum(METHODS).openapi({
  description: '`delete`: his rows go. `deidentify`: they stay, and what identifies him is replaced in them.',
})

const notReached = z
  .record(z.string(), z.string())
  .openapi({ description: 'What stays on purpose or is out of reach, each with its reason.' })

const obstacle = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('held'),
    holds: z.array(z.object({ id: z.number().int(), caseNumber: z.string().nullable(), setAt: instant })).readonly(),
  }),
  z.object({ kind: z.literal('active') }),
  z.object({ kind: z.literal('kept'), rules: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('shared'), tables: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('cold'), files: z.array(z.string()).readonly() }),
])

const planSchema = z
  .object({
    key: customerKey,
    method,
    rows: reached,
    obstacles: z.array(obstacle).readonly(),
    letter: z.string().nullable().openapi({ description: 'For the requester, where a hold is in the way.' }),
    passedOver: z.array(z.string()).readonly().openapi({
      description: 'Columns that the policy names and that no table has, as `table.column`.',
    }),
    notReached,
  })
  .openapi('ErasurePlan')

const erasureSchema = z
  .object({
    erasure: z.number().int(),
    method,
    policy: z.string(),
    run: z.number().int(),
    caseNumber: z.string(),
    reason: z.string(),
    actor: z.string(),
    erasedAt: instant,
    reached,
    unremoved: z.array(z.string()).readonly().openapi({
      description: 'Cold files that were replaced and still lie in the store; the next erasure removes them.',
    }),
    notReached,
  })
  .openapi('Erasure')

export const listErasuresRoute = createRoute({
  method: 'get',
  path: '/api/v1/erasures',
  operationId: 'listErasures',
  tags,
  summary: 'Receipts, newest first. None names the person.',
  security: SECURITY,
  middleware: allow('erase'),
  request: { query: pageQuery },
  responses: {
    200: json(z.object({ erasures: z.array(erasureSchema).readonly(), next }).openapi('Erasures'), 'A page.'),
    ...PROBLEMS,
  },
})

export const planErasureRoute = createRoute({
  method: 'post',
  path: '/api/v1/erasures/preview',
  operationId: 'planErasure',
  tags,
  summary: 'What an erasure would destroy, and what is in its way. Writes nothing.',
  security: SECURITY,
  middleware: allow('erase'),
  request: { body: body(z.strictObject({ policy: policyName, key: customerKey, method: method.optional() })) },
  responses: { 200: json(planSchema, 'The plan.'), ...BODY_PROBLEMS },
})

export const eraseRoute = createRoute({
  method: 'post',
  path: '/api/v1/erasures',
  operationId: 'erase',
  tags,
  summary: 'Destroy one person, or what identifies him: all of it or nothing; `confirm` is his key once more.',
  security: SECURITY,
  middleware: [allow('erase'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({
        policy: policyName,
        key: customerKey,
        confirm: customerKey,
        method: method.optional(),
        reason,
        caseNumber,
      }),
    ),
  },
  responses: { 201: json(erasureSchema, 'The receipt.'), ...BODY_PROBLEMS },
})

const requestSchema = z
  .object({
    id: z.number().int(),
    key: z.string().openapi({ description: '`erased` once the person is.' }),
    caseNumber: z.string(),
    reason: z.string(),
    actor: z.string(),
    requestedAt: instant,
    dueAt: instant,
    isOverdue: z.boolean(),
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    outcome: z.enum(['erased', ...CLOSINGS]).nullable(),
  })
  .openapi('ErasureRequest')

export const listRequestsRoute = createRoute({
  method: 'get',
  path: '/api/v1/erasures/requests',
  operationId: 'listErasureRequests',
  tags,
  summary: 'Open requests to be erased, the one that is due first at the top.',
  security: SECURITY,
  middleware: allow('erase'),
  request: { query: z.strictObject({ policy: policyName, all: flagQuery, limit: limitQuery }) },
  responses: {
    200: json(
      z.object({ requests: z.array(requestSchema).readonly() }).openapi('ErasureRequests'),
      'The first of them.',
    ),
    ...PROBLEMS,
  },
})

export const requestErasureRoute = createRoute({
  method: 'post',
  path: '/api/v1/erasures/requests',
  operationId: 'requestErasure',
  tags,
  summary: 'Record that somebody asks to be erased. Due as the policy says, or when `due` says.',
  security: SECURITY,
  middleware: [allow('erase'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({ policy: policyName, key: customerKey, reason, caseNumber, due: instantInput.optional() }),
    ),
  },
  responses: { 201: json(requestSchema, 'The request.'), ...BODY_PROBLEMS },
})

export const closeRequestRoute = createRoute({
  method: 'post',
  path: '/api/v1/erasures/requests/close',
  operationId: 'closeErasureRequest',
  tags,
  summary: 'End the open request of a case that was withdrawn, or that may not be carried out.',
  security: SECURITY,
  middleware: [allow('erase'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(z.strictObject({ policy: policyName, caseNumber, outcome: z.enum(CLOSINGS), reason })),
  },
  responses: { 200: json(requestSchema, 'The request as it ended.'), ...BODY_PROBLEMS },
})
