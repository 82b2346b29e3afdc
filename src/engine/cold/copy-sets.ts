/**
 * The sets of an export as the server gives them, each copied in one snapshot: the families of a month in the key's
 * order, as many as a file takes, with all their rows. Nothing of it counts before it is kept.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { type ColdTable, type SetName, tablePath } from '../../core/cold/manifest.ts'
import { qualifiedText } from '../../core/names.ts'
import type { CopySession } from '../../db/database.ts'
import { type ColdRange, copyColdSql, dueMonthsSql, inRangeSql, nextRangeSql } from '../../sql/cold.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'
import type { RestoreScope } from '../restore/restore-scope.ts'
import type { ColdDesk, ColdVault } from './vault.ts'

type CopyContext = Readonly<{
  engine: Engine
  vault: Pick<ColdVault, 'keyId'>
  scope: RestoreScope
  leased: Readonly<{ run: number }>
  due: Sql
}>

export type CopiedTable = Omit<ColdTable, 'rows' | 'bytes' | 'sha256' | 'digest'> &
  Readonly<{ intake: Readonly<{ file: string; copied: number }> }>

export type CopiedSet = Readonly<{
  name: SetName
  families: number
  firstKey: string
  lastKey: string
  tables: readonly CopiedTable[]
}>

export async function* copiedSets(context: CopyContext, desk: ColdDesk): AsyncGenerator<CopiedSet, void> {
  const { engine, scope, leased, due } = context
  const months = await engine.database.rows(dueMonthsSql(archivedSubject(scope.family), due))
  let part = 1
  for (const { month } of months) {
    let after: string | null = null
    for (;;) {
      const place: Place = { name: { policy: scope.policy.name, month, run: leased.run, part }, after }
      const copied: CopiedSet | null = await engine.database.copying(
        { mode: 'snapshot', pinnedSearchPath: true },
        (session) => copySet(context, desk, session, place),
      )
      if (copied === null) break
      await engine.signals.reached('set-copied')
      yield copied
      part += 1
      after = copied.lastKey
    }
  }
}

/**
 * Each value while the next one is being made: the server copies a set while the one before it is compressed, read back
 * and proven here. What is being made when the reader leaves is waited for, and let go.
 */
export async function* oneAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = source.next()
  try {
    for (;;) {
      const { done, value } = await coming
      if (done) return
      coming = source.next()
      // Its failure is told when its turn comes.
      coming.catch(() => undefined)
      yield value
    }
  } finally {
    await coming.catch(() => undefined)
  }
}

type Place = Readonly<{ name: SetName; after: string | null }>

async function copySet(
  { scope, due, vault }: CopyContext,
  desk: ColdDesk,
  session: CopySession,
  { name, after }: Place,
): Promise<CopiedSet | null> {
  const subject = archivedSubject(scope.family)
  const limit = scope.policy.cold.familiesPerFile
  const range = await session.one(nextRangeSql(subject, due, { month: name.month, after, limit }))
  if (range.first === null || range.last === null) return null
  const whose = inRangeSql(subject, due, { month: name.month, after, upTo: range.last } satisfies ColdRange)
  const tables: CopiedTable[] = []
  for (const each of scope.family.tables)
    tables.push(await copyTable(scope, desk, session, { each, whose, name, isEncrypted: vault.keyId !== null }))
  return { name, families: Number(range.families), firstKey: range.first, lastKey: range.last, tables }
}

async function copyTable(
  { family }: RestoreScope,
  desk: ColdDesk,
  session: CopySession,
  {
    each,
    whose,
    name,
    isEncrypted,
  }: Readonly<{ each: ArchivedTable; whose: Sql; name: SetName; isEncrypted: boolean }>,
): Promise<CopiedTable> {
  const columns = each.twin.columns.map(({ name: column, type }) => ({ name: column, type }))
  const { file, sink } = await desk.intake()
  const copied = await session.copyOut(copyColdSql(family, each, whose, columns), sink)
  const home = qualifiedText(each.home.name)
  return {
    name: home,
    archive: qualifiedText(each.twin.name),
    path: tablePath(name, home, isEncrypted),
    columns,
    key: [...each.shape.key],
    intake: { file, copied },
  }
}
