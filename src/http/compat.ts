/**
 * `POST /archive_old_customers`, to the letter of the specification: a caller of the endpoint that it was planned as
 * changes only the host. One call archives `batch_size` customers at the most, whatever the guard says, for the caller
 * has named the number. 200 always says `success: true`; a call that cannot do its work is a problem.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import { MAX_BATCH_SIZE } from '../core/policy-schema.ts'
import type { RunResult } from '../core/run.ts'
import { allow, authorOf } from './auth.ts'
import { BODY_PROBLEMS, idempotencyHeader, json, SECURITY } from './contract/parts.ts'
import type { App, Service } from './environment.ts'
import { idempotent } from './idempotent.ts'

const DEFAULT_BATCH_SIZE = 1_000

const inputSchema = z.strictObject({
  dry_run: z.boolean().default(false),
  batch_size: z.number().int().min(1).max(MAX_BATCH_SIZE).default(DEFAULT_BATCH_SIZE),
})

const number = z.number().int()
const common = {
  success: z.literal(true),
  status: z.enum(['success', 'partial', 'failed']),
  run_id: number,
  eligible: number,
}

const answerSchema = z.union([
  z.object({ message: z.literal('Dry run - no records moved'), count: number, ...common }).openapi('DryRunAnswer'),
  z.object({ archived: number, failed: number, total: number, skipped: number, ...common }).openapi('ArchiveAnswer'),
])

const compatRoute = (prefix: string) =>
  createRoute({
    method: 'post',
    path: `${prefix}/archive_old_customers`,
    operationId: 'archiveOldCustomers',
    tags: ['Compatible endpoint'],
    summary: 'Archive up to batch_size old customers, with their families.',
    security: SECURITY,
    middleware: [allow('run'), idempotent] as const,
    request: {
      headers: idempotencyHeader,
      body: { required: false, content: { 'application/json': { schema: inputSchema } } },
    },
    responses: { 200: json(answerSchema, 'What was archived, or would be.'), ...BODY_PROBLEMS },
  })

export function registerCompat(app: App, { running, options }: Service, policy: Policy): void {
  app.openapi(compatRoute(options.compatPrefix), async (c) => {
    const { dry_run: dryRun, batch_size: batchSize } = inputSchema.parse(c.req.valid('json') ?? {})
    const result = await running.complete(policy, {
      dryRun,
      maxRows: batchSize,
      maxRowsConfirms: true,
      batchSize: Math.min(batchSize, policy.batchSize),
      ...authorOf(c.var.principal),
    })
    return c.json(dryRun ? dryAnswer(result, batchSize) : liveAnswer(result), 200)
  })
}

const commonOf = ({ status, run, eligible }: RunResult) => ({ success: true, status, run_id: run, eligible }) as const

const dryAnswer = (result: RunResult, batchSize: number) =>
  ({ message: 'Dry run - no records moved', count: Math.min(batchSize, result.eligible), ...commonOf(result) }) as const

/** A run that broke off is told by its error; what it had committed by then stands in the log. */
function liveAnswer(result: RunResult) {
  const { archived, failed, skipped, error } = result
  if (error !== null) throw new MothballError('run_broke_off', { run: result.run, cause: error.code, archived })
  return { archived, failed, total: archived + failed, skipped, ...commonOf(result) }
}
