/**
 * Names of tables as people write them (`orders`, `crm.orders`) and as the code holds them. A name that PostgreSQL
 * would cut (63 bytes), or that carries a quote, a semicolon or NUL, is refused here: it never reaches the catalog.
 */
export type TableName = Readonly<{ schema: string; table: string }>

/** PostgreSQL's NAMEDATALEN - 1: longer names are cut silently, so that `x…_backup` could resolve to `x…`. */
export const MAX_NAME_BYTES = 63

const FORBIDDEN = ['"', "'", ';', '\\', '\0', '\n', '\r']

/** The problem with one identifier, or null when it is sound. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'is empty'
  if (name.trim() !== name) return 'begins or ends with a space'
  const bytes = new TextEncoder().encode(name).length
  if (bytes > MAX_NAME_BYTES) return `has ${bytes} bytes; PostgreSQL keeps ${MAX_NAME_BYTES}`
  if (FORBIDDEN.some((character) => name.includes(character))) return 'holds a quote, ; or a control character'
  return null
}

/** `orders` is public.orders; more than one dot is a problem (returned as null). */
export function parseTableName(text: string): TableName | null {
  const parts = text.split('.')
  if (parts.length > 2) return null
  const [schema, table] = parts.length === 2 ? [parts[0], parts[1]] : ['public', parts[0]]
  return { schema: schema ?? '', table: table ?? '' }
}

/** The name as people know it: the schema is left out where it is public. */
export const tableText = (name: TableName): string =>
  name.schema === 'public' ? name.table : `${name.schema}.${name.table}`

/** Always with its schema: what the journal stores. */
export const qualifiedText = (name: TableName): string => `${name.schema}.${name.table}`

export const sameTable = (a: TableName, b: TableName): boolean => a.schema === b.schema && a.table === b.table
