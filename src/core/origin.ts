/** Where each value of a configuration came from: the answer of `mothball config --origin`. Secrets are masked. */
import type { Policy } from './policy.ts'
import type { Reference } from './substitute.ts'

/** `origin`: the file, `environment NAME`, `preset NAME`, `flag --NAME`, or `default`. */
export type Origin = Readonly<{ field: string; value: unknown; origin: string }>

/** A part of the document with its defaults, and the same as it was written. */
export type Section = Readonly<{ name: string; value: object; written: unknown }>

export type OriginInput = Readonly<{
  url: string | null
  /** null: the address stands in the file, or nowhere. */
  urlOrigin: string | null
  file: string
  /** Of a fleet; its origins stand in the file. */
  databases?: readonly Readonly<{ name: string; url: string }>[]
  policies: readonly Readonly<{
    policy: Policy
    preset: string | null
    written: object
    unfolded: object
  }>[]
  sections: readonly Section[]
  references: ReadonlyMap<string, readonly Reference[]>
}>

export function originsOf({
  url,
  urlOrigin,
  file,
  databases = [],
  policies,
  sections,
  references,
}: OriginInput): readonly Origin[] {
  const inFile = (field: string) => referencesText(file, references.get(field) ?? [])
  const database = {
    field: 'database.url',
    value: url === null ? null : maskedUrl(url),
    origin: url === null ? 'nowhere' : (urlOrigin ?? inFile('database.url')),
  }
  const fields = policies.flatMap(({ policy, preset, written, unfolded }, index) =>
    leaves(policy).map(({ path, value }) => {
      const field = `policies[${index}].${path.join('.')}`
      const otherwise = preset !== null && isWritten(unfolded, path) ? `preset ${preset}` : 'default'
      return { field, value, origin: isWritten(written, path) ? inFile(field) : otherwise }
    }),
  )
  const fleet = databases.map((each) => {
    const field = `databases.${each.name}.url`
    return { field, value: maskedUrl(each.url), origin: inFile(field) }
  })
  const others = sections.flatMap(({ name, value, written }) =>
    leaves(value).map(({ path, value: inner }) => {
      const field = `${name}.${path.join('.')}`
      const isSecret = path.some((part) => SECRETS.includes(part) || SECRET_MAPS.includes(part))
      return { field, value: masked(inner, isSecret), origin: isWritten(written, path) ? inFile(field) : 'default' }
    }),
  )
  return [...(fleet.length > 0 && url === null ? fleet : [database]), ...fields, ...others]
}

/** Whoever has the address of a webhook may write to its channel. */
const SECRETS = ['password', 'url', 'ca', 'accessKeyId', 'secretAccessKey', 'privateKey']
/** Each value in them is a secret. */
const SECRET_MAPS = ['keys']

/** The same value with each secret in it as stars. */
export function masked(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((each) => masked(each, isSecret))
  if (typeof value === 'string' && isSecret) return '***'
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      masked(inner, isSecret || (typeof inner === 'string' ? SECRETS : SECRET_MAPS).includes(key)),
    ]),
  )
}

/** The address with its password as stars. */
export function maskedUrl(url: string): string {
  const masked = new URL(url)
  if (masked.password !== '') masked.password = '***'
  for (const name of masked.searchParams.keys()) if (/password/i.test(name)) masked.searchParams.set(name, '***')
  return masked.href
}

type Leaf = Readonly<{ path: readonly string[]; value: unknown }>

/** Fields and fields of fields; a list is one value. */
const leaves = (value: object, above: readonly string[] = []): readonly Leaf[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const path = [...above, key]
    const isInner = inner !== null && typeof inner === 'object' && !Array.isArray(inner) && !isName(inner)
    return isInner ? leaves(inner, path) : [{ path, value: inner }]
  })

/** A table's name is one value, though it is held in two parts. */
const isName = (value: object): boolean => 'schema' in value && 'table' in value

function isWritten(written: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true
  if (written === null || typeof written !== 'object' || !Object.hasOwn(written, key)) return false
  return isWritten(Object.entries(written).find(([name]) => name === key)?.[1], rest)
}

const referencesText = (file: string, references: readonly Reference[]): string =>
  [file, ...references.map(({ kind, name }) => (kind === 'file' ? `file ${name}` : `environment ${name}`))].join(', ')
