/** Exports: what is due for cold files, the sets that are recorded, and one that is started. */
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
  ofPolicyQuery,
  PROBLEMS,
  policyParam,
  reason,
  SECURITY,
  startedWork,
} from './parts.ts'

const tags = ['Exports']
const path = '/api/v1/policies/{name}/exports'

const setSchema = z
  .object({
    file: z.number().int(),
    run: z.number().int(),
    month: z.string().openapi({ description: 'When its families were archived, in UTC.', example: '2026-03' }),
    store: z.string(),
    manifest: z.string(),
    manifestSha256: z.string(),
    keyId: z.string().nullable().openapi({ description: 'Of the key under which it is encrypted; null: it is plain.' }),
    families: z.number().int(),
    rows: z.number().int(),
    bytes: z.number().int(),
    recordedAt: instant,
  })
  .openapi('ColdSet')

export const listExportsRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listExports',
  tags,
  summary: 'Sets of cold files, newest first: each was read back before it was recorded.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: policyParam, query: ofPolicyQuery },
  responses: {
    200: json(z.object({ sets: z.array(setSchema).readonly(), next }).openapi('ColdSets'), 'A page.'),
    ...PROBLEMS,
  },
})

export const dueExportRoute = createRoute({
  method: 'get',
  path: `${path}/due`,
  operationId: 'previewExport',
  tags,
  summary: 'Families that an export would take now, by month. Reads the archive, and writes nothing.',
  security: SECURITY,
  middleware: allow('read'),
  request: { params: policyParam },
  responses: {
    200: json(
      z
        .object({
          horizon: instant.openapi({ description: 'They were archived before this.' }),
          families: z.number().int(),
          months: z.array(z.object({ month: z.string(), families: z.number().int() })).readonly(),
        })
        .openapi('ExportPreview'),
      'What is due.',
    ),
    ...PROBLEMS,
  },
})

export const startExportRoute = createRoute({
  method: 'post',
  path,
  operationId: 'startExport',
  tags,
  summary: 'Start an export. It goes on by itself, as a run; its address is in Location. Nothing leaves the archive.',
  security: SECURITY,
  middleware: [allow('export'), idempotent] as const,
  request: {
    headers: idempotencyHeader,
    params: policyParam,
    body: body(z.strictObject({ reason: reason.optional() })),
  },
  responses: {
    202: { ...json(startedWork, 'It has begun.'), headers: z.object({ Location: z.string() }) },
    ...BODY_PROBLEMS,
  },
})
