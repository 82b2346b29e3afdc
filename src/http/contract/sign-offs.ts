/** What the specification wants verified and approved, and who gave his word for it. */
import { createRoute, z } from '@hono/zod-openapi'
import { SIGN_OFF_NAMES } from '../../core/sign-off.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  flagQuery,
  idempotencyHeader,
  instant,
  json,
  numberParam,
  PROBLEMS,
  policyName,
  policyQuery,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Policies']

const item = z.enum(SIGN_OFF_NAMES).openapi({ example: 'small_batch' })

const signOffSchema = z
  .object({
    id: z.number().int(),
    item,
    hash: z.string().openapi({ description: 'Version of the policy that was signed for.' }),
    note: z.string(),
    signedBy: z.string(),
    role: z.string().nullable(),
    signedAt: instant,
    withdrawnBy: z.string().nullable(),
    withdrawnAt: instant.nullable(),
    withdrawReason: z.string().nullable(),
  })
  .openapi('SignOff')

const itemSchema = z.object({ item, phase: z.string(), title: z.string() }).openapi('SignOffItem')

export const listSignOffsRoute = createRoute({
  method: 'get',
  path: '/api/v1/sign-offs',
  operationId: 'listSignOffs',
  tags,
  summary: 'The items of the rollout in the order of its phases, and the sign-offs that stand, newest first.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: z.strictObject({ policy: policyName, all: flagQuery }) },
  responses: {
    200: json(
      z
        .object({
          items: z.array(itemSchema).readonly(),
          hash: z.string().openapi({ description: 'Version of the policy that is obeyed now.' }),
          signOffs: z.array(signOffSchema).readonly(),
        })
        .openapi('SignOffs'),
      '`all` adds those that were withdrawn.',
    ),
    ...PROBLEMS,
  },
})

export const giveSignOffRoute = createRoute({
  method: 'post',
  path: '/api/v1/sign-offs',
  operationId: 'giveSignOff',
  tags,
  summary: 'Give one’s word that an item was verified or is approved, for the policy as it is obeyed now.',
  security: SECURITY,
  middleware: [allow('sign'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({
        policy: policyName,
        item,
        note: reason.openapi({ description: 'What was looked at and found.', example: '10 of 10 compared by hand' }),
      }),
    ),
  },
  responses: { 201: json(signOffSchema, 'The sign-off.'), ...BODY_PROBLEMS },
})

export const withdrawSignOffRoute = createRoute({
  method: 'post',
  path: '/api/v1/sign-offs/{id}/withdraw',
  operationId: 'withdrawSignOff',
  tags,
  summary: 'Say that a sign-off does not hold any more. It stays in the journal.',
  security: SECURITY,
  middleware: [allow('sign'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: numberParam,
    query: policyQuery,
    body: body(z.strictObject({ reason })),
  },
  responses: { 200: json(signOffSchema, 'The sign-off as it ended.'), ...BODY_PROBLEMS },
})
