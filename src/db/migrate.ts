/**
 * Brings a database to what the policies need, by additions alone: the journal, archive tables and their columns, the
 * log, indexes; a view alone is made anew. The plan is data that can be printed; applying it twice, or from two places at once, changes nothing more.
 */
import { hasCode, MothballError } from '../core/errors/index.ts'
import { resolveFamily } from '../core/family.ts'
import { type Change, type IndexChange, planChanges, planIndexChanges } from '../core/migration.ts'
import { tableText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import { type Catalog, type Column, OLDEST_SERVER } from '../core/table.ts'
import { type TierView, tierViews } from '../core/tier-view.ts'
import { addColumnsSql, createArchiveSql } from '../sql/archive-table.sql.ts'
import { createIndexConcurrentlySql } from '../sql/index.sql.ts'
import { migrationLockSql } from '../sql/journal-schema.sql.ts'
import { logTableSql } from '../sql/log-table.sql.ts'
import type { MigrationStep } from '../sql/migration-step.sql.ts'
import { makeTierViewSql } from '../sql/tier-view.sql.ts'
import { readCatalog } from './catalog.ts'
import type { Database, Session } from './database.ts'
import { planJournal } from './journal-schema.ts'
import { tierViewState } from './tier-view.ts'

export type { MigrationStep } from '../sql/migration-step.sql.ts'
export { requireJournal } from './journal-schema.ts'

/** DDL on an archive table waits for its readers, and not for ever; building an index takes as long as it takes. */
const TIMEOUTS = { lockMs: 10_000, statementMs: 0, idleMs: 60_000 }
/** While a trigger waits for its table, everybody who writes to it waits behind. */
const TRIGGER_LOCK_MS = 1_000

/** What is missing, in the order in which it is to be made; empty when all is there. Writes nothing. */
export const planMigration = (database: Database, policies: readonly Policy[]): Promise<readonly MigrationStep[]> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const catalog = await readWritableCatalog(session, policies)
    const journal = await planJournal(session)
    return [
      ...journal,
      ...planChanges(policies, catalog).map(changeStep),
      ...(await viewSteps(session, policies, catalog)),
    ]
  })

/** Indexes that are not needed for being right, only for being quick: on references, and on what `show` searches. */
export const planIndexes = (database: Database, policies: readonly Policy[]): Promise<readonly MigrationStep[]> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) =>
    planIndexChanges(policies, await readWritableCatalog(session, policies)).map(indexStep),
  )

/** Applies the steps one by one; `onStep` hears of each when it is done. Stops at the first that fails. */
export async function applyMigration(
  database: Database,
  steps: readonly MigrationStep[],
  { onStep }: Readonly<{ onStep?: (step: MigrationStep) => void }> = {},
): Promise<void> {
  for (const step of steps) {
    if (step.transactional) await applyInTransaction(database, step)
    else for (const statement of step.statements) await database.outsideTransaction(statement)
    onStep?.(step)
  }
}

async function applyInTransaction(database: Database, { kind, statements }: MigrationStep): Promise<void> {
  try {
    const timeouts = kind === 'homecoming' ? { ...TIMEOUTS, lockMs: TRIGGER_LOCK_MS } : TIMEOUTS
    await database.transaction({ pinnedSearchPath: true, timeouts }, (session) =>
      session.together([migrationLockSql, ...statements]),
    )
  } catch (error) {
    if (kind === 'journal' && isRecordedAlready(error)) return
    throw error
  }
}

/** Somebody else has applied this version since the plan was made. */
const isRecordedAlready = (error: unknown): boolean =>
  hasCode(error, 'statement_failed') && error.facts['sqlstate'] === '23505' && error.facts['table'] === 'migration'

async function readWritableCatalog(session: Session, policies: readonly Policy[]): Promise<Catalog> {
  const catalog = await readCatalog(session, policies)
  if (catalog.server.version < OLDEST_SERVER)
    throw new MothballError('server_too_old', { version: catalog.server.versionText })
  if (!catalog.server.primary) throw new MothballError('server_not_primary')
  return catalog
}

/** After the tables: they are made for the columns that these have then. What has the name and is not ours is left alone. */
async function viewSteps(
  session: Session,
  policies: readonly Policy[],
  catalog: Catalog,
): Promise<readonly MigrationStep[]> {
  const steps: MigrationStep[] = []
  for (const policy of policies) {
    const { family } = resolveFamily(policy, catalog)
    for (const view of family === null ? [] : tierViews(policy, family, catalog)) {
      const state = await tierViewState(session, view)
      if (state === 'missing' || state === 'outdated') steps.push(viewStep(view, state))
    }
  }
  return steps
}

const viewStep = (view: TierView, state: 'missing' | 'outdated'): MigrationStep => ({
  kind: 'view',
  object: tableText(view.name),
  title: `${state === 'missing' ? 'create the view' : 'make anew the view'} ${tableText(view.name)}`,
  statements: makeTierViewSql(view),
  transactional: true,
})

function changeStep(change: Change): MigrationStep {
  const object = tableText(change.table)
  switch (change.kind) {
    case 'archive':
      return {
        kind: 'archive',
        object,
        title: `create the archive table ${object}`,
        statements: createArchiveSql(change),
        transactional: true,
      }
    case 'column':
      return {
        kind: 'column',
        object,
        title: `add to ${object}: ${[...change.columns.map(addedText), ...change.own].join(', ')}`,
        statements: addColumnsSql(change),
        transactional: true,
      }
    case 'log':
      return {
        kind: 'log',
        object,
        title: change.isNew
          ? `create the log table ${object}`
          : `add to ${object}: ${change.columns.map(({ name }) => name).join(', ')}`,
        statements: [logTableSql(change)],
        transactional: true,
      }
    case 'index':
      return indexStep(change)
  }
}

/** What becomes of rows that were archived before the column was there. */
function addedText({ name, fill, notNull }: Column): string {
  if (fill !== null) return `${name} (${fill} in rows that are there)`
  return notNull ? `${name} (empty in rows that are there: fill it before they come home)` : name
}

function indexStep(change: IndexChange): MigrationStep {
  const object = tableText(change.table)
  const what = change.form === null ? change.columns.join(', ') : `${change.form} form of ${change.columns.join(', ')}`
  return {
    kind: 'index',
    object,
    title: `index ${object} (${what})`,
    statements: createIndexConcurrentlySql(change),
    transactional: false,
  }
}
