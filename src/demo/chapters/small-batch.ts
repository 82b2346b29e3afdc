/**
 * Ten customers move first, and are compared by plain SQL, field by field, with what they were before: a snapshot taken
 * before the run still sees the old rows while the archive holds the new ones.
 */
import type { RunResult } from '../../core/run.ts'
import { inSnapshot, type PlainSql } from '../plain-sql.ts'
import { SAMPLE_TABLES } from '../sample-tables.ts'
import { Disagreement, number, type Tour } from '../tour.ts'

const CUSTOMERS = 10

type Compared = Readonly<{ rows: number; fields: number }>

export async function moveTen(tour: Tour): Promise<RunResult> {
  const { archiver, policy, sql, url, signal, tell } = tour
  tell.step('Ten customers first, compared with what they were')
  tell.command(`mothball run --max-rows ${CUSTOMERS} --batch-size ${CUSTOMERS} --yes`)
  return inSnapshot(url, async (before) => {
    const result = await archiver.run(policy, { maxRows: CUSTOMERS, batchSize: CUSTOMERS, signal })
    // TODO render
    const compared = await compareTables(before, sql)
    const stamped = await sql.count(
      'select count(*) from public.nic_cc_customer_backup where archived_at is not null and archive_reason is not null',
    )
    if (stamped !== result.archived)
      throw new Disagreement(`${stamped} of ${result.archived} archived customers have an archived_at`)
    tell.say(
      `plain SQL: ${number(compared.rows)} rows, ${number(compared.fields)} fields equal; archived_at set on all ${stamped}`,
    )
    return result
  })
}

async function compareTables(before: PlainSql, sql: PlainSql): Promise<Compared> {
  let [rows, fields] = [0, 0]
  for (const table of SAMPLE_TABLES) {
    const columns = await columnsOf(sql, table)
    const now = await digests(sql, `${table}_backup`, columns, null)
    const then = await digests(before, table, columns, [...now.keys()])
    const differing = [...now].filter(([id, digest]) => then.get(id) !== digest)
    if (differing.length > 0) throw new Disagreement(`${differing.length} rows of ${table}_backup differ from ${table}`)
    const left = await sql.count(`select count(*) from public.${table} where id = any($1)`, [[...now.keys()]])
    if (left > 0) throw new Disagreement(`${left} archived rows are still in ${table}`)
    rows += now.size
    fields += now.size * columns.length
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

/** By id; all rows where `ids` is null. */
async function digests(
  sql: PlainSql,
  table: string,
  columns: readonly string[],
  ids: readonly string[] | null,
): Promise<ReadonlyMap<string | null | undefined, string | null | undefined>> {
  const found = await sql.rows(
    `select id, md5(row(${columns.join()})::text) as digest from public.${table} where $1::bigint[] is null or id = any($1)`,
    [ids],
  )
  return new Map(found.map(({ id, digest }) => [id, digest]))
}
