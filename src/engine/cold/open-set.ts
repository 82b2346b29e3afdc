/** A set of cold files as the journal knows it: its manifest by hash, its files by the manifest. All of it is proven before a row is used. */
import { type Manifest, parseManifest } from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { ColdDesk, ColdRows } from './vault.ts'

/** Its tables' rows, by qualified name of the table that they lived in. */
export type OpenSet = Readonly<{ manifest: Manifest; rows: ReadonlyMap<string, ColdRows> }>

/** Throws `cold_file_missing`, `cold_file_differs`, `cold_key_missing`, each naming the file. */
export async function openSet(
  desk: ColdDesk,
  { manifest: path, sha256 }: Readonly<{ manifest: string; sha256: string }>,
): Promise<OpenSet> {
  const manifest = await openManifest(desk, path, sha256)
  const rows = new Map<string, ColdRows>()
  for (const table of manifest.tables) rows.set(table.name, await desk.fetch(table, manifest.encryption?.keyId ?? null))
  return { manifest, rows }
}

/** Throws the same of the manifest alone. */
export async function openManifest(desk: ColdDesk, path: string, sha256: string): Promise<Manifest> {
  const manifest = parseManifest(await desk.fetchText(path, sha256))
  if (manifest === null) throw new MothballError('cold_file_differs', { file: path, problem: 'it is no manifest' })
  return manifest
}
