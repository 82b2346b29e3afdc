/**
 * One batch of a purge, one transaction: fence, lock the families in the archive, ask for holds, compare every row with
 * the cold file, delete exactly those, leave their hashes behind, write down what became of each. A family that is held,
 * changed, locked by others or gone stays whole, or is not there.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import type { Stayed } from '../../core/cold/purge.ts'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { manifestsOf, sealedColumnsOf } from '../../db/journal/departure.ts'
import { lockArchivesSql, rowDigestsSql } from '../../sql/cold.sql.ts'
import { coldOutcomeSql, type FamilyContacts, purgeFamiliesSql, turnFamiliesSql } from '../../sql/journal/cold.sql.ts'
import { addPurgedSql, purgeOutcomesSql } from '../../sql/journal/purge.sql.ts'
import { type KeySet, keySetOf, keySetOfTexts } from '../../sql/keys.sql.ts'
import { fenceSql, knownColumns } from '../../sql/lock.sql.ts'
import {
  byIndexSql,
  leaveArchiveSql,
  lockArchivedSql,
  pinPathSql,
  readArchivedSql,
  rowsOf,
} from '../../sql/restore-move.sql.ts'
import { journalKeysSql } from '../../sql/restore-select.sql.ts'
import { immediateConstraintsSql } from '../../sql/session.sql.ts'
import { commitKnowingly } from '../commit.ts'
import { heldAmong } from '../held.ts'
import type { LeasedRun } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { gatherFamilies } from '../restore/archived-rows.ts'
import type { RestoreScope } from '../restore/restore-scope.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { contactsOf } from './contacts.ts'
import type { OpenSet } from './open-set.ts'
import { rowCount } from './vault.ts'

export type PurgeContext = Readonly<{ engine: Engine; scope: RestoreScope; leased: LeasedRun; plan: number }>

export type Outcomes = ReadonlyMap<string, 'purged' | Stayed>

type Batch = Readonly<{ file: string; set: OpenSet; keys: readonly string[] }>

/** Throws `lease_lost`, `shapes_changed`, `sides_differ`, or what the database answered; then nothing is destroyed. */
export async function purgeBatch(context: PurgeContext, batch: Batch): Promise<Outcomes> {
  const { engine, scope } = context
  const outcomes = await commitKnowingly(engine, scope.policy, async (session) => {
    const transaction = await begin(session, context)
    const { keys, stayed } = await lockFamilies(session, context, batch)
    await engine.signals.reached('purge-locked')
    const held = await heldAmong(session, scope.policy, keys)
    const free = keys.filter((key) => !held.has(key))
    const { same, counts } = await unchanged(session, scope, batch, free)
    await engine.signals.reached('purge-judged')
    const going = free.filter((key) => same.has(key))
    const rows = going.length === 0 ? {} : await destroy(session, context, { keys: going, counts })
    await engine.signals.reached('purge-deleted')
    const result = new Map<string, 'purged' | Stayed>([
      ...stayed,
      ...keys.map((key) => [key, held.has(key) ? 'held' : same.has(key) ? 'purged' : 'changed'] as const),
    ])
    const contacts = await contactsIn(context, batch, going)
    await record(session, context, batch, { result, rows, contacts })
    await engine.signals.reached('purge-recorded')
    const [first] = going
    const question = first === undefined ? null : coldOutcomeSql(batch.file, first, { state: 'purged', transaction })
    return { question, result }
  })
  await engine.signals.reached('purge-committed')
  return outcomes
}

async function begin(session: Session, { engine, scope, leased: { lease } }: PurgeContext): Promise<string> {
  const [, fence, , , , found] = await Promise.all([
    session.execute(immediateConstraintsSql),
    session.maybe(fenceSql(lease.name, lease.epoch)),
    session.execute(byIndexSql),
    session.execute(pinPathSql),
    session.execute(lockArchivesSql(scope.family)),
    fingerprintsOf(session, scope.oids),
  ])
  if (fence === null) throw new MothballError('lease_lost', { policy: scope.policy.name })
  if (found !== scope.fingerprints)
    throw new MothballError('shapes_changed', { table: tableText(scope.policy.subject) })
  await engine.signals.reached('purge-begun')
  return fence.transaction
}

/** Keys of the families that are locked whole, and why the others are not. */
async function lockFamilies(session: Session, { scope: { family } }: PurgeContext, { keys }: Batch) {
  const subject = archivedSubject(family)
  const asked = keySetOfTexts(keys, subject.shape.key)
  const lock = await session.one(lockArchivedSql(family, subject, asked))
  const families = await gatherFamilies(session, family, lock, true)
  const locked = await keysIn(session, subject, rowsOf(families.rows, subject))
  const missed = keys.filter((key) => !locked.includes(key))
  const found = await session.one(readArchivedSql(family, subject, keySetOfTexts(missed, subject.shape.key)))
  const there = await keysIn(session, subject, keySetOf(found, knownColumns(family, subject)))
  const stayed = missed.map((key) => [key, there.includes(key) ? 'locked' : 'gone'] as const)
  return { keys: locked, stayed }
}

const keysIn = async (session: Session, subject: ArchivedTable, keys: KeySet): Promise<readonly string[]> =>
  keysOf((await session.one(journalKeysSql(subject, keys))).keys)

/** By qualified name of a table: how many of its rows each family has. */
type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>

/** Families whose rows in the archive are those of the file, table by table, none more and none less. */
async function unchanged(
  session: Session,
  { family }: RestoreScope,
  { set }: Batch,
  keys: readonly string[],
): Promise<Readonly<{ same: ReadonlySet<string>; counts: Counts }>> {
  const same = new Set(keys)
  const counts = new Map<string, ReadonlyMap<string, number>>()
  if (keys.length === 0) return { same, counts }
  const subjects = keySetOfTexts(keys, archivedSubject(family).shape.key)
  for (const each of family.tables) {
    const name = qualifiedText(each.home.name)
    const table = set.manifest.tables.find((one) => one.name === name)
    const columns = table?.columns ?? each.twin.columns
    // A column that came later is in no file: what it holds would be lost.
    const isWhole = each.twin.columns.every((column) => columns.some((one) => one.name === column.name))
    const rows = await session.rows(rowDigestsSql(family, each, subjects, columns))
    const here = new Map(rows.map((row) => [row.family, row.digest]))
    const there = await set.rows.get(name)?.digests(keys)
    for (const key of keys) if (here.get(key) !== there?.get(key) || (!isWhole && here.has(key))) same.delete(key)
    counts.set(name, new Map([...here].map(([key, digest]) => [key, rowCount(digest)])))
  }
  return { same, counts }
}

/** Children before parents; exactly the rows that are locked and compared. Returns how many, by table. */
async function destroy(
  session: Session,
  { scope, leased: { run } }: PurgeContext,
  { keys, counts }: Readonly<{ keys: readonly string[]; counts: Counts }>,
): Promise<Readonly<Record<string, number>>> {
  const subject = archivedSubject(scope.family)
  const subjects = await session.one(readArchivedSql(scope.family, subject, keySetOfTexts(keys, subject.shape.key)))
  const families = await gatherFamilies(session, scope.family, subjects, false)
  const manifests = await manifestsOf(session, families.batches)
  const rows: Record<string, number> = {}
  for (const each of [...scope.family.tables].reverse()) {
    const own = rowsOf(families.rows, each)
    if (own.count === 0) continue
    const sealed = sealedColumnsOf(manifests, each)
    const gone = await session.one(leaveArchiveSql(scope.policy, each, { rows: own, sealed, run }))
    const compared = keys.reduce((sum, key) => sum + (counts.get(qualifiedText(each.home.name))?.get(key) ?? 0), 0)
    requireSame(each, { locked: own.count, copied: compared, deleted: Number(gone.count) })
    rows[qualifiedText(each.home.name)] = own.count
  }
  return rows
}

/** A row that came after the comparison is locked by nobody and compared with nothing: it must not go along. */
function requireSame(
  { twin }: ArchivedTable,
  sides: Readonly<{ locked: number; copied: number; deleted: number }>,
): void {
  if (sides.deleted === sides.locked && sides.copied === sides.locked) return
  throw new MothballError('sides_differ', { table: tableText(twin.name), ...sides })
}

/** By what those who go are found afterwards. */
function contactsIn({ engine, scope: { policy, family } }: PurgeContext, { set }: Batch, going: readonly string[]) {
  const name = qualifiedText(archivedSubject(family).home.name)
  const table = set.manifest.tables.find((each) => each.name === name)
  const rows = set.rows.get(name)
  if (table === undefined || rows === undefined) throw new RangeError('a set has its subject')
  const columns = table.columns.map((each) => each.name)
  return contactsOf(engine.contactKeys ?? [], policy, { columns, rows }, going)
}

async function record(
  session: Session,
  { leased: { run }, plan }: PurgeContext,
  { file }: Batch,
  {
    result,
    rows,
    contacts,
  }: Readonly<{ result: Outcomes; rows: Readonly<Record<string, number>>; contacts: FamilyContacts }>,
): Promise<void> {
  const of = (outcome: string) => [...result].flatMap(([key, each]) => (each === outcome ? [key] : []))
  await session.together([
    purgeFamiliesSql(file, of('purged'), { run, contacts }),
    turnFamiliesSql(file, [...of('changed'), ...of('gone')], { from: 'exported', to: 'changed', run }),
    purgeOutcomesSql(plan, file, [...result.keys()], [...result.values()]),
    addPurgedSql(run, plan, JSON.stringify(rows)),
  ])
}
