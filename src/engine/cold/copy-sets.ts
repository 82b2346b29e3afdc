/**
 * The sets of an export as the server gives them, each copied in one snapshot: the families of a month in the key's
 * order, as many as a file takes, with all their rows. Nothing of it counts before it is kept.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { type ColdTable, type SetName, tablePath } from '../../core/cold/manifest.ts'
import { qualifiedText } from '../../core/names.ts'
import type { CopySession, Session } from '../../db/database.ts'
import {
  type ColdRange,
  copyColdSql,
  dueMonthsSql,
  dueRangesSql,
  dueSql,
  inRangeSql,
  noNestingSql,
  rangeNowSql,
} from '../../sql/cold.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'
import type { RestoreScope } from '../restore/restore-scope.ts'
import type { ColdDesk, ColdVault, Received } from './vault.ts'

type CopyContext = Readonly<{
  engine: Engine
  vault: Pick<ColdVault, 'keyId'>
  scope: RestoreScope
  leased: Readonly<{ run: number }>
  /** Families are due that were archived before it. */
  horizon: string
}>

export type CopiedTable = Omit<ColdTable, 'rows' | 'bytes' | 'sha256' | 'content'> & Readonly<{ received: Received }>

export type CopiedSet = Readonly<{
  name: SetName
  families: number
  firstKey: string
  lastKey: string
  tables: readonly CopiedTable[]
}>

export async function* copiedSets(context: CopyContext, desk: ColdDesk): AsyncGenerator<CopiedSet, void> {
  const { engine, scope, leased, horizon } = context
  const subject = archivedSubject(scope.family)
  const due = dueSql(subject, qualifiedText(scope.policy.subject), horizon)
  const ranges = await engine.database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(noNestingSql)
    return session.rows(dueRangesSql(subject, due, scope.policy.cold.familiesPerFile))
  })
  let part = 1
  for (const { families, ...range } of ranges) {
    const name = { policy: scope.policy.name, month: range.month, run: leased.run, part }
    const copied: CopiedSet | null = await engine.database.copying(
      { mode: 'snapshot', pinnedSearchPath: true },
      (session) => copySet(context, desk, session, { name, range, expected: families, due }),
    )
    if (copied === null) continue
    await engine.signals.reached('set-copied')
    yield copied
    part += 1
  }
}

/** How many families are due, by month. */
export async function readDueMonths(session: Session, { policy, family }: RestoreScope, horizon: string) {
  const subject = archivedSubject(family)
  await session.execute(noNestingSql)
  return session.rows(dueMonthsSql(subject, dueSql(subject, qualifiedText(policy.subject), horizon)))
}

type Place = Readonly<{ name: SetName; range: ColdRange; expected: string; due: Sql }>

/** Null where nobody of the range is left. */
async function copySet(
  { scope, vault }: CopyContext,
  desk: ColdDesk,
  session: CopySession,
  { name, range, expected, due }: Place,
): Promise<CopiedSet | null> {
  const subject = archivedSubject(scope.family)
  const whole = inRangeSql(subject, null, range)
  const all = await session.one(rangeNowSql(subject, whole))
  // Where there are as many as were due, as in nearly every set, no row of theirs asks again.
  const isWhole = all.families === expected
  if (!isWhole) await session.execute(noNestingSql)
  const whose = isWhole ? whole : inRangeSql(subject, due, range)
  const { families, first, last } = isWhole ? all : await session.one(rangeNowSql(subject, whose))
  if (first === null || last === null) return null
  const tables: CopiedTable[] = []
  for (const each of scope.family.tables)
    tables.push(await copyTable(scope, desk, session, { each, whose, name, isEncrypted: vault.keyId !== null }))
  return { name, families: Number(families), firstKey: first, lastKey: last, tables }
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
  const { file, sink, sha256 } = await desk.intake()
  const rows = await session.copyOut(copyColdSql(family, each, whose, columns), sink)
  const home = qualifiedText(each.home.name)
  return {
    name: home,
    archive: qualifiedText(each.twin.name),
    path: tablePath(name, home, isEncrypted),
    columns,
    key: [...each.shape.key],
    received: { file, rows, sha256: sha256() },
  }
}
