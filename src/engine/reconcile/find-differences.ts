/** Finds what a reconciliation is about, in one snapshot. Writes nothing. */
import { type ArchivedFamily, archivedFamily } from '../../core/archived-family.ts'
import type { Family } from '../../core/family.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Difference, DifferenceKind } from '../../core/reconcile.ts'
import { shapeOf } from '../../core/table.ts'
import type { Database, Session } from '../../db/database.ts'
import { livingRunSql } from '../../sql/journal/lease.sql.ts'
import { runsMisloggedSql, runsOffSql, runsUnloggedSql } from '../../sql/journal/reconcile.sql.ts'
import { abandonedRestoresSql } from '../../sql/journal/restore-run.sql.ts'
import { abandonedRunsSql } from '../../sql/journal/run.sql.ts'
import { table } from '../../sql/tag.ts'
import { batchlessSql, tornSql, unknownBatchesSql } from '../../sql/torn.sql.ts'
import { twinsSql } from '../../sql/twins.sql.ts'
import { NAMED, type NamedRow } from '../../sql/verify-rows.sql.ts'
import type { SoundInspection } from '../inspect.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { leaseName } from '../run/lease.ts'
import { type FoundTable, findLateIn, latePlaces } from '../sweep/find-late.ts'
import { newlyLost, readOrphans } from '../verify/verify-orphans.ts'
import { findLostRows } from './lost-rows.ts'

/** `except`: the run that asks, which has no end yet. */
export const findDifferences = (
  database: Database,
  policy: Policy,
  inspection: SoundInspection,
  except: number | null,
): Promise<readonly Difference[]> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const archive = archivedFamily(inspection.family, inspection.catalog)
    const runs = await runDifferences(session, policy, except)
    if (archive === null) return runs
    return [
      ...runs,
      ...(await findLostRows(session, policy, archive)),
      ...(await rowDifferences(session, archive)),
      ...(await lateDifferences(session, inspection)),
      ...(await nobodyDifferences(session, policy, inspection)),
      ...(await countDifferences(session, policy, inspection)),
    ]
  })

type Found = Readonly<{ rows: number; keys?: readonly string[]; columns?: readonly string[] }>

/** None where there is no row. */
const differenceOf = (
  kind: DifferenceKind,
  table: string,
  { rows, keys = [], columns = [] }: Found,
): readonly Difference[] => (rows === 0 ? [] : [{ kind, table, rows, keys: keys.slice(0, NAMED), columns }])

const named = (kind: DifferenceKind, table: string, { count, keys }: NamedRow): readonly Difference[] =>
  differenceOf(kind, table, { rows: Number(count), keys: keysOf(keys) })

const ofRuns = (kind: DifferenceKind, rows: readonly Readonly<{ run: string }>[]): readonly Difference[] =>
  differenceOf(kind, 'run', { rows: rows.length, keys: rows.map(({ run }) => run) })

async function runDifferences(session: Session, policy: Policy, except: number | null): Promise<readonly Difference[]> {
  const subject = qualifiedText(policy.subject)
  const living = (await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs)))?.run ?? null
  const runs = await session.rows(abandonedRunsSql(subject, except ?? 0))
  const restores = await session.rows(abandonedRestoresSql(subject))
  return ofRuns('run_unended', [...runs.filter(({ run }) => run !== living), ...restores])
}

async function rowDifferences(session: Session, archive: ArchivedFamily): Promise<readonly Difference[]> {
  const found: Difference[] = []
  for (const each of archive.tables) {
    const name = tableText(each.home.name)
    const twins = await session.one(twinsSql(each))
    const unknown = await session.rows(unknownBatchesSql(each))
    found.push(
      ...differenceOf('twin_equal', name, { rows: Number(twins.equal), keys: keysOf(twins.equal_keys) }),
      ...differenceOf('twin_differs', name, {
        rows: Number(twins.differing),
        keys: keysOf(twins.differing_keys),
        columns: keysOf(twins.columns),
      }),
      ...(each.links.length === 0 ? [] : named('torn', name, await session.one(tornSql(archive, each)))),
      ...differenceOf('batch_unknown', name, {
        rows: unknown.reduce((sum, { rows }) => sum + Number(rows), 0),
        keys: unknown.map(({ batch }) => batch),
      }),
      ...named('batch_none', name, await session.one(batchlessSql(archive, each))),
    )
  }
  return found
}

async function lateDifferences(
  session: Session,
  { family, catalog }: Readonly<{ family: Family }> & Pick<SoundInspection, 'catalog'>,
): Promise<readonly Difference[]> {
  const places = latePlaces(family, catalog)
  const tables: readonly FoundTable[] = places === null ? [] : await findLateIn(session, places.all, null)
  return tables.flatMap(({ table: name, rows, owners }) => differenceOf('late', name, { rows, keys: owners }))
}

async function nobodyDifferences(
  session: Session,
  policy: Policy,
  inspection: SoundInspection,
): Promise<readonly Difference[]> {
  const orphans = await readOrphans({ session, policy, inspection })
  return orphans.flatMap((each) => differenceOf('nobody', tableText(each.table.shape.name), { rows: newlyLost(each) }))
}

async function countDifferences(
  session: Session,
  policy: Policy,
  { catalog }: SoundInspection,
): Promise<readonly Difference[]> {
  const subject = qualifiedText(policy.subject)
  const log = shapeOf(catalog, policy.logTable)
  const off = ofRuns('run_counts', await session.rows(runsOffSql(subject)))
  if (log === undefined) return off
  const name = table(policy.logTable)
  return [
    ...off,
    ...ofRuns('log_missing', await session.rows(runsUnloggedSql(name, policy.name, subject))),
    ...ofRuns('log_differs', await session.rows(runsMisloggedSql(name, policy.name, subject))),
  ]
}
