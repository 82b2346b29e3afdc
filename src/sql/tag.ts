/**
 * The one way to write SQL here. A value in a template becomes a bound parameter; an identifier or a piece of SQL
 * must be made as such, so that no text can slip into a statement. Statements are data until the database runs them.
 */
import type { TableName } from '../core/names.ts'

/** What may be bound. Rows travel as server text; arrays become PostgreSQL arrays of text. */
export type Value = string | number | boolean | null | readonly (string | number | null)[]

/** A piece of SQL with the values it binds. `Row` is the shape of what it returns, all as server text. */
export class Sql<Row extends object = object> {
  readonly #parts: readonly (string | Value)[]
  /** Never set: it only carries the row type from the statement to its reader. */
  declare readonly row?: Row

  readonly isPlannedAnew: boolean

  /** Even places hold SQL, odd places hold values; use the tag, not this. */
  constructor(parts: readonly (string | Value)[], isPlannedAnew = false) {
    this.#parts = parts
    this.isPlannedAnew = isPlannedAnew
  }

  get parts(): readonly (string | Value)[] {
    return this.#parts
  }

  /** `$1`, `$2`, ... in the order of appearance. */
  get text(): string {
    return this.#parts.map((part, index) => (index % 2 === 0 ? String(part) : `$${(index + 1) / 2}`)).join('')
  }

  get values(): readonly Value[] {
    return this.#parts.filter((_part, index) => index % 2 === 1) as Value[]
  }
}

/** `sql<{ n: string }>\`select count(*) as n from ${table(name)} where id = ${id}\`` */
export function sql<Row extends object = object>(
  strings: TemplateStringsArray,
  ...holes: readonly (Sql<object> | Value)[]
): Sql<Row> {
  const parts: (string | Value)[] = [strings[0] ?? '']
  holes.forEach((hole, index) => {
    const after = strings[index + 1] ?? ''
    if (hole instanceof Sql) splice(parts, hole, after)
    else parts.push(hole, after)
  })
  return new Sql<Row>(parts)
}

/**
 * The same, never planned without its values: an array in which rows are looked up by hash is searched from its start
 * for each of them where the planner has not seen it (9,000 rows among 9,000 keys: 412 ms instead of 16).
 */
export const plannedAnew = <Row extends object>(query: Sql<Row>): Sql<Row> => new Sql<Row>(query.parts, true)

/** Appends `piece` and then `after`, joining SQL with SQL so that values keep the odd places. */
function splice(parts: (string | Value)[], piece: Sql, after: string): void {
  const [first = '', ...rest] = piece.parts
  parts.push(`${String(parts.pop() ?? '')}${String(first)}`, ...rest)
  parts.push(`${String(parts.pop() ?? '')}${after}`)
}

/** A quoted identifier. Only for names that came from the catalog or passed `nameProblem`. */
export const id = (name: string): Sql => new Sql([`"${name.replaceAll('"', '""')}"`])

/** A schema-qualified, quoted table. */
export const table = (name: TableName): Sql => sql`${id(name.schema)}.${id(name.table)}`

/** `alias."column"`. */
export const column = (alias: Sql, name: string): Sql => sql`${alias}.${id(name)}`

/** SQL that is fixed in this program: a keyword, an operator, a type name from the catalog. Never for user text. */
export const raw = (text: string): Sql => new Sql([text])

/**
 * A text as a literal within the statement, for DDL, which binds nothing. Right with either setting of
 * standard_conforming_strings. Throws RangeError for NUL, which no text of PostgreSQL can hold.
 */
export function literal(text: string): Sql {
  if (text.includes('\0')) throw new RangeError('a text with NUL cannot be a literal')
  const quoted = `'${text.replaceAll("'", "''")}'`
  // The space keeps E apart from a word before it.
  return raw(text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted)
}

/**
 * The same SQL with its values as literals, for statements that stand inside a function's body. NULL and texts as they
 * are, numbers and truths as their texts: the casts around a value in its template hold for the literal too.
 */
export const inlined = (query: Sql): Sql =>
  raw(query.parts.map((part, index) => (index % 2 === 0 ? String(part) : literalOf(part).text)).join(''))

function literalOf(value: Value): Sql {
  if (value === null) return raw('null')
  if (!Array.isArray(value)) return literal(String(value))
  return sql`array[${commaList(value.map((each) => (each === null ? raw('null') : literal(String(each)))))}]`
}

export const empty: Sql = raw('')

/** Pieces with a separator between them. */
export const join = (pieces: readonly Sql[], separator: string): Sql =>
  pieces.reduce((all, piece, index) => (index === 0 ? piece : sql`${all}${raw(separator)}${piece}`), empty)

export const commaList = (pieces: readonly Sql[]): Sql => join(pieces, ', ')

/** All of the conditions; true where there are none. */
export const allOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0
    ? raw('true')
    : join(
        conditions.map((each) => sql`(${each})`),
        ' and ',
      )

/** Any of the conditions; false where there are none. */
export const anyOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0
    ? raw('false')
    : join(
        conditions.map((each) => sql`(${each})`),
        ' or ',
      )
