/**
 * The one schema of a policy: every problem is found at once, each with the field's path, before anything is
 * touched. Unknown fields are errors, nothing is coerced, and every default stands here.
 */
import { z } from 'zod'
import { nameProblem, parseTableName } from './names.ts'
import type { Policy } from './policy.ts'
import { type Problem, policyProblems } from './policy-problems.ts'
import { scheduleSchema, zone } from './schedule-schema.ts'

/** 100 years: beyond it a number of days is a slip of the keyboard. */
const MAX_DAYS = 36_500
/** The contract's range for `batch_size`; larger batches hold locks for longer than an agent waits. */
export const MAX_BATCH_SIZE = 10_000

/** Probes hold a run up for as long as they take, twice. */
/** Their keys are in memory once while a set is recorded. */
const MAX_FAMILIES_PER_FILE = 500_000

const [MAX_PROBES, MAX_PROBE_REPEAT, MAX_PROBE_MS, MAX_PROBE_LENGTH] = [20, 20, 60_000, 10_000]

const name = z.string().superRefine((text, context) => {
  const problem = nameProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

const tableName = z.string().transform((text, context) => {
  const parsed = parseTableName(text)
  const problem = parsed === null ? 'has more than one dot' : (nameProblem(parsed.schema) ?? nameProblem(parsed.table))
  if (parsed !== null && problem === null) return parsed
  context.addIssue({ code: 'custom', message: problem ?? 'is not a table name' })
  return z.NEVER
})

const days = z.number().positive('must be more than 0').max(MAX_DAYS, `must be at most ${MAX_DAYS}`)
const unit = z.enum(['epoch_ms', 'epoch_s']).nullable().default(null)
export const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM')
const milliseconds = z.number().int().min(1).max(3_600_000)
/** Control characters could forge a line in a log or a header in a mail. */
export const label = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/\p{Cc}/u.test(text), 'holds a control character')

const scalar = z.union([z.string(), z.number(), z.boolean()])
const conditionValue = z.union([
  scalar,
  z.strictObject({ ago: z.number().min(0).max(MAX_DAYS) }),
  z.strictObject({ ahead: z.number().min(0).max(MAX_DAYS) }),
  z.array(z.union([z.string(), z.number()])).min(1),
])

const condition = z.strictObject({
  column: name,
  operator: z.enum(['=', '<>', '<', '<=', '>', '>=', 'in', 'not in', 'is null', 'is not null']),
  value: conditionValue.nullable().default(null),
  unit,
  zone: zone.nullable().default(null),
})

const keepRule = z.strictObject({
  name,
  relation: name.nullable().default(null),
  where: z.array(condition).default([]),
})

const relatedAction = z.enum(['archive', 'keep', 'block'])

const relation = z.strictObject({
  name: name.optional(),
  table: tableName,
  columns: z.array(name).min(1).nullable().default(null),
  parent: name.nullable().default(null),
  references: z.array(name).min(1).nullable().default(null),
  action: relatedAction.optional(),
  optional: z.boolean().default(false),
})

const windowOfDay = z.strictObject({ from: clock, to: clock, zone })

/** Null: never slower for that. */
const throttle = z.strictObject({
  heldMs: milliseconds.nullable().default(100),
  replicaLagMs: milliseconds.nullable().default(30_000),
  longTransactionMs: milliseconds.nullable().default(600_000),
})

const timeouts = z.strictObject({
  lockMs: milliseconds.default(200),
  statementMs: milliseconds.default(30_000),
  idleMs: milliseconds.default(30_000),
  leaseMs: milliseconds.default(30_000),
})

const search = z.strictObject({
  phone: z.array(name).default([]),
  email: z.array(name).default([]),
  text: z.array(name).default([]),
})

/** A replacement stands in every row of his: a word, no essay. */
const MAX_REPLACEMENT = 1000

const qualifiedName = z.string().superRefine((text, context) => {
  const parsed = tableName.safeParse(text)
  for (const { message } of parsed.error?.issues ?? []) context.addIssue({ code: 'custom', message })
})
const replacement = z
  .string()
  .max(MAX_REPLACEMENT)
  .refine((text) => !text.includes('\0'), 'holds a NUL')
  .nullable()

const erasure = z.strictObject({
  active: z.enum(['refuse', 'unless_kept']).default('refuse'),
  identifying: z.record(qualifiedName, z.record(name, replacement)).default({}),
  missing: z.enum(['refuse', 'pass']).default('refuse'),
  dueDays: days.default(30),
})

const term = (most: number) => z.number().int().min(0).max(most).default(0)

const cold = z.strictObject({
  exportAfterDays: days.default(365),
  keep: z
    .strictObject({ years: term(100), months: term(1200), days: term(MAX_DAYS) })
    .refine(({ years, months, days: more }) => years + months + more > 0, 'must be more than nothing')
    .default({ years: 2, months: 0, days: 0 }),
  familiesPerFile: z.number().int().min(1).max(MAX_FAMILIES_PER_FILE).default(50_000),
})

const probe = z.strictObject({
  name: name.regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, dashes and underscores'),
  sql: z.string().trim().min(1).max(MAX_PROBE_LENGTH),
  repeat: z.number().int().min(1).max(MAX_PROBE_REPEAT).default(3),
  timeoutMs: milliseconds.max(MAX_PROBE_MS).default(5_000),
})

export const policySchema = z.strictObject({
  name: name.regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
  subject: tableName,
  age: z.strictObject({ column: name, days, unit, zone: zone.nullable().default(null) }),
  keep: z.array(keepRule).default([]),
  relations: z.array(relation).default([]),
  discover: z.boolean().default(false),
  related: relatedAction.default('archive'),
  late: z.enum(['restore', 'follow', 'report']).default('restore'),
  batchSize: z.number().int().min(1).max(MAX_BATCH_SIZE).default(1000),
  guard: z.number().min(0).max(1).default(0.25),
  window: windowOfDay.nullable().default(null),
  schedule: scheduleSchema.nullable().default(null),
  lanes: z.number().int().min(1).max(16).default(1),
  parallel: z.number().int().min(1).max(4).default(1),
  reason: label.optional(),
  archivedBy: label.default('system'),
  logTable: tableName.prefault('mothball_archive_log'),
  archiveSuffix: name.default('_backup'),
  keepUntilDays: days.default(60),
  timeouts: timeouts.prefault({}),
  throttle: throttle.prefault({}),
  compare: z.boolean().default(true),
  acceptedTriggers: z.array(z.string().min(1)).default([]),
  search: search.prefault({}),
  views: z.boolean().default(false),
  erasure: erasure.prefault({}),
  probes: z.array(probe).max(MAX_PROBES).default([]),
  cold: cold.prefault({}),
})

/** What a policy's author writes (after the preset has been unfolded). */
export type PolicyInput = z.input<typeof policySchema>

/** The policy, or every problem with it; `path` (such as `policies[0]`) goes before each field's name. */
export function parsePolicy(input: unknown, path: string): Policy | readonly Problem[] {
  const parsed = policySchema.safeParse(input)
  if (!parsed.success) return zodProblems(parsed.error, path)
  const policy = withDerivedDefaults(parsed.data)
  const problems = policyProblems(policy, path)
  return problems.length === 0 ? policy : problems
}

/** Zod's issues as ours: `policies[0].age.days: must be more than 0`. */
export const zodProblems = (error: z.ZodError, path: string): readonly Problem[] =>
  error.issues.map((issue) => ({ field: fieldPath(path, issue.path), problem: issue.message }))

export const isProblems = <T extends object>(outcome: T | readonly Problem[]): outcome is readonly Problem[] =>
  Array.isArray(outcome)

function withDerivedDefaults(data: z.output<typeof policySchema>): Policy {
  return {
    ...data,
    reason: data.reason ?? `${data.age.days}_day_rule`,
    relations: data.relations.map((each) => ({
      ...each,
      name: each.name ?? each.table.table,
      action: each.action ?? data.related,
    })),
  }
}

function fieldPath(path: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    path,
  )
}
