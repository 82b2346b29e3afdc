/** Coming home: by key, by run, by time or by columns; looked at first, then done. */
import { createRoute, z } from '@hono/zod-openapi'
import { RESTORE_OPERATORS } from '../../sql/restore-select.sql.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  counts,
  customerKey,
  idempotencyHeader,
  instant,
  instantInput,
  json,
  numberParam,
  policyName,
  policyQuery,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Restores']

const selectionSchema = z
  .discriminatedUnion('by', [
    z.strictObject({ by: z.literal('keys'), keys: z.array(customerKey).min(1).max(10_000) }),
    z.strictObject({ by: z.literal('run'), run: z.number().int().min(1) }),
    z.strictObject({ by: z.literal('time'), since: instantInput, until: instantInput.nullable().default(null) }),
    z.strictObject({
      by: z.literal('where'),
      conditions: z
        .array(
          z.strictObject({
            column: z.string().min(1).max(63),
            operator: z.enum(RESTORE_OPERATORS),
            value: z.string().max(1000),
          }),
        )
        .min(1)
        .max(20),
    }),
  ])
  .openapi('RestoreSelection')

const conflictSchema = z
  .object({
    key: customerKey,
    table: z.string(),
    kind: z.enum([
      'key_taken',
      'unique_taken',
      'parent_missing',
      'shape_differs',
      'value_changed',
      'refused_by_database',
    ]),
    constraint: z.string(),
    hint: z.string(),
  })
  .openapi('Conflict')

const outcome = {
  related: counts,
  conflicts: z.array(conflictSchema).readonly(),
  alreadyHome: z.number().int(),
  unknown: z.array(customerKey).readonly(),
}

export const previewRestoreRoute = createRoute({
  method: 'post',
  path: '/api/v1/restores/preview',
  operationId: 'previewRestore',
  tags,
  summary: 'What a restore would do, and what stands in whose way. Writes nothing.',
  security: SECURITY,
  middleware: allow('restore'),
  request: { body: body(z.strictObject({ policy: policyName, selection: selectionSchema })) },
  responses: {
    200: json(z.object({ subjects: z.number().int(), ...outcome }).openapi('RestorePreview'), 'What would come home.'),
    ...BODY_PROBLEMS,
  },
})

const restoreResultSchema = z
  .object({ run: z.number().int(), restored: z.number().int(), ...outcome, keepUntil: instant, durationMs: z.number() })
  .openapi('RestoreResult')

export const restoreRoute = createRoute({
  method: 'post',
  path: '/api/v1/restores',
  operationId: 'restore',
  tags,
  summary: 'Bring families home. Nothing is overwritten: who cannot come stays, and is named.',
  security: SECURITY,
  middleware: [allow('restore'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    body: body(
      z.strictObject({ policy: policyName, selection: selectionSchema, reason, keepUntil: instantInput.optional() }),
    ),
  },
  responses: { 200: json(restoreResultSchema, 'Who came home.'), ...BODY_PROBLEMS },
})

export const undoRunRoute = createRoute({
  method: 'post',
  path: '/api/v1/runs/{id}/undo',
  operationId: 'undoRun',
  tags: ['Runs'],
  summary: 'Bring everyone home whom this run has archived.',
  security: SECURITY,
  middleware: [allow('restore'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: numberParam,
    query: policyQuery,
    body: body(z.strictObject({ reason, keepUntil: instantInput.optional() })),
  },
  responses: { 200: json(restoreResultSchema, 'Who came home.'), ...BODY_PROBLEMS },
})
