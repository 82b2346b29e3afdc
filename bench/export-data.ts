/** One archived table past its export age, over four months; what an export of it is measured against and compared with. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { to as copyTo } from 'pg-copy-streams'
import { type Template, withClient } from './arena.ts'
import type { Sample } from './interleave.ts'
import { subjectTemplate } from './subject-data.ts'

const DAYS_OLD = 500
const MONTHS = 4

export const agedTemplate = (rows: number): Template => ({
  name: `aged_${rows}`,
  base: subjectTemplate(rows),
  build: (url) =>
    withClient(url, async (client) => {
      await client.query(
        `with moved as (delete from public.customer returning *)
        insert into public.customer_backup (id, created_at, name, email, mobile, policy_number, amount_due, status, notes,
          archived_at, archived_by, archive_reason, archive_batch)
        select id, created_at, name, email, mobile, policy_number, amount_due, status, notes,
          now() - make_interval(days => ${DAYS_OLD}, months => (${MONTHS} * (id - 1) / $1::bigint)::int), 'system', '60_day_rule', 1
        from moved`,
        [rows],
      )
    }),
})

const COLUMNS = [
  ['id', 'bigint'],
  ['created_at', 'varchar'],
  ['name', 'varchar'],
  ['email', 'varchar'],
  ['mobile', 'varchar'],
  ['policy_number', 'varchar'],
  ['amount_due', 'varchar'],
  ['status', 'varchar'],
  ['notes', 'varchar'],
  ['archived_at', 'varchar'],
  ['archived_by', 'varchar'],
  ['archive_reason', 'varchar'],
  ['archive_batch', 'bigint'],
] as const

const NAMES = COLUMNS.map(([name]) => name).join(', ')
const COPY = `copy (select ${NAMES} from public.customer_backup) to stdout (format csv, force_quote *)`

/** The physical limit: every row over the wire, and nobody keeps it. */
export const copyToNothing = (url: string): Promise<Sample> =>
  withClient(url, async (client) => {
    const startedAt = performance.now()
    const stream = client.query(copyTo(COPY))
    await pipeline(stream, new Writable({ write: (_chunk, _encoding, done) => done() }))
    return { ms: performance.now() - startedAt, rows: stream.rowCount }
  })

/** Throws where a reader of Parquet who knows nothing of us finds a row too many or too few in the files. */
export async function requireSameRows(url: string, folder: string): Promise<void> {
  const own = await mkdtemp(join(tmpdir(), 'mothball-bench-'))
  try {
    const csv = join(own, 'rows.csv')
    await withClient(url, async (client) => {
      await client.query("set timezone = 'UTC'; set datestyle = 'ISO'")
      await pipeline(client.query(copyTo(COPY)), createWriteStream(csv))
    })
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', temp_directory: own })
    const duck = await instance.connect()
    const types = COLUMNS.map(([name, type]) => `'${name}': '${type}'`).join(', ')
    await duck.run(`create view there as select * from read_csv('${csv}', columns = {${types}}, header = false,
      auto_detect = false, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false)`)
    await duck.run(
      `create view cold as select ${NAMES} from read_parquet('${folder}/policy=*/table=*/month=*/*.parquet')`,
    )
    const [counts] = (
      await duck.runAndReadAll(`select (select count(*) from there)::int as there, (select count(*) from cold)::int as cold,
        (select count(*) from (from there except all from cold))::int as missing,
        (select count(*) from (from cold except all from there))::int as strange`)
    ).getRowObjects()
    duck.closeSync()
    instance.closeSync()
    if (
      counts === undefined ||
      counts['there'] !== counts['cold'] ||
      counts['missing'] !== 0 ||
      counts['strange'] !== 0
    )
      throw new Error(`the files hold other rows than the archive: ${JSON.stringify(counts)}`)
  } finally {
    await rm(own, { recursive: true })
  }
}
