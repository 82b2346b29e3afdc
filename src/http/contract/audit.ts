/** The audit log, and the proof that it is as it was written. */
import { createRoute, z } from '@hono/zod-openapi'
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

const faultSchema = z.object({ id: z.number().int(), kind: z.enum(['edited', 'missing', 'unlinked', 'head_unknown']) })

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
          head: z.string(),
          faults: z.array(faultSchema).readonly(),
        })
        .openapi('AuditVerification'),
      'What was found.',
    ),
    ...PROBLEMS,
  },
})
