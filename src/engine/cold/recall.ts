/**
 * Purged families back from their cold files into the archive, whence a restore takes them home. The files are proven
 * before anything is touched; what was inserted is compared with the file by digest before it commits; the hashes that
 * the purge left behind go, so that the batches' seals close over the rows again.
 */
import { archivedSubject } from '../../core/archived-family.ts'
import { auditEntry } from '../../core/chain.ts'
import type { RecallResult } from '../../core/cold/export.ts'
import type { ColdTable } from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import { reasonProblem } from '../../core/hold.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { lockArchivesSql, returnRowsSql, rowDigestsSql, rowPlacesSql } from '../../sql/cold.sql.ts'
import {
  type ColdPlaceRow,
  coldOutcomeSql,
  coldPlacesSql,
  turnFamiliesSql,
  undoDeparturesSql,
} from '../../sql/journal/cold.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { fenceSql } from '../../sql/lock.sql.ts'
import { pinPathSql } from '../../sql/restore-move.sql.ts'
import { commitKnowingly } from '../commit.ts'
import { type LeasedRun, underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { asWritten } from '../restore/restore-keys.ts'
import { openScope, type RestoreScope } from '../restore/restore-scope.ts'
import { cut } from '../restore/restore-selection.ts'
import { type OpenSet, openSet } from './open-set.ts'
import type { ColdVault } from './vault.ts'

export type RecallOptions = Readonly<{
  /** As people type them: of several columns in any form of the JSON array. */
  keys: readonly string[]
  actor: string
  role?: string | undefined
  reason: string
}>

type RecallContext = Readonly<{ engine: Engine; scope: RestoreScope; leased: LeasedRun }>
type Part = Readonly<{ file: string; set: OpenSet; keys: readonly string[]; purgedBy: readonly number[] }>

/** Throws `cold_file_missing`, `cold_file_differs`, `cold_key_missing`, `cold_shape_differs` before anything is touched. */
export async function recall(
  engine: Engine,
  vault: ColdVault,
  policy: Policy,
  options: RecallOptions,
): Promise<RecallResult> {
  const problem = reasonProblem(options.reason)
  if (problem !== null) throw new MothballError('option_invalid', { option: 'reason', problem })
  const scope = await openScope(engine.database, policy)
  const keys = await asWritten(engine.database, archivedSubject(scope.family), options.keys)
  const places = await engine.database.rows(coldPlacesSql(qualifiedText(policy.subject), [...keys.keys()]))
  const found = new Set(places.map(({ key }) => key))
  const unknown = [...keys].flatMap(([key, typed]) => (found.has(key) ? [] : [typed]))
  await using desk = await vault.open()
  const parts: Part[] = []
  for (const [file, own] of Map.groupBy(places, (place) => place.file)) parts.push(await openPart(file, own))
  for (const { set } of parts) requireShapes(scope, set)
  const { actor, role, reason } = options
  return await underLease(engine, policy, { operation: 'recall', actor, reason }, async (leased) => {
    const context = { engine, scope, leased }
    const entry = { action: 'recall.start', object: `run ${leased.run}`, after: `${places.length} families` }
    await engine.database.transaction({}, (session) =>
      appendAudit(session, auditEntry({ actor, role, policy: policy.name, reason, ...entry })),
    )
    const rows: Record<string, number> = {}
    for (const part of parts)
      for (const some of cut(part.keys, policy.batchSize)) {
        const back = await recallBatch(context, { ...part, keys: some })
        for (const [name, count] of Object.entries(back)) rows[name] = (rows[name] ?? 0) + count
      }
    const result = { run: leased.run, recalled: places.map(({ key }) => key), rows, unknown }
    return { result, ending: { status: 'success', stopReason: 'recalled', details: { rows } } }
  })

  async function openPart(file: string, own: readonly ColdPlaceRow[]): Promise<Part> {
    const [first] = own
    if (first === undefined) throw new RangeError('a group has a member')
    const purgedBy = [...new Set(own.map((place) => Number(place.purged_by)))]
    return { file, set: await openSet(desk, first), keys: own.map(({ key }) => key), purgedBy }
  }
}

/** Every column of the file has its place, with the type that its texts were written from. */
function requireShapes({ family }: RestoreScope, { manifest }: OpenSet): void {
  for (const table of manifest.tables) {
    const each = family.tables.find(({ home }) => qualifiedText(home.name) === table.name)
    if (each === undefined)
      throw new MothballError('cold_shape_differs', { table: table.archive, column: table.key.join() })
    for (const { name, type } of table.columns)
      if (columnOf(each.twin, name)?.type !== type)
        throw new MothballError('cold_shape_differs', { table: tableText(each.twin.name), column: name })
  }
}

async function recallBatch(context: RecallContext, part: Part): Promise<Readonly<Record<string, number>>> {
  const { engine, scope, leased } = context
  const back = await commitKnowingly(engine, scope.policy, async (session) => {
    const [fence, , , found] = await Promise.all([
      session.maybe(fenceSql(leased.lease.name, leased.lease.epoch)),
      session.execute(pinPathSql),
      session.execute(lockArchivesSql(scope.family)),
      fingerprintsOf(session, scope.oids),
    ])
    if (fence === null) throw new MothballError('lease_lost', { policy: scope.policy.name })
    if (found !== scope.fingerprints)
      throw new MothballError('shapes_changed', { table: tableText(scope.policy.subject) })
    const rows: Record<string, number> = {}
    for (const table of part.set.manifest.tables) rows[table.name] = await returnTable(session, context, part, table)
    await engine.signals.reached('recall-inserted')
    const turned = await session.execute(
      turnFamiliesSql(part.file, part.keys, { from: 'purged', to: 'returned', run: leased.run }),
    )
    if (turned !== part.keys.length) throw new MothballError('already_gone', { key: part.keys.join(', ') })
    await engine.signals.reached('recall-recorded')
    const question = coldOutcomeSql(part.file, part.keys[0] ?? '', {
      state: 'returned',
      transaction: fence.transaction,
    })
    return { question, result: rows }
  })
  await engine.signals.reached('recall-committed')
  return back
}

async function returnTable(
  session: Session,
  { scope: { family } }: RecallContext,
  { set, keys, purgedBy }: Part,
  table: ColdTable,
): Promise<number> {
  const each = family.tables.find(({ home }) => qualifiedText(home.name) === table.name)
  const rows = set.rows.get(table.name)
  if (each === undefined || rows === undefined) throw new RangeError('the shapes were compared before')
  const names = table.columns.map(({ name }) => name)
  const values = await rows.of(names, keys)
  const count = values[names[0] ?? '']?.length ?? 0
  if (count === 0) return 0
  await session.execute(returnRowsSql(each, table.columns, values))
  const there = await rows.digests(keys)
  const subjects = keySetOfTexts(keys, archivedSubject(family).shape.key)
  const here = new Map(
    (await session.rows(rowDigestsSql(family, each, subjects, table.columns))).map((row) => [row.family, row.digest]),
  )
  const differing = keys.filter((key) => here.get(key) !== there.get(key)).length
  if (differing > 0)
    throw new MothballError('sides_differ', {
      table: tableText(each.twin.name),
      locked: count,
      copied: differing,
      deleted: 0,
    })
  await session.execute(undoDeparturesSql(table.name, rowPlacesSql(family, each, subjects), purgedBy))
  return count
}
