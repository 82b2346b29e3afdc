/** DuckDB over one folder: Parquet files made and read within a bounded memory, by one thread, without the network. */
import { DuckDBInstance } from '@duckdb/node-api'
import { z } from 'zod'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { leaveOutSql, toParquetSql } from '../sql/cold-file.sql.ts'
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
  /** One Parquet file as another, without the rows of a family. Throws what DuckDB threw. */
  leaveOut(from: string, to: string, family: string): Promise<void>
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
  /** The first as it is, the others with more memory. */
  const runFirstOf = async ([first, ...others]: readonly Sql[]): Promise<void> => {
    if (first === undefined) return
    try {
      await connection.run(first.text)
    } catch (error) {
      if (others.length === 0) throw error
      await connection.run(`set memory_limit = '${MEMORY_FOR_LONG_ROWS}'`)
      await runFirstOf(others)
    }
  }
  return {
    write: (csv, parquet, columns) => runFirstOf(LINE_BYTES.map((bytes) => toParquetSql(csv, parquet, columns, bytes))),
    leaveOut: (from, to, family) => runFirstOf([leaveOutSql(from, to, family), leaveOutSql(from, to, family)]),
    columns: async (query) => texts.parse((await connection.runAndReadAll(query.text)).getColumnsObjectJson()),
    [Symbol.dispose]: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
