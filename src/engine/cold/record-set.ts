/** A set of cold files enters the journal, with its families as the file itself has them: what was proven, and no other. */
import type { Manifest } from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { Session } from '../../db/database.ts'
import { recordColdFamiliesSql, recordColdFileSql } from '../../sql/journal/cold.sql.ts'
import { fenceSql } from '../../sql/lock.sql.ts'
import type { Engine } from '../ports.ts'
import type { RestoreScope } from '../restore/restore-scope.ts'
import type { Lease } from '../run/lease.ts'
import type { ColdVault, FamilyPage } from './vault.ts'

type Context = Readonly<{
  engine: Engine
  vault: ColdVault
  scope: RestoreScope
  leased: Readonly<{ run: number; lease: Pick<Lease, 'name' | 'epoch'> }>
}>

/**
 * `listed`: its families, as they were read back. Returns the number of the set. Throws `lease_lost`
 * where the run is somebody else's now; then nothing is recorded.
 */
export async function recordSet(
  { engine, vault, scope, leased }: Context,
  listed: readonly FamilyPage[],
  { path, sha256, manifest }: Readonly<{ path: string; sha256: string; manifest: Manifest }>,
): Promise<number> {
  return engine.database.transaction({}, async (session) => {
    const fence = await session.maybe(fenceSql(leased.lease.name, leased.lease.epoch))
    if (fence === null) throw new MothballError('lease_lost', { policy: scope.policy.name })
    const { policy, month, families, firstKey, lastKey } = manifest
    const sum = (of: 'rows' | 'bytes') => manifest.tables.reduce((total, table) => total + table[of], 0)
    const { file } = await session.one(
      recordColdFileSql({
        policy,
        subject: manifest.subject,
        run: leased.run,
        month,
        store: vault.store,
        manifest: path,
        sha256,
        keyId: vault.keyId,
        families,
        rows: sum('rows'),
        bytes: sum('bytes'),
        firstKey,
        lastKey,
      }),
    )
    const recorded = await recordFamilies(session, listed, { file, subject: manifest.subject })
    if (recorded !== families)
      throw new MothballError('cold_not_kept', { file: path, rows: families, differing: Math.abs(families - recorded) })
    return Number(file)
  })
}

async function recordFamilies(
  session: Session,
  listed: readonly FamilyPage[],
  set: Readonly<{ file: string; subject: string }>,
): Promise<number> {
  let recorded = 0
  for (const page of listed) recorded += await session.execute(recordColdFamiliesSql({ ...set, ...page }))
  return recorded
}
