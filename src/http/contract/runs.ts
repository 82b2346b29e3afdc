/** Plans and runs: what would move, what moves, how far it is, and back again. */

import { createRoute, z } from '@hono/zod-openapi'
import { OPERATIONS } from '../../core/history.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import { failureSchema } from './failures.ts'
import {
  BODY_PROBLEMS,
  body,
  counts,
  idempotencyHeader,
  instant,
  json,
  next,
  numberParam,
  PROBLEMS,
  pageQuery,
  policyName,
  policyQuery,
  runState,
  SECURITY,
} from './parts.ts'

const tags = ['Runs']

const findingSchema = z
  .object({ code: z.string(), object: z.string(), message: z.string(), hint: z.string() })
  .openapi('Finding')

const planSchema = z
  .object({
    policy: z.string(),
    hash: z.string(),
    subject: z.string(),
    moment: instant,
    cutoff: instant,
    active: z.number().int(),
    candidates: z.number().int(),
    eligible: z.number().int(),
    quarantined: z.number().int(),
    kept: counts,
    related: counts,
    refusals: z.array(findingSchema).readonly(),
    warnings: z.array(findingSchema).readonly(),
    guard: z.number(),
    expectedMs: z.number().nullable(),
    needsConfirmation: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'The number for `confirm`; null below the guard.' }),
  })
  .openapi('Plan')

export const planRoute = createRoute({
  method: 'post',
  path: '/api/v1/plans',
  operationId: 'plan',
  tags,
  summary: 'What a run would do now. Writes nothing.',
  security: SECURITY,
  middleware: allow('read'),
  request: {
    body: body(
      z.strictObject({
        policy: policyName,
        related: z
          .enum(['archive', 'keep', 'block'])
          .optional()
          .openapi({ description: 'As if the policy said so: options A, B and C.' }),
        days: z
          .number()
          .int()
          .min(1)
          .max(36_500)
          .optional()
          .openapi({ description: 'As if the policy’s age were this.' }),
      }),
    ),
  },
  responses: { 200: json(planSchema, 'Counts for every reason, and what stands in the way.'), ...BODY_PROBLEMS },
})

const runRecordSchema = z
  .object({
    run: z.number().int(),
    policy: z.string(),
    operation: z.enum(OPERATIONS),
    status: runState,
    dryRun: z.boolean(),
    actor: z.string(),
    reason: z.string().nullable(),
    cutoff: instant.nullable(),
    startedAt: instant,
    endedAt: instant.nullable(),
    durationMs: z.number().nullable(),
    active: z.number().int().nullable(),
    candidates: z.number().int().nullable(),
    eligible: z.number().int().nullable(),
    kept: counts,
    archived: z.number().int(),
    restored: z.number().int(),
    failed: z.number().int(),
    skipped: z.number().int(),
    batches: z.number().int(),
    stopReason: z.string().nullable(),
    error: z.string().nullable(),
    slot: instant.nullable().openapi({ description: 'The planned time that it stands for.' }),
    group: z.string().nullable().openapi({ description: 'Ties it to the runs of other databases.' }),
    asked: z
      .object({ what: z.enum(['pause', 'stop']), by: z.string().nullable(), reason: z.string().nullable() })
      .nullable(),
  })
  .openapi('Run')

const batchSchema = z.object({
  batch: z.number().int(),
  committedAt: instant,
  subjects: z.number().int(),
  rows: z.number().int(),
  firstKey: z.string().nullable(),
  lastKey: z.string().nullable(),
  sealed: z.boolean(),
})

const runDetailSchema = z
  .object({
    run: runRecordSchema,
    batches: z.array(batchSchema).readonly(),
    related: counts,
    failures: z.array(failureSchema).readonly(),
  })
  .openapi('RunDetail')

const startedSchema = z
  .object({ run: z.number().int(), policy: z.string(), dryRun: z.boolean(), eligible: z.number().int() })
  .openapi('StartedRun')

export const startRunRoute = createRoute({
  method: 'post',
  path: '/api/v1/runs',
  operationId: 'startRun',
  tags,
  summary: 'Start a run. It goes on by itself; its address is in Location.',
  security: SECURITY,
  middleware: [allow('run'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({
        policy: policyName,
        dryRun: z.boolean().default(false),
        maxRows: z.number().int().min(1).max(1_000_000_000).optional(),
        batchSize: z.number().int().min(1).max(10_000).optional(),
        confirm: z
          .number()
          .int()
          .min(0)
          .optional()
          .openapi({ description: 'The number that the plan names, above the guard.' }),
        ignoreWindow: z.boolean().default(false),
      }),
    ),
  },
  responses: {
    202: { ...json(startedSchema, 'It has begun.'), headers: z.object({ Location: z.string() }) },
    ...BODY_PROBLEMS,
  },
})

export const listRunsRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs',
  operationId: 'listRuns',
  tags,
  summary: 'Archives, dry runs and restores, newest first.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: pageQuery },
  responses: {
    200: json(z.object({ runs: z.array(runRecordSchema).readonly(), next }).openapi('Runs'), 'A page.'),
    ...PROBLEMS,
  },
})

export const runRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs/{id}',
  operationId: 'getRun',
  tags,
  summary: 'One run with its batches and failures.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: numberParam, query: policyQuery },
  responses: { 200: json(runDetailSchema, 'The run.'), ...PROBLEMS },
})

export const runEventsRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs/{id}/events',
  operationId: 'followRun',
  tags,
  summary: 'A run as it goes on: server-sent events `run`, each with the whole record, and `end`.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: numberParam, query: policyQuery },
  responses: {
    200: { description: 'A stream.', content: { 'text/event-stream': { schema: z.string() } } },
    ...PROBLEMS,
  },
})
