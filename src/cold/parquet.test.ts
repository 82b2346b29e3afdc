import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { openParquet } from './parquet.ts'

const columns: readonly ColdColumn[] = [
  { name: 'id', type: 'bigint' },
  { name: 'notes', type: 'text' },
]

const MIB = 1_048_576

for (const bytes of [0, 200_000, MIB, 6 * MIB])
  test(`a row with a text of ${bytes} bytes among short ones comes out of Parquet as it went in`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mothball-parquet-'))
    try {
      using parquet = await openParquet(folder)
      const at = (name: string) => join(folder, name)
      const csv = Buffer.from(`"1","1","short"\n"2","2","${'n"",\n'.repeat(bytes / 5)}"\n"3","3",\n`)
      await writeFile(at('in.csv'), csv)
      await parquet.write(at('in.csv'), at('file.parquet'), columns)
      await parquet.writeOut(at('file.parquet'), at('out.csv'))
      assert.ok(csv.equals(await readFile(at('out.csv'))))
      assert.equal(await parquet.lacking(at('in.csv'), at('out.csv'), columns), 0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
