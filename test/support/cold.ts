/** A place for cold files of a test's own, and the way there and back in few words. */
import { rm } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { type FileBoundary, NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import type { FileKey } from '../../src/cold/encryption.ts'
import { createVault } from '../../src/cold/vault.ts'
import type { PurgeResult } from '../../src/core/cold/purge.ts'
import type { Policy } from '../../src/core/policy.ts'
import { exportCold } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import type { ColdVault } from '../../src/engine/cold/vault.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { sealBatches } from '../../src/engine/verify/seal.ts'
import { fastFolder } from './fast-folder.ts'
import type { Query } from './server.ts'

/** Cold files are flushed again and again. */
const ENOUGH_BYTES = 2 ** 28

export type ColdPlace = Readonly<{ folder: string; vault: ColdVault }>

export async function coldFolder(t: TestContext): Promise<string> {
  const folder = fastFolder('mothball-test-cold-', ENOUGH_BYTES)
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function coldPlace(
  t: TestContext,
  { keys = [], reached = NO_BOUNDARY }: Readonly<{ keys?: readonly FileKey[]; reached?: FileBoundary }> = {},
): Promise<ColdPlace> {
  const folder = await coldFolder(t)
  return { folder, vault: createVault({ store: directoryStore(folder, reached), keys, reached }) }
}

export const fileKey = (id: string, byte: number): FileKey => ({ id, key: Buffer.alloc(32, byte) })

type Acting = Readonly<{ engine: Engine; policy: Policy }>

/** As if what is in the archive had been put there so many years ago, and was sealed then. */
export async function ageArchive({ engine, policy }: Acting, query: Query, table: string, years: number) {
  await query(`update ${table} set archived_at = archived_at - make_interval(years => ${years})`)
  await query('delete from mothball.seal')
  await sealBatches(engine, policy)
}

export const exportAll = ({ engine, policy }: Acting, { vault }: Pick<ColdPlace, 'vault'>) =>
  exportCold(engine, vault, policy, { actor: 'thandi' })

/** Planned by one, carried out by another. */
export async function purgeAll(
  { engine, owner = engine, policy }: Acting & Readonly<{ owner?: Engine }>,
  { vault }: Pick<ColdPlace, 'vault'>,
): Promise<PurgeResult> {
  await recordBasis(owner, policy, { basis: 'FAIS Act s18: five years are over', actor: 'compliance' })
  const plan = await planPurge(engine, policy, { actor: 'sipho', reason: 'retention' })
  return runPurge(engine, vault, policy, { plan: plan.id, actor: 'thandi', confirm: plan.families })
}
