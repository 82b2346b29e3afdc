/**
 * How a policy de-identifies, judged against the tables and the server's own types before anything is touched; and the
 * rows of a person that it would change. A row that has nothing to lose keeps its place and its batch.
 */
import type { ArchivedFamily, ArchivedTable } from '../../core/archived-family.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { Family, FamilyTable } from '../../core/family.ts'
import { identifyingProblems, passedOver, type Redaction, redactionsOf } from '../../core/identifying.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Problem } from '../../core/policy-problems.ts'
import { isRefusal } from '../../core/sqlstate.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { EMPTY_KEYS, type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { castSql, madeOfSql, type RowsOfSide, unlikeSql } from '../../sql/redact.sql.ts'
import type { Engine } from '../ports.ts'
import type { ArchivedRedaction, Person, Redacting } from './person.ts'

type Judged = Readonly<{ policy: Policy; family: Family; archive: ArchivedFamily | null }>

/** Throws `identifying_invalid` with every problem that there is. */
export async function judgeRedacting(engine: Engine, judged: Judged): Promise<Redacting> {
  requireNoProblem(identifyingProblems(judged))
  const { policy, family, archive } = judged
  const active = family.tables.map((each) => [each, redactionsOf(policy, each, each.shape)] as const)
  const archived: (readonly [ArchivedTable, ArchivedRedaction])[] = []
  for (const each of archive?.tables ?? []) archived.push([each, await archivedRedaction(engine, policy, family, each)])
  const all = [
    ...active.map(([each, redactions]) => ({ each, redactions })),
    ...archived.map(([each, { redactions }]) => ({ each, redactions })),
  ]
  requireNoProblem(await castProblems(engine, all))
  return {
    active: new Map(active.filter(([, redactions]) => redactions.length > 0)),
    archived: new Map(archived.filter(([, { redactions }]) => redactions.length > 0)),
    passedOver: passedOver(judged),
  }
}

async function archivedRedaction(
  { database }: Engine,
  policy: Policy,
  family: Family,
  each: ArchivedTable,
): Promise<ArchivedRedaction> {
  const own = family.tables.find(({ shape }) => shape === each.home)
  const redactions = own === undefined ? [] : redactionsOf(policy, own, each.twin)
  if (redactions.length === 0 || each.home.columns.every(({ generated }) => generated === null))
    return { redactions, made: [] }
  const names = redactions.map(({ column }) => column.name)
  // Expressions print with the names of schemas, as nothing but pg_catalog is searched.
  const made = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    session.rows(madeOfSql(each.home.oid, names)),
  )
  return { redactions, made: made.filter(({ name }) => columnOf(each.twin, name) !== undefined) }
}

type OfTable = Readonly<{ each: FamilyTable; redactions: readonly Redaction[] }>

/** The server alone knows what a text is as a value of a type. */
async function castProblems({ database }: Engine, tables: readonly OfTable[]): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const { each, redactions } of tables)
    for (const redaction of redactions) {
      const { column, value } = redaction
      if (value === null || column.type === 'text') continue
      const same = await database
        .transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) => session.one(castSql(redaction)))
        .then((row) => row.same === 'true')
        .catch((error: unknown) => {
          if (isRefusal(sqlstateOf(error))) return false
          throw error
        })
      const field = `erasure.identifying.${tableText(each.shape.name)}.${column.name}`
      if (!same)
        problems.push({ field, problem: `is no whole value of ${column.type}; give one that is, and not too long` })
    }
  return problems
}

function requireNoProblem(problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const lines = problems.map(({ field, problem }) => `${field} ${problem}`)
  throw new MothballError('identifying_invalid', { problems: lines.join('\n') })
}

export const sideOf = ({ shape }: FamilyTable, rows: KeySet): RowsOfSide => ({ name: shape.name, shape, rows })

/** The person with those rows alone that would change; as he is where his rows are to go. */
export async function toBeErased(session: Session, person: Person): Promise<Person> {
  const { redacting } = person
  if (redacting === null) return person
  const unlike = async (each: FamilyTable, rows: KeySet, redactions: readonly Redaction[]): Promise<KeySet> =>
    rows.count === 0
      ? EMPTY_KEYS
      : keySetOf(await session.one(unlikeSql(sideOf(each, rows), redactions)), each.shape.key)
  const active = new Map<FamilyTable, KeySet>()
  for (const [each, redactions] of redacting.active)
    active.set(each, await unlike(each, person.active.get(each) ?? EMPTY_KEYS, redactions))
  const archived = new Map<ArchivedTable, KeySet>()
  for (const [each, { redactions }] of redacting.archived)
    archived.set(each, await unlike(each, person.archived.get(each) ?? EMPTY_KEYS, redactions))
  return { ...person, active, archived }
}
