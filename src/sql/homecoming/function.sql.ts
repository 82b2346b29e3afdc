/**
 * A function that is generated into the schema `mothball`. It runs with its maker's rights, under a search path and text
 * settings of its own, and nobody else may call it; its body tells all that it was made from, so that two are the same
 * when their bodies are.
 */
import { commaList, id, inlined, raw, type Sql, sql } from '../tag.ts'

export type GeneratedFunction = Readonly<{
  /** Within the schema `mothball`. */
  name: string
  /** Types of its arguments, as the catalog prints them. */
  takes: readonly string[]
  returns: 'boolean' | 'void' | 'trigger'
  /** By name; `search_path` is a list of quoted names. */
  settings: Readonly<Record<string, string>>
  /** PL/pgSQL, as the server stores it. */
  body: string
}>

/** The function of these parts. What no body shows, its signature and settings, goes into the body's first line. */
export function generated(parts: Omit<GeneratedFunction, 'body'>, body: Sql): GeneratedFunction {
  const { takes, returns, settings } = parts
  const made = `-- made by \`mothball homecoming install\`: ${JSON.stringify({ takes, returns, settings })}`
  return { ...parts, body: `\n${made}\n#variable_conflict use_column\n${inlined(body).text.trim()}\n` }
}

/** Replaces one of the same name and arguments, in place. */
export const createFunctionSql = ({ name, takes, returns, settings, body }: GeneratedFunction): readonly Sql[] => [
  sql`create or replace function mothball.${id(name)}(${raw(takes.join(', '))}) returns ${raw(returns)}
language plpgsql volatile security definer
${raw(
  Object.entries(settings)
    .map(([setting, value]) => `set ${setting} to ${setting === 'search_path' ? value : `'${value}'`}`)
    .join('\n'),
)}
as ${raw(quoted(body))}`,
  sql`revoke all on function mothball.${id(name)}(${raw(takes.join(', '))}) from public`,
]

export const dropFunctionSql = (name: string, takes: string): Sql =>
  sql`drop function if exists mothball.${id(name)}(${raw(takes)})`

/** Within dollars that the body itself does not have. */
function quoted(body: string): string {
  let dollars = '$mothball$'
  for (let n = 1; body.includes(dollars); n += 1) dollars = `$mothball${n}$`
  return `${dollars}${body}${dollars}`
}

/** `raise` with a code of ours. `message` and `hint` are SQL texts. */
export const raiseSql = (code: HomecomingCode, message: Sql, hint: Sql): Sql =>
  sql`raise exception using errcode = ${HOMECOMING_CODES[code]}, message = ${message}, hint = ${hint}`

/** SQLSTATEs of our own class, which PostgreSQL leaves free. */
export const HOMECOMING_CODES = {
  /** The row that is written is in the archive itself. */
  row_archived: 'MB001',
  /** The family is in the archive, and something keeps it from coming home. */
  cannot_come_home: 'MB002',
  /** The functions were made for other tables than these. */
  homecoming_stale: 'MB003',
} as const

export type HomecomingCode = keyof typeof HOMECOMING_CODES

/** `format('...', a, b)`, all in pg_catalog. */
export const formatSql = (text: string, ...values: readonly Sql[]): Sql =>
  sql`pg_catalog.format(${commaList([sql`${text}`, ...values])})`
