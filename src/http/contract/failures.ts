/** Subjects that could not move, and their second chance. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  cursorQuery,
  customerKey,
  flagQuery,
  idempotencyHeader,
  instant,
  json,
  limitQuery,
  next,
  PROBLEMS,
  policyName,
  SECURITY,
} from './parts.ts'

const tags = ['Failures']

export const failureSchema = z
  .object({
    id: z.number().int(),
    key: customerKey,
    run: z.number().int(),
    code: z.string(),
    sqlstate: z.string().nullable(),
    object: z.string().nullable(),
    failedAt: instant,
    resolvedAt: instant.nullable(),
    resolution: z.string().nullable(),
  })
  .openapi('Failure')

export const listFailuresRoute = createRoute({
  method: 'get',
  path: '/api/v1/failures',
  operationId: 'listFailures',
  tags,
  summary: 'Who waits in quarantine, and why; newest first.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: z.strictObject({ policy: policyName, all: flagQuery, cursor: cursorQuery, limit: limitQuery }) },
  responses: {
    200: json(z.object({ failures: z.array(failureSchema).readonly(), next }).openapi('Failures'), 'A page.'),
    ...PROBLEMS,
  },
})

export const retryFailuresRoute = createRoute({
  method: 'post',
  path: '/api/v1/failures/retry',
  operationId: 'retryFailures',
  tags,
  summary: 'Let the next run take them again. Moves nothing by itself.',
  security: SECURITY,
  middleware: [allow('retry'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({
        policy: policyName,
        keys: z.union([z.literal('all'), z.array(customerKey).min(1).max(10_000)]),
      }),
    ),
  },
  responses: {
    200: json(
      z.object({ retried: z.number().int(), unknown: z.array(customerKey).readonly() }).openapi('Retried'),
      'What will be tried again.',
    ),
    ...BODY_PROBLEMS,
  },
})
