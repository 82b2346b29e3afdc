/** Purges: planned by one person, carried out by another, with the number; and what became of them. */
import { createRoute, z } from '@hono/zod-openapi'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  idempotencyHeader,
  instant,
  json,
  next,
  numberParam,
  ofPolicyQuery,
  PROBLEMS,
  policyParam,
  reason,
  SECURITY,
  startedWork,
} from './parts.ts'

const tags = ['Purges']
const path = '/api/v1/policies/{name}/purges'

const purgeFields = {
  id: z.number().int(),
  basis: z.string(),
  moment: instant.openapi({ description: 'Families are listed whose retention was over then.' }),
  retention: z.string(),
  families: z.number().int(),
  plannedBy: z.string(),
  plannedAt: instant,
  reason: z.string(),
  state: z.enum(['planned', 'running', 'done']),
  run: z.number().int().nullable(),
  carriedOutBy: z.string().nullable(),
  certificate: z
    .string()
    .nullable()
    .openapi({ description: 'JSON with counts and hashes, exactly as it was written at the end; null before.' }),
  certificateSha256: z.string().nullable().openapi({ description: 'Of that text; the audit log has it too.' }),
}

const purgeSchema = z.object(purgeFields).openapi('Purge')

const plannedSchema = z
  .object({
    ...purgeFields,
    contactKey: z.string().nullable().openapi({
      description: 'Of the secret under which their contacts will be kept; null: they will be found by key alone.',
    }),
  })
  .openapi('PlannedPurge')

const purgeParam = policyParam.extend(numberParam.shape)

export const listPurgesRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listPurges',
  tags,
  summary: 'Plans and what became of them, newest first.',
  security: SECURITY,
  middleware: allow('purge'),
  request: { params: policyParam, query: ofPolicyQuery },
  responses: {
    200: json(z.object({ purges: z.array(purgeSchema).readonly(), next }).openapi('Purges'), 'A page.'),
    ...PROBLEMS,
  },
})

export const planPurgeRoute = createRoute({
  method: 'post',
  path,
  operationId: 'planPurge',
  tags,
  summary: 'List who is past the retention. Destroys nothing; needs a legal basis.',
  security: SECURITY,
  middleware: [allow('purge'), idempotent] as const,
  request: { headers: idempotencyHeader, params: policyParam, body: body(z.strictObject({ reason })) },
  responses: { 201: json(plannedSchema, 'The plan.'), ...BODY_PROBLEMS },
})

export const purgeRoute = createRoute({
  method: 'get',
  path: `${path}/{id}`,
  operationId: 'getPurge',
  tags,
  summary: 'One plan; once it is done, with its certificate.',
  security: SECURITY,
  middleware: allow('purge'),
  request: { params: purgeParam },
  responses: { 200: json(purgeSchema, 'The purge.'), ...PROBLEMS },
})

export const runPurgeRoute = createRoute({
  method: 'post',
  path: `${path}/{id}/run`,
  operationId: 'runPurge',
  tags,
  summary:
    'Approve a plan that somebody else has made, and carry it out, with the number of families that it names. It goes on by itself, as a run.',
  security: SECURITY,
  middleware: [allow('purge'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: purgeParam,
    body: body(
      z.strictObject({ confirm: z.number().int().min(0).openapi({ description: 'The number that the plan names.' }) }),
    ),
  },
  responses: {
    202: { ...json(startedWork, 'It has begun.'), headers: z.object({ Location: z.string() }) },
    ...BODY_PROBLEMS,
  },
})
