/** The part of JSON Schema that our configuration makes use of, read from what zod prints: never guessed at. */
import { z } from 'zod'

export type JsonSchema = Readonly<{
  type?: string | readonly string[]
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  properties?: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
  items?: JsonSchema
  anyOf?: readonly JsonSchema[]
  oneOf?: readonly JsonSchema[]
}>

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).exactOptional(),
    enum: z.array(z.unknown()).exactOptional(),
    const: z.unknown().exactOptional(),
    default: z.unknown().exactOptional(),
    minimum: z.number().exactOptional(),
    exclusiveMinimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
    minLength: z.number().exactOptional(),
    maxLength: z.number().exactOptional(),
    properties: z.record(z.string(), jsonSchema).exactOptional(),
    required: z.array(z.string()).exactOptional(),
    items: jsonSchema.exactOptional(),
    anyOf: z.array(jsonSchema).exactOptional(),
    oneOf: z.array(jsonSchema).exactOptional(),
  }),
)

export const readSchema = (schema: unknown): JsonSchema => jsonSchema.parse(schema)

/** One field of a configuration, by its path: `keep[].where[].column`. */
export type SchemaField = Readonly<{ path: string; schema: JsonSchema; required: boolean }>

/** Every field under `schema`, those of lists and nullable objects too, in the schema's order. */
export function fieldsOf(schema: JsonSchema, above = ''): readonly SchemaField[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = above === '' ? name : `${above}.${name}`
    return [{ path, schema: inner, required: schema.required?.includes(name) ?? false }, ...fieldsOf(inner, path)]
  })
  const items = schema.items === undefined ? [] : fieldsOf(schema.items, `${above}[]`)
  return [
    ...own,
    ...items,
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((each) => fieldsOf(each, above)),
  ]
}

/** `whole number, 1 to 10,000`, `` `archive`, `keep` or `block` ``, `list of text`. */
export function typeText(schema: JsonSchema): string {
  const { anyOf, type, items } = schema
  if (schema.enum !== undefined) return orText(schema.enum.map((each) => `\`${String(each)}\``))
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (anyOf !== undefined) return orText(anyOf.filter((each) => each.type !== 'null').map(typeText))
  if (Array.isArray(type)) return orText(type.filter((each) => each !== 'null').map((each) => simple(schema, each)))
  if (type === 'array') return items?.properties === undefined ? `list of ${items ? typeText(items) : ''}` : 'list'
  return simple(schema, String(type))
}

function simple({ minimum, exclusiveMinimum, maximum, maxLength }: JsonSchema, type: string): string {
  const name = { string: 'text', number: 'number', integer: 'whole number', boolean: '`true` or `false`' }[type] ?? type
  const figure = (value: number) => value.toLocaleString('en-GB')
  if (exclusiveMinimum !== undefined && maximum !== undefined)
    return `${name}, more than ${exclusiveMinimum}, at most ${figure(maximum)}`
  if (minimum !== undefined && maximum !== undefined) return `${name}, ${figure(minimum)} to ${figure(maximum)}`
  return maxLength === undefined ? name : `${name}, at most ${maxLength} characters`
}

const orText = (words: readonly string[]): string => {
  const distinct = [...new Set(words)]
  return distinct.length < 2 ? distinct.join('') : `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}`
}
