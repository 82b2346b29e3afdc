/**
 * The rows of a Parquet file that was proven. The digests by which a purge compares them with the archive are made when
 * they are first asked for, all at once: a purge asks batch after batch, an export never.
 */
import { rm } from 'node:fs/promises'
import type { ColdColumn } from '../core/cold/manifest.ts'
import type { ColdRows } from '../engine/cold/vault.ts'
import {
  familiesInFileSql,
  fileDigestsSql,
  fileFamiliesSql,
  rowsOfFamilySql,
  toDigestsSql,
} from '../sql/cold-file.sql.ts'
import type { Parquet } from './parquet.ts'

export function rowsOf(parquet: Parquet, file: string, columns: readonly ColdColumn[]): ColdRows {
  const beside = `${file}.digests`
  let made: Promise<void> | null = null
  const digestsMade = () => {
    made ??= parquet.run(toDigestsSql(file, beside, columns))
    return made
  }
  return {
    families: async (page) => {
      const { keys, archivedAt, batches } = await parquet.columns(fileFamiliesSql(file, page))
      return { keys: keys?.[0] ?? '{}', archivedAt: archivedAt?.[0] ?? '{}', batches: batches?.[0] ?? '{}' }
    },
    of: (names, families) => parquet.columns(familiesInFileSql(file, names, families)),
    count: async (family) => Number((await parquet.columns(rowsOfFamilySql(file, family)))['rows']?.[0]),
    digests: async (families) => {
      await digestsMade()
      const { family = [], digest = [] } = await parquet.columns(fileDigestsSql(beside, families))
      return new Map(family.map((key, at) => [key ?? '', digest[at] ?? '']))
    },
    [Symbol.asyncDispose]: async () => {
      await rm(file, { force: true })
      await rm(beside, { force: true })
    },
  }
}
