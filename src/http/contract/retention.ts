/** What a policy keeps, what of it is past its time, and by what right that may be destroyed. */
import { createRoute, z } from '@hono/zod-openapi'
import { FORECAST_DAYS } from '../../core/cold/retention.ts'
import { allow } from '../auth.ts'
import { idempotent } from '../idempotent.ts'
import {
  BODY_PROBLEMS,
  body,
  idempotencyHeader,
  instant,
  json,
  PROBLEMS,
  policyParam,
  reason,
  SECURITY,
} from './parts.ts'

const tags = ['Retention']

const basisSchema = z
  .object({ id: z.number().int(), basis: z.string(), recordedBy: z.string(), recordedAt: instant })
  .openapi('LegalBasis')

const families = (description: string) => z.number().int().openapi({ description })

const retentionSchema = z
  .object({
    policy: z.string(),
    coldFiles: z.boolean().openapi({ description: 'Whether the configuration names a place for cold files.' }),
    exportAfterDays: z.number().int(),
    keep: z.string().openapi({ description: 'By the calendar, in UTC.', example: '2 years' }),
    basis: basisSchema.nullable().openapi({ description: 'Null: purging is off.' }),
    sets: z.number().int(),
    bytes: z.number().int(),
    exported: families('Families in the archive and in a cold file alike.'),
    due: families('Of these, whose retention is over: what a purge that is planned now would list.'),
    held: families('Over, and held.'),
    soon: families(`Over within ${FORECAST_DAYS} days.`),
    purged: families('Families in cold files alone.'),
    erasures: z
      .object({ overdue: z.number().int(), soon: z.number().int() })
      .openapi({ description: 'Open requests to be erased: past their day, and due within a week.' }),
  })
  .openapi('Retention')

const path = '/api/v1/policies/{name}/retention'

export const retentionRoute = createRoute({
  method: 'get',
  path,
  operationId: 'getRetention',
  tags,
  summary: 'Families in cold files, past their retention, purged; the legal basis. Counts only.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: policyParam },
  responses: { 200: json(retentionSchema, 'As it is now.'), ...PROBLEMS },
})

export const recordBasisRoute = createRoute({
  method: 'post',
  path: `${path}/basis`,
  operationId: 'recordBasis',
  tags,
  summary: 'Record the legal basis, which turns purging on. The one before ends.',
  security: SECURITY,
  middleware: [allow('purge'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: policyParam,
    body: body(z.strictObject({ basis: reason.openapi({ example: 'FAIS Act s18: five years are over' }) })),
  },
  responses: { 201: json(basisSchema, 'The basis.'), ...BODY_PROBLEMS },
})

export const withdrawBasisRoute = createRoute({
  method: 'post',
  path: `${path}/basis/withdraw`,
  operationId: 'withdrawBasis',
  tags,
  summary: 'Turn purging off.',
  security: SECURITY,
  middleware: [allow('purge'), idempotent] as const,
  request: { headers: idempotencyHeader, params: policyParam, body: body(z.strictObject({ reason })) },
  responses: { 200: json(basisSchema, 'The basis that ended.'), ...BODY_PROBLEMS },
})
