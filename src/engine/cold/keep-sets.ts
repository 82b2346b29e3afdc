/**
 * The way of a copied set into the store, in two steps that go on at once for two sets: written, which makes each file
 * durable under its name; proven, which reads each back, and tells whose rows it has. Who is stopped begins no other
 * set; what is begun goes on to its end, or its files would be orphans.
 */
import type { ColdTable } from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { Engine } from '../ports.ts'
import type { Lease } from '../run/lease.ts'
import type { CopiedSet, CopiedTable } from './copy-sets.ts'
import type { ColdDesk, FamilyPage, WrittenTable } from './vault.ts'

type KeepContext = Readonly<{
  engine: Engine
  policy: string
  desk: ColdDesk
  lease: Pick<Lease, 'lost'>
  signal: AbortSignal | undefined
}>

type SetOf<T> = Omit<CopiedSet, 'tables'> & Readonly<{ tables: readonly T[] }>

type Written = Readonly<{ table: Omit<CopiedTable, 'received'>; written: WrittenTable }>

/** Throws `lease_lost`, and what the store has to say. */
export async function* writtenSets(
  { policy, desk, lease, signal }: KeepContext,
  copied: AsyncIterable<CopiedSet>,
): AsyncGenerator<SetOf<Written>, void> {
  for await (const { tables, ...set } of copied) {
    if (signal?.aborted) return
    if (lease.lost.aborted) throw new MothballError('lease_lost', { policy })
    const files: Written[] = []
    for (const { received, ...table } of tables)
      files.push({ table, written: await desk.write(received, table.path, table) })
    yield { ...set, tables: files }
  }
}

/** `listed`: its families, as the file of its first table, the subjects', has them; the journal is told of these. */
export type ProvenSet = SetOf<ColdTable> & Readonly<{ listed: readonly FamilyPage[] }>

/** Families that one statement takes. */
const PAGE = 50_000

/** Throws `cold_not_kept`, and what the store has to say. */
export async function* provenSets(
  { engine, desk }: KeepContext,
  written: AsyncIterable<SetOf<Written>>,
): AsyncGenerator<ProvenSet, void> {
  for await (const { tables, ...set } of written) {
    const proven: ColdTable[] = []
    const listed: FamilyPage[] = []
    for (const { table, written: file } of tables) {
      const kept = await desk.prove(file)
      await using rows = kept.rows
      if (proven.length === 0)
        for (let offset = 0; offset < set.families; offset += PAGE)
          listed.push(await rows.families({ offset, limit: PAGE }))
      proven.push({ ...table, ...kept.file })
      await engine.signals.reached('table-kept')
    }
    yield { ...set, tables: proven, listed }
  }
}
