/**
 * The section `notify` of a configuration: who is told what, when and by which way. Every problem is found at once, and
 * every default stands here. Addresses of webhooks and passwords are secrets; `${NAME}` keeps them out of the file.
 */
import { z } from 'zod'
import { clock, label } from './policy-schema.ts'
import { zone } from './schedule-schema.ts'

/** What is told at once; `recovered` follows to whoever heard the beginning. */
export const ALERTS = ['failed', 'partial', 'missed', 'refused', 'guard', 'drift', 'policy-changed'] as const
export type Alert = (typeof ALERTS)[number]

export const DIGESTS = ['daily', 'weekly', 'monthly'] as const
export type Digest = (typeof DIGESTS)[number]

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const channelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes')
  .max(40)
const address = z
  .string()
  .max(320)
  .regex(/^[^\s<>@,;:"]+@[^\s<>@,;:"]+$/, 'is not an e-mail address such as ops@example.com')
const host = z.string().regex(/^[\w.:-]+$/, 'is not the name of a host')

const listens = {
  name: channelName,
  alerts: z.union([z.boolean(), z.array(z.enum(ALERTS))]).default(true),
  digests: z.array(z.enum(DIGESTS)).default(['daily']),
}

const smtp = z.strictObject({
  host,
  port: z.number().int().min(1).max(65_535).default(587),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: z.string().min(1).nullable().default(null),
  password: z.string().min(1).nullable().default(null),
  /** PEM of an authority that the system does not know. */
  ca: z.string().min(1).nullable().default(null),
})

const emailChannel = z.strictObject({
  kind: z.literal('email'),
  ...listens,
  from: address,
  to: z.array(address).min(1),
  smtp,
})

const webhook = z.string().superRefine((text, context) => {
  const problem = webhookProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

const slackChannel = z.strictObject({ kind: z.literal('slack'), ...listens, url: webhook })
const teamsChannel = z.strictObject({ kind: z.literal('teams'), ...listens, url: webhook })

export const notifySchema = z.strictObject({
  zone: zone.nullable().default(null),
  locale: z.string().refine(isLocale, 'is not a language tag such as en-ZA').default('en-GB'),
  /** Shown before the policy's name, so that nobody takes a trial for the real thing. */
  title: label.nullable().default(null),
  link: z
    .url({ protocol: /^https?$/, error: 'is not an address such as https://mothball.example.com' })
    .nullable()
    .default(null),
  channels: z.array(z.discriminatedUnion('kind', [emailChannel, slackChannel, teamsChannel])).default([]),
  daily: z.strictObject({ at: clock.default('07:00') }).prefault({}),
  weekly: z.strictObject({ at: clock.default('07:30'), day: z.enum(WEEKDAYS).default('monday') }).prefault({}),
  monthly: z.strictObject({ at: clock.default('08:00') }).prefault({}),
  allow: z.array(host).default([]),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
})

export type NotifyConfig = Readonly<z.output<typeof notifySchema>>
/** Without channels nobody is told; the journal still knows. */
export const NOBODY: NotifyConfig = notifySchema.parse({})

export type ChannelConfig = NotifyConfig['channels'][number]
export type EmailConfig = Extract<ChannelConfig, { kind: 'email' }>

/** 1 is Monday, as PostgreSQL's isodow has it. */
export const weekdayNumber = (day: NotifyConfig['weekly']['day']): number => WEEKDAYS.indexOf(day) + 1

/** True where the channel wants to hear of such an alert. */
export const hearsAlert = ({ alerts }: ChannelConfig, alert: Alert): boolean =>
  Array.isArray(alerts) ? alerts.includes(alert) : alerts

/** What the fields can get wrong together. */
export function notifyProblems({
  channels,
  allow,
}: NotifyConfig): readonly Readonly<{ field: string; problem: string }>[] {
  return channels.flatMap((channel, index) => {
    const at = (field: string, problem: string) => ({ field: `notify.channels[${index}].${field}`, problem })
    const isTwice = channels.findIndex(({ name }) => name === channel.name) !== index
    return [
      ...(isTwice ? [at('name', `${channel.name} is used twice`)] : []),
      ...(channel.kind === 'email' ? smtpProblems(channel.smtp).map(([f, p]) => at(`smtp.${f}`, p)) : []),
      ...(channel.kind !== 'email' && !isSecureOrAllowed(channel.url, allow)
        ? [at('url', 'must begin with https://, or its host must stand in notify.allow')]
        : []),
    ]
  })
}

function smtpProblems({ user, password, security }: EmailConfig['smtp']): readonly (readonly [string, string])[] {
  if ((user === null) !== (password === null))
    return [[user === null ? 'user' : 'password', 'is missing: user and password belong together']]
  return user !== null && security === 'none' ? [['security', 'none would send the password in the open']] : []
}

const isSecureOrAllowed = (url: string, allow: readonly string[]): boolean => {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || allow.includes(hostname)
}

/** Never quotes the address: it is a secret. */
function webhookProblem(text: string): string | null {
  try {
    const { protocol, username, password } = new URL(text)
    if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://'
    return username + password === '' ? null : 'must not hold a user or a password'
  } catch {
    return 'is not an address such as https://hooks.example.com/...'
  }
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
