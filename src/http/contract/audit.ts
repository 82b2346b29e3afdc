/** The audit log, and the proof that it is as it was written. */
import { createRoute, z } from '@hono/zod-openapi'
import { AUDIT_FAULTS } from '../../core/audit.ts'
import { allow } from '../auth.ts'
import { cursorQuery, instant, json, limitQuery, next, PROBLEMS, SECURITY } from './parts.ts'

const tags = ['Audit']

const entrySchema = z
  .object({
    id: z.number().int(),
    at: instant,
    actor: z.string(),
    role: z.string().nullable(),
    action: z.string(),
    policy: z.string().nullable(),
    object: z.string(),
    reason: z.string().nullable(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    outcome: z.enum(['done', 'refused']),
    previous: z.string(),
    hash: z.string(),
  })
  .openapi('AuditEntry')

export const listAuditRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  operationId: 'listAudit',
  tags,
  summary: 'Who changed what, and who was refused; newest first.',
  security: SECURITY,
  middleware: allow('audit'),
  request: { query: z.strictObject({ cursor: cursorQuery, limit: limitQuery }) },
  responses: {
    200: json(z.object({ entries: z.array(entrySchema).readonly(), next }).openapi('Audit'), 'A page.'),
    ...PROBLEMS,
  },
})

const checkpointSchema = z
  .object({
    id: z.number().int(),
    first: z.number().int(),
    last: z.number().int(),
    entries: z.number().int(),
    previous: z.string(),
    head: z.string(),
    prunedAt: instant,
    prunedBy: z.string(),
    reason: z.string(),
    keyId: z.string(),
    signature: z.string().openapi({ description: 'Ed25519, in base64.' }),
  })
  .openapi('AuditCheckpoint')

const faultSchema = z.object({ id: z.number().int(), kind: z.enum(AUDIT_FAULTS) })

export const verifyAuditRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit/verify',
  operationId: 'verifyAudit',
  tags,
  summary: 'Walk the whole chain and name what was edited, removed or inserted.',
  security: SECURITY,
  middleware: allow('audit'),
  request: {
    query: z.strictObject({
      head: z
        .string()
        .regex(/^[0-9a-f]{8,64}$/, 'must be 8 to 64 hex digits')
        .optional()
        .openapi({ description: 'A head that was noted earlier, or its first digits.' }),
    }),
  },
  responses: {
    200: json(
      z
        .object({
          status: z.enum(['clean', 'differs']),
          entries: z.number().int(),
          last: z.number().int(),
          head: z.string(),
          checkpoint: checkpointSchema.nullable().openapi({ description: 'What stands for entries that were pruned.' }),
          faults: z.array(faultSchema).readonly(),
        })
        .openapi('AuditVerification'),
      'What was found.',
    ),
    ...PROBLEMS,
  },
})
