/** Holds: set, released, listed. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  caseNumber,
  cursorQuery,
  customerKey,
  flagQuery,
  idempotencyHeader,
  instant,
  json,
  limitQuery,
  next,
  numberParam,
  PROBLEMS,
  policyName,
  policyQuery,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Holds']

const fields = {
  id: z.number().int(),
  key: customerKey,
  reason: z.string(),
  caseNumber: z.string().nullable(),
  setBy: z.string(),
  setAt: instant,
  releasedBy: z.string().nullable(),
  releasedAt: instant.nullable(),
  releaseReason: z.string().nullable(),
}

const holdSchema = z.object(fields).openapi('Hold')

const holdSetSchema = z.object({ ...fields, tier: z.enum(['active', 'archive', 'cold', 'none']) }).openapi('HoldSet')

export const listHoldsRoute = createRoute({
  method: 'get',
  path: '/api/v1/holds',
  operationId: 'listHolds',
  tags,
  summary: 'Open holds, newest first.',
  security: SECURITY,
  middleware: allow('read'),
  request: {
    query: z.strictObject({
      policy: policyName,
      all: flagQuery,
      caseNumber: caseNumber.optional(),
      cursor: cursorQuery,
      limit: limitQuery,
    }),
  },
  responses: {
    200: json(z.object({ holds: z.array(holdSchema).readonly(), next }).openapi('Holds'), 'A page.'),
    ...PROBLEMS,
  },
})

export const setHoldRoute = createRoute({
  method: 'post',
  path: '/api/v1/holds',
  operationId: 'setHold',
  tags,
  summary: 'Keep a customer where he is until the hold is released.',
  security: SECURITY,
  middleware: [allow('hold'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(z.strictObject({ policy: policyName, key: customerKey, reason, caseNumber: caseNumber.optional() })),
  },
  responses: {
    201: json(holdSetSchema, 'The hold, and where he was.'),
    ...BODY_PROBLEMS,
  },
})

export const releaseHoldRoute = createRoute({
  method: 'post',
  path: '/api/v1/holds/{id}/release',
  operationId: 'releaseHold',
  tags,
  summary: 'End one hold.',
  security: SECURITY,
  middleware: [allow('release'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: numberParam,
    query: policyQuery,
    body: body(z.strictObject({ reason })),
  },
  responses: { 200: json(holdSchema, 'The hold as it ended.'), ...BODY_PROBLEMS },
})
