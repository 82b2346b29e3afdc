/** The section `cold` of the configuration: where cold files lie, and under which keys. Read once; inside, it is sound. */
import { z } from 'zod'
import type { FileKey } from './encryption.ts'

/** AES-256. */
const KEY_BYTES = 32

/** A century: no policy keeps longer, and a slip of the finger cannot be taken back. */
const MAX_LOCK_DAYS = 36_500

const s3Schema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is no name of a bucket'),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).default('us-east-1'),
  prefix: z
    .string()
    .regex(
      /^([A-Za-z0-9_=-][A-Za-z0-9._=-]*(\/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*)?$/,
      'must be a path such as archive/crm',
    )
    .default(''),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  lock: z
    .strictObject({ mode: z.enum(['governance', 'compliance']), days: z.int().min(1).max(MAX_LOCK_DAYS) })
    .optional(),
})

/** 32 bytes in base64, as `openssl rand -base64 32` makes them. */
const keySchema = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, `must be ${KEY_BYTES} bytes in base64`)

/** Keys by name; `current` is for what is written now, the others for what is there. */
const keyRingSchema = z
  .strictObject({
    current: z.string().min(1),
    keys: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), keySchema),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), 'names a key that is not among keys')

export const coldSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .refine((path) => !path.split(/[\\/]/).includes('..'), 'must not lead upwards with ..')
      .optional(),
    s3: s3Schema.optional(),
    encryption: keyRingSchema.optional(),
    contacts: keyRingSchema.optional(),
  })
  .refine(({ directory, s3 }) => directory === undefined || s3 === undefined, 'takes directory or s3, not both')

export type ColdOptions = Readonly<z.output<typeof coldSchema>>

/** The current one first; none where none are configured. */
export function keysOf(ring: z.output<typeof keyRingSchema> | undefined): readonly FileKey[] {
  if (ring === undefined) return []
  const { current, keys } = ring
  const all = Object.entries(keys).map(([id, text]) => ({ id, key: Buffer.from(text, 'base64') }))
  return [...all.filter(({ id }) => id === current), ...all.filter(({ id }) => id !== current)]
}
