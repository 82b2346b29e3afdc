/** What the runs of the last days add up to, and what they gained: the same figures as everywhere else. */
import { createRoute, z } from '@hono/zod-openapi'
import { MOST_DAYS } from '../../core/statistics.ts'
import { allow } from '../auth.ts'
import { digits, instant, json, PROBLEMS, policyName, SECURITY } from './parts.ts'

const count = z.number().int()
const day = z.string().openapi({ description: 'A day of `zone`.', example: '2026-11-25' })

const sums = z.object({
  runs: count.openapi({ description: 'Live archive runs; one that goes on is in none of the three that follow.' }),
  succeeded: count,
  partial: count,
  failed: count,
  dryRuns: count,
  archived: count,
  failures: count.openapi({ description: 'Customers that could not move.' }),
  skipped: count,
  restored: count,
})

const totals = z.object({
  runs: count,
  archived: count,
  restored: count,
  failures: count,
  quarantined: count,
  holds: count,
  firstRunAt: instant.nullable(),
  lastRunAt: instant.nullable(),
  lastSuccessAt: instant.nullable(),
})

const size = z.object({
  day,
  tier: z.enum(['active', 'archive']),
  tableBytes: count,
  indexBytes: count,
  rows: count.openapi({ description: 'Estimated.' }),
})

const span = z
  .object({ first: size, last: size })
  .nullable()
  .openapi({ description: 'First and last size within the days; null where nothing was measured.' })

const probe = z.object({
  day,
  probe: z.string(),
  phase: z.enum(['before', 'after']),
  samples: count,
  p50Ms: z.number(),
  p95Ms: z.number(),
  buffers: z.number().nullable(),
})

const statisticsSchema = z
  .object({
    policy: z.string(),
    zone: z.string(),
    from: day,
    to: day,
    days: z.array(sums.extend({ day })).readonly(),
    totals,
    period: sums,
    archivedPerDay: z.number().nullable(),
    errorRate: z.number().nullable().openapi({ description: 'Failed of all that were tried, 0 to 1.' }),
    duration: z.object({
      medianMs: z.number().nullable(),
      lastMs: z.number().nullable(),
      p95Ms: z.number().nullable(),
    }),
    growth: z.object({ net: count, active: span, archive: span }),
    forecast: z
      .object({ perDay: z.number(), in30Days: count, in90Days: count, in365Days: count })
      .nullable()
      .openapi({ description: 'Null before a week of complete days.' }),
    probes: z.array(probe).readonly(),
  })
  .openapi('Statistics')

const daysQuery = digits(MOST_DAYS).optional().openapi({
  type: 'integer',
  minimum: 1,
  maximum: MOST_DAYS,
  description: 'So many days, today included; 30 where left out.',
})

export const statisticsRoute = createRoute({
  method: 'get',
  path: '/api/v1/statistics',
  operationId: 'statistics',
  tags: ['Statistics'],
  summary: 'What the runs of the last days add up to.',
  security: SECURITY,
  middleware: allow('read'),
  request: { query: z.strictObject({ policy: policyName, days: daysQuery }) },
  responses: { 200: json(statisticsSchema, 'Days without a run are there too.'), ...PROBLEMS },
})
