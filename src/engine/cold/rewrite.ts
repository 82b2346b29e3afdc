/**
 * The cold sets that have one person, written again without him: new files beside the old ones, each read back and
 * compared with what it was made of. Nothing counts before the transaction that erases him has exchanged the sets; until
 * then the new files are orphans. The old ones are removed afterwards, by whoever comes first, until they are gone.
 */
import {
  type ColdTable,
  encryptionUnder,
  type Manifest,
  manifestPath,
  manifestText,
  tablePath,
} from '../../core/cold/manifest.ts'
import type { TableShape } from '../../core/table.ts'
import { coldFilesSql } from '../../sql/journal/cold.sql.ts'
import {
  type ColdSetRow,
  endRemovalSql,
  endsWithoutSql,
  openRemovalsSql,
  type ReplacedSet,
  setsWithSql,
} from '../../sql/journal/cold-erase.sql.ts'
import type { Engine } from '../ports.ts'
import { openManifest, openSet } from './open-set.ts'
import { openVault } from './open-vault.ts'
import type { ColdDesk, ColdVault } from './vault.ts'

/** `subject`: the qualified name of his table; `key` as the journal writes it. */
export type ColdPerson = Readonly<{ subject: string; shape: TableShape; key: string }>

/** His rows in the files of a set, by path. */
export type RowsInFiles = readonly Readonly<{ object: string; rows: number }>[]

export type RewrittenSet = Readonly<{ next: ReplacedSet; taken: RowsInFiles; old: readonly string[] }>

/** What there is of him in cold files, by the number of the set. Every file is read and proven; none is written. */
export async function rowsInSets(
  engine: Engine,
  { subject, key }: ColdPerson,
): Promise<ReadonlyMap<string, RowsInFiles>> {
  const sets = await engine.database.rows(setsWithSql(subject, key, false))
  const found = new Map<string, RowsInFiles>()
  if (sets.length === 0) return found
  const vault = await openVault(engine)
  for (const set of sets) {
    await using desk = await vault.open()
    const { manifest, rows } = await openSet(desk, set)
    const own: { object: string; rows: number }[] = []
    for (const { name, path } of manifest.tables)
      own.push({ object: path, rows: (await rows.get(name)?.count(key)) ?? 0 })
    found.set(set.file, own)
  }
  return found
}

/** Throws `cold_missing`, and what is wrong with a file; then nothing has changed. */
export async function rewriteSets(
  engine: Engine,
  person: ColdPerson,
  { run }: Readonly<{ run: number }>,
): Promise<readonly RewrittenSet[]> {
  const sets = await engine.database.rows(setsWithSql(person.subject, person.key, false))
  if (sets.length === 0) return []
  const vault = await openVault(engine)
  const rewritten: RewrittenSet[] = []
  for (const set of sets) {
    await using desk = await vault.open()
    rewritten.push(await rewriteSet({ engine, vault, desk, person }, set, { run, part: rewritten.length + 1 }))
    await engine.signals.reached('set-rewritten')
  }
  return rewritten
}

type Writing = Readonly<{ engine: Engine; vault: ColdVault; desk: ColdDesk; person: ColdPerson }>

async function rewriteSet(
  { engine, vault, desk, person }: Writing,
  { file, manifest: path, sha256: before }: ColdSetRow,
  { run, part }: Readonly<{ run: number; part: number }>,
): Promise<RewrittenSet> {
  const old = await openManifest(desk, path, before)
  const name = { policy: old.policy, month: old.month, run, part }
  const tables: ColdTable[] = []
  for (const table of old.tables) {
    const next = tablePath(name, table.name, vault.keyId !== null)
    const kept = await desk.rewrite({ table, keyId: old.encryption?.keyId ?? null }, person.key, next)
    await kept.rows[Symbol.asyncDispose]()
    tables.push({ ...table, ...kept.file, path: next })
  }
  const ends = await endsOf(engine, old, person, file)
  const manifest: Manifest = {
    ...old,
    run,
    families: old.families - 1,
    ...ends,
    encryption: encryptionUnder(vault.keyId),
    tables,
  }
  const kept = await desk.keepText(manifestPath(name), manifestText(manifest))
  const { families, firstKey, lastKey } = manifest
  const sum = (of: 'rows' | 'bytes') => tables.reduce((total, table) => total + table[of], 0)
  return {
    next: {
      file,
      before,
      store: vault.store,
      keyId: vault.keyId,
      manifest: manifestPath(name),
      sha256: kept.sha256,
      families,
      firstKey,
      lastKey,
      rows: sum('rows'),
      bytes: sum('bytes'),
    },
    taken: old.tables.map((table, at) => ({ object: table.path, rows: table.rows - (tables[at]?.rows ?? 0) })),
    old: [path, ...old.tables.map((table) => table.path)],
  }
}

/** The set's ends without him; empty where nobody is left. */
async function endsOf({ database }: Engine, { firstKey, lastKey }: Manifest, { shape, key }: ColdPerson, file: string) {
  if (key !== firstKey && key !== lastKey) return { firstKey, lastKey }
  const { first, last } = await database.transaction({ pinnedSearchPath: true }, (session) =>
    session.one(endsWithoutSql(shape, file, key)),
  )
  return { firstKey: first ?? '', lastKey: last ?? '' }
}

/**
 * Removes from the store what was replaced, also by somebody who died before he came to it. Returns what is still
 * there: a store that does not answer, or lets nothing be removed, keeps nobody from anything.
 */
export async function removeReplaced(
  engine: Engine,
  subject: string,
  open: () => Promise<ColdVault> = () => openVault(engine),
): Promise<readonly string[]> {
  const replaced = (await engine.database.rows(openRemovalsSql(subject))).map(({ path }) => path)
  if (replaced.length === 0) return replaced
  const vault = await open().catch(() => null)
  if (vault === null) return replaced
  const tells = await whatItTells(engine, subject, vault)
  const left = replaced.filter((path) => !tells(path))
  for (const path of replaced.filter(tells))
    try {
      await vault.remove(path)
      await engine.signals.reached('file-removed')
      await engine.database.execute(endRemovalSql(path))
    } catch {
      left.push(path)
    }
  return left
}

/**
 * Of which files the store can tell: those that lie in it; and those that do not, where the sets do that were recorded.
 * A folder that is not mounted, or the place of a new configuration, has neither, and nothing is gone by that.
 */
async function whatItTells(
  { database }: Engine,
  subject: string,
  vault: ColdVault,
): Promise<(path: string) => boolean> {
  const sets = await database.rows(coldFilesSql(subject))
  const listed = new Set(await vault.list().catch(() => []))
  const isTheStore =
    sets.every(({ store }) => store === vault.store) && sets.some(({ manifest }) => listed.has(manifest))
  return (path) => isTheStore || listed.has(path)
}
