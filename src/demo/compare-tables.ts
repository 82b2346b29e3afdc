/** Compares archived rows with the rows that they were, by plain SQL, in every column of every table. */
import type { PlainSql } from './plain-sql.ts'
import { SAMPLE_TABLES } from './sample-tables.ts'
import { Disagreement } from './tour.ts'

export type Compared = Readonly<{ rows: number; fields: number }>

/** `before` sees the database before the move, `now` after it. Throws Disagreement, with a table's name and a count. */
export async function compareTables(before: PlainSql, now: PlainSql): Promise<Compared> {
  let [rows, fields] = [0, 0]
  for (const table of SAMPLE_TABLES) {
    const columns = await columnsOf(now, table)
    const archived = await digests(now, `${table}_backup`, columns, null)
    const ids = [...archived.keys()]
    const were = await digests(before, table, columns, ids)
    const differing = ids.filter((id) => archived.get(id) !== were.get(id)).length
    if (differing > 0) throw new Disagreement(`${differing} rows of ${table}_backup are not what they were in ${table}`)
    const left = await now.count(`select count(*) from public.${table} where id = any($1)`, [ids])
    if (left > 0) throw new Disagreement(`${left} archived rows are still in ${table}`)
    rows += ids.length
    fields += ids.length * columns.length
  }
  return { rows, fields }
}

async function columnsOf(sql: PlainSql, table: string): Promise<readonly string[]> {
  const found = await sql.rows(
    `select quote_ident(attname) as name from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [`public.${table}`],
  )
  return found.map(({ name }) => name ?? '')
}

/** By id; of all rows where `ids` is null. */
async function digests(
  sql: PlainSql,
  table: string,
  columns: readonly string[],
  ids: readonly string[] | null,
): Promise<ReadonlyMap<string, string>> {
  const found = await sql.rows(
    `select id, md5(row(${columns.join()})::text) as digest from public.${table}
    where $1::bigint[] is null or id = any($1)`,
    [ids],
  )
  return new Map(found.map(({ id, digest }) => [id ?? '', digest ?? '']))
}
