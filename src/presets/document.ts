/**
 * What a configuration may hold, and the policies that come of it: presets unfolded, every problem found at once.
 * The schema that checks is the one that is published. Pure: where the document came from is nobody's business here.
 */
import { z } from 'zod'
import { type ColdOptions, coldSchema } from '../cold/options.ts'
import { type AuditOptions, auditSchema } from '../core/audit-schema.ts'
import { issueMessage } from '../core/issue-message.ts'
import { type NotifyConfig, notifyProblems, notifySchema } from '../core/notify-schema.ts'
import type { Section } from '../core/origin.ts'
import type { Policy } from '../core/policy.ts'
import { type Problem, policySetProblems } from '../core/policy-problems.ts'
import { isProblems, parsePolicy, policySchema, zodProblems } from '../core/policy-schema.ts'
import { scheduleSchema } from '../core/schedule-schema.ts'
import { type HttpOptions, httpSchema } from '../http/options.ts'
import { databasesProblems, databasesSchema, type NamedDatabase } from './databases.ts'
import { NIC_CALL_CENTER, nicCallCenter, nicCallCenterSchema } from './nic-call-center.ts'

z.config({ customError: issueMessage })

/** Every field of a policy may stand beside the preset; what is left out is the preset's. */
const presetSchema = z.strictObject({
  preset: z.literal(NIC_CALL_CENTER),
  ...nicCallCenterSchema.shape,
  ...policySchema.partial().shape,
  age: policySchema.shape.age.partial().optional(),
  schedule: scheduleSchema.partial().nullable().optional(),
})

const documentSchema = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  database: z.strictObject({ url: z.string() }).optional(),
  databases: databasesSchema.optional(),
  http: httpSchema.optional(),
  policies: z.array(z.union([presetSchema, policySchema])).min(1),
  notify: notifySchema.prefault({}),
  cold: coldSchema.prefault({}),
  audit: auditSchema.prefault({}),
})

/** The same, with policies that are looked at one by one: a union would only say that none of its forms fits. */
const envelopeSchema = documentSchema.extend({ policies: z.array(z.record(z.string(), z.unknown())).min(1) })

/** What `mothball.config.ts` exports, and what .yaml and .json hold. */
export type ConfigInput = z.input<typeof documentSchema>

export type Document = Readonly<{
  url: string | null
  /** Empty where the document names none, or has a `database`. */
  databases: readonly NamedDatabase[]
  policies: readonly DocumentPolicy[]
  http: HttpOptions
  cold: ColdOptions
  audit: AuditOptions
  notify: NotifyConfig
  /** Sections beside database and policies: what they hold, and what of it the document says itself. */
  sections: readonly Section[]
}>

/** `written` are the fields as the document has them, `unfolded` those that the preset made of them. */
export type DocumentPolicy = Readonly<{
  policy: Policy
  preset: string | null
  written: object
  unfolded: object
}>

/** JSON Schema (2020-12) of the configuration, for completion in editors. */
export const configJsonSchema = (): object => ({
  title: 'Mothball configuration',
  ...z.toJSONSchema(documentSchema, { io: 'input' }),
})

/** The policies of a document, or every problem with it. */
export function parseDocument(input: unknown): Document | readonly Problem[] {
  const envelope = envelopeSchema.safeParse(input)
  if (!envelope.success) return zodProblems(envelope.error, '')
  const { database, databases, policies, notify, cold, audit, http = httpSchema.parse({}) } = envelope.data
  const outcomes = policies.map((written, index) => parseEntry(written, `policies[${index}]`))
  const problems = outcomes.flatMap((outcome) => (isProblems(outcome) ? outcome : []))
  const parsed = outcomes.flatMap((outcome) => (isProblems(outcome) ? [] : [outcome]))
  const all = [
    ...urlProblems(database?.url),
    ...databasesProblems({ database, databases }, urlProblem),
    ...problems,
    ...notifyProblems(notify),
    // Positions are those of the document only where every policy of it was parsed.
    ...(problems.length === 0 ? policySetProblems(parsed.map(({ policy }) => policy)) : []),
  ]
  if (all.length > 0) return all
  const named = Object.entries(databases ?? {}).map(([name, { url }]) => ({ name, url }))
  const sections = Object.entries({ http, notify, cold, audit }).map(([name, value]) => ({
    name,
    value,
    written: writtenIn(input, name),
  }))
  return { url: database?.url ?? null, databases: named, policies: parsed, http, cold, audit, notify, sections }
}

const writtenIn = (input: unknown, name: string): unknown =>
  input !== null && typeof input === 'object' ? Object.entries(input).find(([field]) => field === name)?.[1] : undefined

/** The problem with a database's address, or null. Never quotes it: it holds a password. */
export function urlProblem(url: string): string | null {
  try {
    const { protocol, password, username } = new URL(url)
    if (!['postgres:', 'postgresql:'].includes(protocol)) return 'must begin with postgresql://'
    decodeURIComponent(username + password)
    return null
  } catch {
    return 'is not an address such as postgresql://user:password@host:5432/database; a special character needs %XX'
  }
}

function urlProblems(url: string | undefined): readonly Problem[] {
  const problem = url === undefined ? null : urlProblem(url)
  return problem === null ? [] : [{ field: 'database.url', problem }]
}

function parseEntry(written: Readonly<Record<string, unknown>>, path: string): DocumentPolicy | readonly Problem[] {
  const isPreset = 'preset' in written
  const input = isPreset ? unfold(written, path) : written
  if (isProblems(input)) return input
  const policy = parsePolicy(input, path)
  return isProblems(policy) ? policy : { policy, preset: isPreset ? NIC_CALL_CENTER : null, written, unfolded: input }
}

function unfold(written: Readonly<Record<string, unknown>>, path: string): object | readonly Problem[] {
  const checked = presetSchema.safeParse(written)
  if (!checked.success) return zodProblems(checked.error, path)
  // As it was written: the checked form holds defaults, which would go before the preset's fields.
  const { preset: _preset, ...options } = written
  return nicCallCenter(options)
}
