/** The section `audit` of the configuration: the key that signs checkpoints, those that are trusted, and where heads go. */
import { z } from 'zod'
import { privateKeyOf, publicKeyOf, type SigningKey, type TrustedKeys } from './checkpoint.ts'

const keyId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, lines or underscores')

export const auditSchema = z.strictObject({
  heads: z
    .string()
    .min(1)
    .refine((path) => !path.split(/[\\/]/).includes('..'), 'must not lead upwards with ..')
    .optional(),
  signing: z
    .strictObject({
      keyId,
      privateKey: z.string().refine((pem) => privateKeyOf(pem) !== null, 'must be a private key of Ed25519 in PEM'),
    })
    .optional(),
  publicKeys: z
    .record(
      keyId,
      z.string().refine((pem) => publicKeyOf(pem) !== null, 'must be a public key of Ed25519 in PEM'),
    )
    .default({}),
})

export type AuditOptions = Readonly<z.output<typeof auditSchema>>

/** Null where none is configured. */
export function signingKeyOf({ signing }: AuditOptions): SigningKey | null {
  const key = signing === undefined ? null : privateKeyOf(signing.privateKey)
  return signing === undefined || key === null ? null : { id: signing.keyId, key }
}

/** The signing key's own public half, and those that are listed; a listed one goes before. */
export function trustedKeysOf({ signing, publicKeys }: AuditOptions): TrustedKeys {
  const pems = [...(signing === undefined ? [] : [[signing.keyId, signing.privateKey] as const])]
  const all = [...pems, ...Object.entries(publicKeys)].flatMap(([id, pem]) => {
    const key = publicKeyOf(pem)
    return key === null ? [] : [[id, key] as const]
  })
  return new Map(all)
}
