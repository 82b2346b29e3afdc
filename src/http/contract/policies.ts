/** The policies as the service obeys them, and the verification of what they did. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import {
  BODY_PROBLEMS,
  body,
  instant,
  json,
  PROBLEMS,
  policyName,
  policyParam,
  reason,
  SECURITY,
  STALE,
} from './parts.ts'

const tags = ['Policies']

export const policySchema = z
  .looseObject({ name: z.string() })
  .openapi('Policy', { description: 'The policy with every default; its fields are those of the configuration.' })

const withHash = z.object({ hash: z.string(), policy: policySchema }).openapi('PolicyVersion')

const stageSchema = z
  .object({
    policy: z.string(),
    stage: z.enum(['shadow', 'live', 'paused']),
    reason: z.string().nullable(),
    actor: z.string().nullable(),
    since: instant.nullable(),
  })
  .openapi('Stage')

export const stageRoute = createRoute({
  method: 'get',
  path: '/api/v1/policies/{name}/stage',
  operationId: 'getStage',
  tags,
  summary: 'What the schedule does: dry runs, runs, or nothing. The ETag changes with it.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: policyParam },
  responses: {
    200: { ...json(stageSchema, 'The stage, and since when.'), headers: z.object({ ETag: z.string() }) },
    ...PROBLEMS,
  },
})

export const setStageRoute = createRoute({
  method: 'put',
  path: '/api/v1/policies/{name}/stage',
  operationId: 'setStage',
  tags,
  summary: 'Change the stage, as of the next run. `If-Match` with the ETag that was read.',
  security: SECURITY,
  middleware: allow('stage'),
  request: {
    params: policyParam,
    headers: z.object({ 'if-match': z.string().openapi({ description: 'ETag of the stage that was looked at.' }) }),
    body: body(z.strictObject({ stage: z.enum(['shadow', 'live', 'paused']), reason })),
  },
  responses: { 200: json(stageSchema, 'The stage as it is now.'), 412: STALE, ...BODY_PROBLEMS },
})

export const listPoliciesRoute = createRoute({
  method: 'get',
  path: '/api/v1/policies',
  operationId: 'listPolicies',
  tags,
  summary: 'Every policy with its version.',
  security: SECURITY,
  middleware: allow('read'),
  responses: {
    200: json(z.object({ policies: z.array(withHash).readonly() }).openapi('Policies'), 'All of them.'),
    ...PROBLEMS,
  },
})

export const policyRoute = createRoute({
  method: 'get',
  path: '/api/v1/policies/{name}',
  operationId: 'getPolicy',
  tags,
  summary: 'One policy. Its version is the ETag.',
  security: SECURITY,
  middleware: allow('read'),
  request: {
    params: policyParam,
    headers: z.object({ 'if-none-match': z.string().optional() }),
  },
  responses: {
    200: { ...json(withHash, 'The policy.'), headers: z.object({ ETag: z.string() }) },
    304: { description: 'It is still that version.' },
    ...PROBLEMS,
  },
})

export const verifyRoute = createRoute({
  method: 'post',
  path: '/api/v1/verifications',
  operationId: 'verify',
  tags,
  summary: 'Hold what is there against the journal: counts, seals, orphans, the log. Reads only, and reads everything.',
  security: SECURITY,
  middleware: allow('read'),
  request: { body: body(z.strictObject({ policy: policyName })) },
  responses: {
    200: json(
      z
        .object({
          status: z.enum(['clean', 'differs']),
          checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })).readonly(),
        })
        .openapi('Verification'),
      'Each check with its answer.',
    ),
    ...BODY_PROBLEMS,
  },
})
