/** DuckDB over one folder: Parquet files made and read within a bounded memory, by one thread, without the network. */
import { DuckDBInstance } from '@duckdb/node-api'
import { z } from 'zod'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { toParquetSql } from '../sql/cold-file.sql.ts'
import type { Sql } from '../sql/tag.ts'

/** What an export may take beside Node itself: half of the bar of 512 MB. */
const MEMORY = '256MB'

/** Longest rows that are tried, in bytes: a buffer takes twice as much, and only few tables need more than the first. */
const LINE_BYTES = [4_194_304, 33_554_432, 134_217_728]
/** The same with the memory that such a row needs. */
const MEMORY_FOR_LONG_ROWS = '1500MB'

export interface Parquet extends Disposable {
  /** Throws what DuckDB threw at the largest row that it was allowed. */
  write(csv: string, parquet: string, columns: readonly ColdColumn[]): Promise<void>
  /** What a query answers, each column as its texts: a record for each row would cost more than the query. */
  columns(query: Sql): Promise<Columns>
}

export type Columns = Readonly<Record<string, readonly (string | null)[]>>

const texts = z.record(z.string(), z.array(z.string().nullable()))

export async function openParquet(folder: string): Promise<Parquet> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY,
    threads: '1',
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  const write = async (csv: string, parquet: string, columns: readonly ColdColumn[], attempt = 0): Promise<void> => {
    try {
      await connection.run(toParquetSql(csv, parquet, columns, LINE_BYTES[attempt] ?? 0).text)
    } catch (error) {
      if (attempt + 1 === LINE_BYTES.length) throw error
      await connection.run(`set memory_limit = '${MEMORY_FOR_LONG_ROWS}'`)
      await write(csv, parquet, columns, attempt + 1)
    }
  }
  return {
    write,
    columns: async (query) => texts.parse((await connection.runAndReadAll(query.text)).getColumnsObjectJson()),
    [Symbol.dispose]: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
