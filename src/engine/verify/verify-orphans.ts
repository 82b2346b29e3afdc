/**
 * `orphans`: every related row has its parent on its own side. Under `keep` a row whose parent is archived is meant to
 * be so; what belonged to nobody before the first run is known from the baseline. Anything else is a difference.
 */
import type { FamilyTable } from '../../core/family.ts'
import { type Family, isMoved, parentOf } from '../../core/family.ts'
import { qualifiedText, type TableName, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import type { Session } from '../../db/database.ts'
import {
  activeOrphansSql,
  archivedOrphansSql,
  baselinesSql,
  type FollowedLink,
  nameLeftBehindSql,
  recordBaselineSql,
} from '../../sql/verify-orphans.sql.ts'
import { hasArchive } from '../subject.ts'
import { namedRows, rows, type VerifyContext } from './verify-context.ts'

/** What one related table has lost, all of its links together. */
export type TableOrphans = Readonly<{
  table: FamilyTable
  /** Active rows whose parent a batch has archived, though they should have gone along; and the first of them in words. */
  leftBehind: number
  named: string
  /** The same, where the policy says `keep`. */
  intended: number
  /** Active rows whose parent was archived by others. */
  others: number
  /** Archived rows whose parent is active. */
  torn: number
  /** Rows, active or archived by us, whose parent is nowhere. */
  nowhere: number
  /** How many of these there were before the first run; null where no run has been. */
  baseline: number | null
}>

/** Counts every related table's orphans. */
export async function readOrphans(context: VerifyContext): Promise<readonly TableOrphans[]> {
  const { session, policy, inspection } = context
  const { family } = inspection
  const baselines = await baselinesOf(session, policy)
  const orphans: TableOrphans[] = []
  for (const table of family.tables.slice(1)) {
    const baseline = baselines.get(qualifiedText(table.shape.name)) ?? null
    const readable = (each: FamilyTable) => isMoved(each) && hasArchive(inspection.catalog, each)
    orphans.push({ table, baseline, ...(await orphansOf(session, family, table, readable)) })
  }
  return orphans
}

type LinkCounts = Omit<TableOrphans, 'table' | 'baseline'>

const NONE: LinkCounts = { leftBehind: 0, named: '', intended: 0, others: 0, torn: 0, nowhere: 0 }

async function orphansOf(
  session: Session,
  family: Family,
  child: FamilyTable,
  readable: (table: FamilyTable) => boolean,
): Promise<LinkCounts> {
  let counts = NONE
  for (const link of child.links) {
    const parent = parentOf(family, link)
    const followed = { family, child, link }
    const archive = readable(parent) ? parent.archive : null
    const active = await activeOrphans(session, followed, archive)
    const archived = readable(child) ? await archivedOrphans(session, followed, archive) : NONE
    counts = addUp(addUp(counts, active), archived)
  }
  return counts
}

async function activeOrphans(session: Session, followed: FollowedLink, archive: TableName | null): Promise<LinkCounts> {
  const row = await session.one(activeOrphansSql(followed, archive))
  const left = Number(row.left_behind)
  const counts = { ...NONE, others: Number(row.others), nowhere: Number(row.nowhere) }
  if (followed.child.action === 'keep') return { ...counts, intended: left }
  if (left === 0 || archive === null) return counts
  return { ...counts, leftBehind: left, named: namedRows(await session.one(nameLeftBehindSql(followed, archive))) }
}

async function archivedOrphans(
  session: Session,
  followed: FollowedLink,
  archive: TableName | null,
): Promise<LinkCounts> {
  const row = await session.one(archivedOrphansSql(followed, archive))
  return { ...NONE, torn: Number(row.torn), nowhere: Number(row.nowhere) }
}

const addUp = (a: LinkCounts, b: LinkCounts): LinkCounts => ({
  leftBehind: a.leftBehind + b.leftBehind,
  named: [a.named, b.named].filter((text) => text !== '').join(', '),
  intended: a.intended + b.intended,
  others: a.others + b.others,
  torn: a.torn + b.torn,
  nowhere: a.nowhere + b.nowhere,
})

/** Rows that belong to nobody and that were not there before the first run. */
export const newlyLost = ({ nowhere, baseline }: TableOrphans): number =>
  baseline === null ? 0 : Math.max(0, nowhere - baseline)

export function checkOrphans(orphans: readonly TableOrphans[]): Check {
  const differences = orphans.flatMap(differencesOf)
  const sum = (of: (each: TableOrphans) => number) => orphans.reduce((total, each) => total + of(each), 0)
  const [intended, others, nowhere] = [
    sum((each) => each.intended),
    sum((each) => each.others),
    sum((each) => each.nowhere),
  ]
  const details = [
    ...differences,
    `${sum((each) => each.leftBehind)} left behind, ${sum((each) => each.torn)} torn in ${orphans.length} related tables`,
    ...(intended > 0 ? [`${rows(intended)} kept active as intended`] : []),
    ...(others > 0 ? [`${rows(others)} of subjects that others archived`] : []),
    ...(nowhere > 0 ? [`${rows(nowhere)} of nobody (${sum((each) => each.baseline ?? 0)} before the first run)`] : []),
  ]
  return checkOf('orphans', differences.length === 0, details)
}

function differencesOf(orphans: TableOrphans): readonly string[] {
  const name = tableText(orphans.table.shape.name)
  return [
    ...(orphans.leftBehind > 0 ? [`${name}: ${orphans.named} without their archived parent`] : []),
    ...(orphans.torn > 0 ? [`${tableText(orphans.table.archive)}: ${rows(orphans.torn)} with an active parent`] : []),
    ...(newlyLost(orphans) > 0
      ? [`${name}: ${rows(orphans.nowhere)} of nobody, ${orphans.baseline ?? 0} before the first run`]
      : []),
  ]
}

/** Remembers, once for each table, how many rows belonged to nobody before anything moved. Cheap ever after. */
export async function recordOrphanBaseline(session: Session, policy: Policy, family: Family): Promise<void> {
  const subject = qualifiedText(policy.subject)
  const baselines = await baselinesOf(session, policy)
  for (const child of family.tables.slice(1)) {
    const name = qualifiedText(child.shape.name)
    if (baselines.has(name)) continue
    // The inspection of a run has found every archive table sound.
    const { nowhere } = await orphansOf(session, family, child, isMoved)
    await session.execute(recordBaselineSql(subject, name, nowhere))
  }
}

async function baselinesOf(session: Session, policy: Policy): Promise<ReadonlyMap<string, number>> {
  const found = await session.rows(baselinesSql(qualifiedText(policy.subject)))
  return new Map(found.map((row) => [row.name, Number(row.orphans)]))
}
