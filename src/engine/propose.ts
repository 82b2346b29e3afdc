/**
 * Looks at a database and proposes a policy: for the table that is named, else for the one that others belong to and
 * that has the most rows, with every relation that its foreign keys tell written out. Reads only.
 */
import { z } from 'zod'
import { MothballError } from '../core/errors/index.ts'
import { resolveFamily } from '../core/family.ts'
import { parseTableName, sameTable, type TableName, tableText } from '../core/names.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../core/policy-schema.ts'
import { ageColumnOf, type CandidateTable, epochUnitOf, policyNameOf, rankTables } from '../core/propose.ts'
import { readCatalog } from '../db/catalog.ts'
import type { Session } from '../db/database.ts'
import { type CandidateRow, candidateTablesSql, largestSql } from '../sql/propose.sql.ts'
import type { Engine } from './ports.ts'

export type Proposal = Readonly<{
  table: string
  /** An estimate. */
  rows: number
  policy: PolicyInput
  /** Other tables that could have a policy, the best first. */
  others: readonly string[]
}>

/** A year: the reader shortens it when he has seen the plan. */
const PROPOSED_DAYS = 365

/** Every table that could be looked at, for whoever wants to choose otherwise. */
export const candidateTables = ({ database }: Engine): Promise<readonly CandidateTable[]> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, readCandidates)

/** The unit of an age column in a bigint, from its largest value; null where it fits none. */
export const epochUnit = (
  { database }: Engine,
  name: TableName,
  column: string,
): Promise<'epoch_ms' | 'epoch_s' | null> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) => readUnit(session, name, column))

/** Throws `not_found` for a table that is not there, `nothing_to_propose` where none has an age. */
export const propose = ({ database }: Engine, tableName: string | null): Promise<Proposal> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const candidates = await readCandidates(session)
    const ranked = rankTables(candidates)
    const chosen = tableName === null ? ranked[0] : named(candidates, tableName)
    if (chosen === undefined) throw new MothballError('nothing_to_propose', { object: 'the database' })
    const others = ranked.filter((each) => each !== chosen).map(({ name }) => tableText(name))
    const policy = await withRelations(session, await baseOf(session, chosen))
    return { table: tableText(chosen.name), rows: chosen.rows, policy, others }
  })

async function readCandidates(session: Session): Promise<readonly CandidateTable[]> {
  return (await session.rows(candidateTablesSql)).map(candidateOf)
}

const columns = z.array(z.object({ name: z.string(), type: z.string() }))

const candidateOf = (row: CandidateRow): CandidateTable => ({
  name: { schema: row.schema, table: row.table },
  rows: Number(row.rows),
  keyed: row.keyed === 'true',
  incoming: Number(row.incoming),
  outgoing: Number(row.outgoing),
  columns: columns.parse(JSON.parse(row.columns)),
})

function named(candidates: readonly CandidateTable[], text: string): CandidateTable {
  const name = parseTableName(text)
  const found = candidates.find((each) => name !== null && sameTable(each.name, name))
  if (found === undefined) throw new MothballError('not_found', { what: 'table', keys: text })
  return found
}

/** Without relations yet. */
async function baseOf(session: Session, chosen: CandidateTable): Promise<PolicyInput> {
  const age = ageColumnOf(chosen)
  if (age === null || !chosen.keyed) throw new MothballError('nothing_to_propose', { object: tableText(chosen.name) })
  const unit = age.type === 'bigint' ? await readUnit(session, chosen.name, age.column) : null
  if (age.type === 'bigint' && unit === null)
    throw new MothballError('nothing_to_propose', { object: tableText(chosen.name) })
  return {
    name: policyNameOf(chosen.name),
    subject: tableText(chosen.name),
    age: { column: age.column, days: PROPOSED_DAYS, ...(unit === null ? {} : { unit }) },
    related: 'archive',
  }
}

async function readUnit(session: Session, name: TableName, column: string) {
  return epochUnitOf((await session.one(largestSql(name, column))).largest)
}

/** What the foreign keys tell, as declarations; a timestamp without zone takes the server's, to be looked at. */
async function withRelations(session: Session, input: PolicyInput): Promise<PolicyInput> {
  const policy = parsePolicy({ ...input, discover: true }, 'proposal')
  if (isProblems(policy)) throw new MothballError('nothing_to_propose', { object: input.subject })
  const catalog = await readCatalog(session, [policy])
  const { family } = resolveFamily(policy, catalog)
  if (family === null) return input
  const [subject, ...related] = family.tables
  const relationName = (index: number) => family.tables[index]?.shape.name.table ?? ''
  const relations = related.flatMap(({ shape, links }) =>
    links.map((link, index) => ({
      ...(index === 0 ? {} : { name: `${shape.name.table}.${link.columns.join('_')}` }),
      table: tableText(shape.name),
      columns: [...link.columns],
      ...(link.parent === 0 ? {} : { parent: relationName(link.parent) }),
      references: [...link.references],
    })),
  )
  const type = subject?.shape.columns.find(({ name }) => name === input.age.column)?.type ?? ''
  const zoneless = type === 'date' || type.endsWith('without time zone')
  return {
    ...input,
    ...(zoneless ? { age: { ...input.age, zone: catalog.server.zone } } : {}),
    ...(relations.length === 0 ? {} : { relations }),
  }
}
