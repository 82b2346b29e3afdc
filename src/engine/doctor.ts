/**
 * Examines a database for the policies: what would refuse a run, what would hinder it, and the fix of each. Reads
 * only, and says what is well too.
 */

import { MothballError } from '../core/errors/index.ts'
import {
  type Diagnosis,
  diagnosisOf,
  type Examination,
  examinationOf,
  type Settings,
  settingFindings,
} from '../core/examination.ts'
import type { Finding, Findings } from '../core/finding.ts'
import { qualifiedText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import {
  journalFindings,
  journalPrivileges,
  type Need,
  neededPrivileges,
  privilegeFindings,
} from '../core/privileges.ts'
import type { Catalog } from '../core/table.ts'
import type { Session } from '../db/database.ts'
import { readBasis } from '../db/journal/purge.ts'
import { readJournalVersion } from '../db/journal-schema.ts'
import { requireJournal } from '../db/migrate.ts'
import { activitySql, identitySql, journalStateSql, settingsSql, zoneSql } from '../sql/examine.sql.ts'
import { strayContactsSql } from '../sql/journal/cold.sql.ts'
import { livingRunSql } from '../sql/journal/lease.sql.ts'
import { journalTablesSql, missingPrivilegesSql } from '../sql/privilege.sql.ts'
import { type ContactKeys, contactFindings } from './cold/contacts.ts'
import { type Inspection, inspect } from './inspect.ts'
import type { Engine } from './ports.ts'
import { leaseName } from './run/lease.ts'

/**
 * Throws `database_unreachable` where there is nothing to examine. Who may not read the journal is told the GRANT, and
 * nothing else: all the rest is examined with the journal's help.
 */
export async function doctor({ database, contactKeys = [] }: Engine, policies: readonly Policy[]): Promise<Diagnosis> {
  const snapshot = { mode: 'snapshot', pinnedSearchPath: true } as const
  const access = await database.transaction(snapshot, examineAccess)
  if (access.state === 'refused') return diagnosisOf([access])
  return database.transaction(snapshot, (session) => examineAll(session, policies, { access, contactKeys }))
}

async function examineAll(
  session: Session,
  policies: readonly Policy[],
  { access, contactKeys }: Readonly<{ access: Examination; contactKeys: ContactKeys }>,
): Promise<Diagnosis> {
  const inspections = await inOrder(policies, async (policy) => ({
    policy,
    inspection: await inspect(session, policy),
  }))
  const [first] = inspections
  if (first === undefined) throw new RangeError('a configuration has a policy')
  const { catalog } = first.inspection
  const journal = await examineJournal(session, access)
  return diagnosisOf([
    examineServer(first.inspection),
    await examineSettings(session, inspections),
    journal,
    ...inspections.map(examineTables),
    ...(await inOrder(inspections, (each) => examinePrivileges(session, each, catalog))),
    ...(journal.state === 'refused'
      ? []
      : await inOrder(inspections, (each) => examineRuns(session, each.policy, contactKeys))),
  ])
}

/** What the user may do in the schema of the journal; before the first migration, whether he could make it. */
async function examineAccess(session: Session): Promise<Examination> {
  const { user, database, version } = await session.one(identitySql)
  const tables = (await session.rows(journalTablesSql)).map(({ name }) => name)
  const missing = await missingOf(session, journalPrivileges(tables), Number(version))
  const told = (required: boolean) =>
    journalFindings(
      missing.filter((need) => need.required === required),
      user,
      database,
    )
  return examinationOf('journal', `of schema mothball, as ${user}`, { refusals: told(true), warnings: told(false) })
}

async function missingOf(session: Session, needs: readonly Need[], version: number): Promise<readonly Need[]> {
  const answers = await session.rows(missingPrivilegesSql(needs, version))
  return answers.flatMap(({ position }) => needs[Number(position)] ?? [])
}

export const serverZone = async ({ database }: Pick<Engine, 'database'>): Promise<string> =>
  (await database.one(zoneSql)).zone

type Inspected = Readonly<{ policy: Policy; inspection: Inspection }>

/** One after the other: they share a connection. */
async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

const SERVER_CODES = ['server_too_old', 'server_not_primary', 'fsync_off', 'replica_role']
const isServer = ({ code }: Finding) => SERVER_CODES.includes(code)

function examineServer({ catalog: { server }, refusals }: Inspection): Examination {
  const role = server.primary ? 'primary' : 'standby or read-only'
  const detail = `PostgreSQL ${server.versionText}, ${role}, fsync ${server.fsync ? 'on' : 'off'}; database ${server.database} as ${server.user}; zone ${server.zone}`
  return examinationOf('server', detail, { refusals: refusals.filter(isServer), warnings: [] })
}

const SETTINGS = [
  'autovacuum',
  'track_counts',
  'full_page_writes',
  'statement_timeout',
  'transaction_timeout',
  'max_locks_per_transaction',
  'max_connections',
]

async function examineSettings(session: Session, inspections: readonly Inspected[]): Promise<Examination> {
  const rows = await session.rows(settingsSql(SETTINGS))
  const settings: Settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  const row = await session.one(activitySql)
  const activity = { connections: Number(row.connections), oldestTransactionSeconds: Number(row.oldest_seconds) }
  // Each table of a family is locked with its archive.
  const tables = Math.max(...inspections.map(({ inspection }) => 2 * (inspection.family?.tables.length ?? 0)))
  const detail = `autovacuum ${settings['autovacuum']}, ${activity.connections} of ${settings['max_connections']} connections, max_locks_per_transaction ${settings['max_locks_per_transaction']}`
  return examinationOf('settings', detail, { refusals: [], warnings: settingFindings(settings, activity, tables) })
}

async function examineJournal(session: Session, { findings: warnings }: Examination): Promise<Examination> {
  try {
    await requireJournal(session)
    return examinationOf('journal', `schema mothball, version ${await readJournalVersion(session)}`, {
      refusals: [],
      warnings,
    })
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    const { code, message, hint } = error
    const refusals = [{ code, object: 'mothball', message, hint }]
    return examinationOf('journal', 'not as this program needs it', { refusals, warnings })
  }
}

const NONE: Findings = { refusals: [], warnings: [] }

/** Shapes, drift and indexes: what the plan would say. */
function examineTables({ policy, inspection: { family, refusals, warnings } }: Inspected): Examination {
  const own = refusals.filter((each) => !isServer(each) && !each.code.startsWith('journal_'))
  const count = family?.tables.length ?? 0
  const detail = `${qualifiedText(policy.subject)} with ${Math.max(0, count - 1)} related tables`
  return examinationOf(`tables of ${policy.name}`, detail, { refusals: own, warnings })
}

async function examinePrivileges(
  session: Session,
  { policy, inspection: { family } }: Inspected,
  catalog: Catalog,
): Promise<Examination> {
  const name = `privileges for ${policy.name}`
  if (family === null) return examinationOf(name, 'not examined: its tables are not there', NONE)
  const needs = neededPrivileges(policy, family, catalog)
  const missing = await missingOf(session, needs, catalog.server.version)
  const told = (required: boolean) =>
    privilegeFindings(
      missing.filter((need) => need.required === required),
      catalog.server.user,
      catalog.server.database,
    )
  const detail = `${needs.length - missing.length} of ${needs.length} are there`
  return examinationOf(name, detail, { refusals: told(true), warnings: told(false) })
}

async function examineRuns(session: Session, policy: Policy, contactKeys: ContactKeys): Promise<Examination> {
  const state = await session.one(journalStateSql(qualifiedText(policy.subject)))
  const living = await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs))
  const [unsealed, refused] = [Number(state.unsealed), Number(state.refused)]
  const quarantined = Number(state.quarantined)
  const abandoned = living === null ? Number(state.unended) : 0
  const lease = living === null ? 'free' : `held by run ${living.run}`
  const detail = `lease ${lease}, ${unsealed} batches unsealed, ${quarantined} in quarantine`
  const object = policy.name
  const found: readonly (Finding | false)[] = [
    abandoned > 0 && {
      code: 'abandoned_run',
      object,
      message: `${abandoned} runs ended without a word`,
      hint: 'Nothing to do: the next `mothball run` closes them with the counts that committed.',
    },
    refused > 0 && {
      code: 'seal_refused',
      object,
      message: `${refused} batches get no seal: their rows are not those that moved`,
      hint: 'Run `mothball verify`, which names them.',
    },
    unsealed > 0 &&
      living === null && {
        code: 'unsealed',
        object,
        message: `${unsealed} batches have no seal yet, so an edited row in them would not be found`,
        hint: 'Run `mothball run`: each run seals what is open.',
      },
    quarantined > 0 && {
      code: 'quarantined',
      object,
      message: `${quarantined} subjects could not move and wait`,
      hint: 'Look at `mothball failures`, mend the cause, then run `mothball failures retry --all`.',
    },
  ]
  return examinationOf(`runs of ${policy.name}`, detail, {
    refusals: [],
    warnings: [...found.filter((each) => each !== false), ...(await contactWarnings(session, policy, contactKeys))],
  })
}

/** Where nobody purges, nobody is looked for in cold files. */
async function contactWarnings(session: Session, policy: Policy, keys: ContactKeys): Promise<readonly Finding[]> {
  if ((await readBasis(session, policy.name)) === null) return []
  const known = keys.map(({ id }) => id)
  const { families } = await session.one(strayContactsSql(qualifiedText(policy.subject), known))
  return contactFindings(keys, policy, Number(families))
}
