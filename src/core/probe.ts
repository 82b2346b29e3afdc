/** Probes: queries of the user's choice that tell what archiving does for the active tables. Pure. */
import { z } from 'zod'

/** A query, timed before and after each run. It can only read. */
export type Probe = Readonly<{
  name: string
  sql: string
  /** Times that it runs in each phase. */
  repeat: number
  /** For each of them. */
  timeoutMs: number
}>

/** What EXPLAIN (ANALYZE, BUFFERS) told of one execution. */
export type ProbeTiming = Readonly<{ ms: number; rows: number; sharedHit: number; sharedRead: number }>

const planSchema = z.tuple([
  z.object({
    Plan: z.object({
      'Actual Rows': z.number(),
      'Shared Hit Blocks': z.number().default(0),
      'Shared Read Blocks': z.number().default(0),
    }),
    'Planning Time': z.number(),
    'Execution Time': z.number(),
  }),
])

/** Null where the text is not what EXPLAIN prints. */
export function readTiming(json: string): ProbeTiming | null {
  const parsed = planSchema.safeParse(JSON.parse(json))
  if (!parsed.success) return null
  const [{ Plan: plan, ...times }] = parsed.data
  return {
    ms: times['Planning Time'] + times['Execution Time'],
    rows: Math.round(plan['Actual Rows']),
    sharedHit: plan['Shared Hit Blocks'],
    sharedRead: plan['Shared Read Blocks'],
  }
}
