/**
 * DuckDB over one folder: Parquet files made and read within a bounded memory, without the network. Each call has a
 * connection of its own, so that one file can be proven while the next one is written.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { z } from 'zod'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { lackingTextsSql, leaveOutSql, moreMemorySql, toCsvSql, toParquetSql } from '../sql/cold-file.sql.ts'
import type { Sql } from '../sql/tag.ts'

/** What an export may take beside Node itself: half of the bar of 512 MB. */
const MEMORY = '256MB'

/**
 * Longest rows that are tried, in bytes, and whether they need the larger memory. Each statement takes a buffer of twice
 * as much, anew, and touching it costs more than reading what it holds: few tables need more than the first.
 */
const LINES = [
  { bytes: 262_144, isLarge: false },
  { bytes: 4_194_304, isLarge: false },
  { bytes: 33_554_432, isLarge: true },
  { bytes: 134_217_728, isLarge: true },
]
const MEMORY_FOR_LONG_ROWS = '1500MB'

export interface Parquet extends Disposable {
  /** Throws what DuckDB threw at the largest row that it was allowed. */
  write(csv: string, parquet: string, columns: readonly ColdColumn[]): Promise<void>
  /** One Parquet file as another, without the rows of a family. Throws what DuckDB threw. */
  leaveOut(from: string, to: string, family: string): Promise<void>
  /** A Parquet file as the CSV that it was made of. Throws what DuckDB threw. */
  writeOut(parquet: string, csv: string): Promise<void>
  /** Rows of one such CSV file that the other has not. */
  lacking(one: string, other: string, columns: readonly ColdColumn[]): Promise<number>
  run(statement: Sql): Promise<void>
  /** What a query answers, each column as its texts: a record for each row would cost more than the query. */
  columns(query: Sql): Promise<Columns>
}

export type Columns = Readonly<Record<string, readonly (string | null)[]>>

const texts = z.record(z.string(), z.array(z.string().nullable()))

type Attempt = Readonly<{ statement: Sql; isLarge: boolean }>

const ofAnyLength = (statement: (lineBytes: number) => Sql): readonly Attempt[] =>
  LINES.map(({ bytes, isLarge }) => ({ statement: statement(bytes), isLarge }))

export async function openParquet(folder: string): Promise<Parquet> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY,
    threads: '1',
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connected = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    const connection = await instance.connect()
    try {
      return await work(connection)
    } finally {
      connection.closeSync()
    }
  }
  const run = (statement: Sql): Promise<void> =>
    connected(async (connection) => void (await connection.run(statement.text)))
  const columns = (query: Sql): Promise<Columns> =>
    connected(async (connection) => texts.parse((await connection.runAndReadAll(query.text)).getColumnsObjectJson()))
  /** What the first that succeeds answers. */
  const firstOf = async <T>(
    [first, ...others]: readonly Attempt[],
    ask: (statement: Sql) => Promise<T>,
  ): Promise<T> => {
    if (first === undefined) throw new RangeError('something is to be asked')
    if (first.isLarge) await run(moreMemorySql(MEMORY_FOR_LONG_ROWS))
    try {
      return await ask(first.statement)
    } catch (error) {
      if (others.length === 0) throw error
      return firstOf(others, ask)
    }
  }
  const twice = (statement: Sql) =>
    firstOf(
      [false, true].map((isLarge) => ({ statement, isLarge })),
      run,
    )
  return {
    write: (csv, parquet, shape) =>
      firstOf(
        ofAnyLength((bytes) => toParquetSql(csv, parquet, shape, bytes)),
        run,
      ),
    leaveOut: (from, to, family) => twice(leaveOutSql(from, to, family)),
    writeOut: (parquet, csv) => twice(toCsvSql(parquet, csv)),
    lacking: async (one, other, shape) => {
      const attempts = ofAnyLength((bytes) => lackingTextsSql(one, other, shape, bytes))
      const { lacking } = await firstOf(attempts, columns)
      return Number(lacking?.[0])
    },
    run,
    columns,
    [Symbol.dispose]: () => instance.closeSync(),
  }
}
