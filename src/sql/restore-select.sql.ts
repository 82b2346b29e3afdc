/**
 * Which families a restore is about. A selection is walked batch by batch of the archive, then in the key's order, so
 * that its cost grows with what is selected and not with its square. Keys come back as journal keys.
 */
import type { ArchivedTable } from '../core/archived-family.ts'
import type { RestoreSelection } from '../core/restore.ts'
import { columnOf, type TableShape } from '../core/table.ts'
import { columnsOf, type KeySet, keyRange, keyText, unnestKeys } from './keys.sql.ts'
import { allOf, column, commaList, raw, type Sql, sql, table } from './tag.ts'

/** The archive subject's row in every filter. */
const ROW: Sql = raw('a')
const KEY: Sql = raw('u')

export const RESTORE_OPERATORS = ['=', '<>', '<', '<=', '>', '>=', 'like', 'is null', 'is not null'] as const

/** Rows of the archive subject that a selection other than by keys is about. */
export function selectedSql(
  { twin }: ArchivedTable,
  selection: Exclude<RestoreSelection, Readonly<{ by: 'keys' }>>,
): Sql {
  if (selection.by === 'run')
    return sql`${ROW}.archive_batch in (select b.id from mothball.batch b where b.run_id = ${selection.run}::bigint)`
  if (selection.by === 'time')
    return allOf([
      sql`${ROW}.archived_at >= ${selection.since}::timestamptz`,
      ...(selection.until === null ? [] : [sql`${ROW}.archived_at < ${selection.until}::timestamptz`]),
      sql`${ROW}.archive_batch is not null`,
    ])
  return allOf(selection.conditions.map((condition) => conditionSql(twin, condition)))
}

/** A comparison as SQL means it: NULL meets none but `is null`, so nothing comes home that was not clearly asked for. */
function conditionSql(
  twin: TableShape,
  { column: name, operator, value }: Readonly<{ column: string; operator: string; value: string }>,
): Sql {
  const [shape] = columnsOf(twin, [name])
  if (shape === undefined || !isOperator(operator)) throw new RangeError('the filter is checked before')
  const own = column(ROW, name)
  if (operator === 'is null' || operator === 'is not null') return sql`${own} ${raw(operator)}`
  if (operator === 'like') return sql`${own}::text like ${value}`
  return sql`${own} ${raw(operator)} ${value}::${raw(unmodified(shape.baseType))}`
}

export const isOperator = (text: string): text is (typeof RESTORE_OPERATORS)[number] =>
  RESTORE_OPERATORS.some((operator) => operator === text)

/** `character` and `bit` without a length mean a length of 1 and would cut the value. */
function unmodified(type: string): string {
  if (type === 'character') return 'bpchar'
  return type === 'bit' ? 'bit varying' : type
}

/** A stretch of the archive: its batches, or (null) the rows that others put there. */
export type Stretch = Readonly<{ batches: readonly string[] | null; rows: number }>

/** How many selected subjects each batch holds; `batch` is null for rows that others put there. */
export const sourcesSql = (subject: ArchivedTable, selected: Sql): Sql<{ batch: string | null; rows: string }> =>
  sql`select ${ROW}.archive_batch as batch, count(*) as rows from only ${table(subject.shape.name)} ${ROW}
    where ${selected} group by ${ROW}.archive_batch order by ${ROW}.archive_batch`

/** Up to `limit` keys of a stretch after `after`, cut into sets of `setSize`; `keys` is a JSON array of journal keys. */
export function pageSql(
  { shape }: ArchivedTable,
  selected: Sql,
  page: Readonly<{ stretch: Stretch; after: string | null; limit: number; setSize: number }>,
): Sql<{ keys: string }> {
  const { batches } = page.stretch
  const order = commaList(shape.key.map((name) => column(ROW, name)))
  const isMine =
    batches === null ? sql`${ROW}.archive_batch is null` : sql`${ROW}.archive_batch = any(${batches}::bigint[])`
  return sql`select pg_catalog.json_agg(p.key order by p.place)::text as keys from (
      select ${keyText(ROW, shape.key)} as key, row_number() over (order by ${order}) as place,
        (row_number() over (order by ${order}) - 1) / ${page.setSize}::bigint as part
      from only ${table(shape.name)} ${ROW} where ${allOf([isMine, selected, ...keyRange(ROW, shape, page.after, null)])}
      order by ${order} limit ${page.limit}::bigint
    ) p group by p.part order by p.part`
}

/** Each key as the database writes it, and where it is now. */
export type WhereaboutsRow = Readonly<{ key: string; active: string; archived: string }>

export function whereaboutsSql({ home, shape }: ArchivedTable, keys: KeySet): Sql<WhereaboutsRow> {
  const isThere = (name: Sql) =>
    sql`exists (select from only ${name} t where ${allOf(shape.key.map((each) => sql`${column(raw('t'), each)} = ${column(KEY, each)}`))})`
  return sql`select ${keyText(KEY, shape.key)} as key, ${isThere(table(home.name))}::text as active,
      ${isThere(table(shape.name))}::text as archived
    from ${unnestKeys(KEY, shape, keys)} order by ${KEY}.ordinality`
}

/** A key set as journal keys: a JSON array, null for none. */
export const journalKeysSql = ({ shape }: ArchivedTable, keys: KeySet): Sql<{ keys: string | null }> =>
  sql`select pg_catalog.json_agg(${keyText(KEY, shape.key)} order by ${KEY}.ordinality)::text as keys
    from ${unnestKeys(KEY, shape, keys)}`

/** How many subjects of a run have left the archive since and are active now. */
export function homeOfRunSql({ home }: ArchivedTable, name: string, run: number): Sql<{ count: string }> {
  const isActive = home.key.map((each, index) => {
    const part = home.key.length === 1 ? raw('d.row_key') : sql`(d.row_key::jsonb ->> ${index}::integer)`
    return sql`${column(raw('h'), each)} = ${part}::${raw(columnOf(home, each)?.type ?? 'text')}`
  })
  // Materialized, so that no key of another table is ever read as one of this table's type.
  return sql`with d as materialized (
      select d.row_key from mothball.batch b join mothball.departure d on d.batch_id = b.id and d.table_name = ${name}
      where b.run_id = ${run}::bigint)
    select count(*) as count from d join only ${table(home.name)} h on ${allOf(isActive)}`
}
