/**
 * Plans the making, the renewing and the removal of the homecoming trigger, as steps that can be printed or applied.
 * First all functions in one transaction, then table by table, so that no writer waits for more than his own table.
 */
import type { Homecoming } from '../../core/homecoming.ts'
import { qualifiedText, sameTable, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { type Installed, readInstalled } from '../../db/journal/homecoming.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import type { MigrationStep } from '../../db/migrate.ts'
import { createFunctionSql, dropFunctionSql } from '../../sql/homecoming/function.sql.ts'
import { allowCallSql, dropTriggerSql, registerSql, unregisterSql } from '../../sql/homecoming/installed.sql.ts'
import type { HomecomingProgram } from '../../sql/homecoming/program.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import { inspect, requireSound } from '../inspect.ts'
import type { Engine } from '../ports.ts'
import { areThere, describeHomecoming, isSame, seeHomecoming } from './homecoming-state.ts'

const inSnapshot = <T>({ database }: Engine, work: (session: Session) => Promise<T>): Promise<T> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    return work(session)
  })

/** What is installed for each table of the family, and what it is worth. Writes nothing. */
export const homecoming = (engine: Engine, policy: Policy): Promise<Homecoming> =>
  inSnapshot(engine, async (session) => {
    const inspection = await inspect(session, policy)
    return describeHomecoming(policy, inspection.family, await seeHomecoming(session, policy, inspection))
  })

/** What is missing or stale; empty where all is there. Throws `plan_refused` where a plan is: only sound tables get it. */
export const planHomecoming = (
  engine: Engine,
  policy: Policy,
  { withSubject = false }: Readonly<{ withSubject?: boolean }> = {},
): Promise<readonly MigrationStep[]> =>
  inSnapshot(engine, async (session) => {
    const inspection = requireSound(policy, await inspect(session, policy))
    const { installed, program } = await seeHomecoming(session, policy, inspection, withSubject)
    if (program === null) throw new RangeError('a family without refusals can come home')
    return [
      ...functionStep(policy, program, installed),
      ...triggerSteps(program, installed),
      ...dropSteps(installed, (trigger) => !isWanted(program, trigger)),
    ]
  })

/** Leaves nothing of it behind; for tables too that the policy names no more. */
export const planHomecomingRemoval = (engine: Engine, policy: Policy): Promise<readonly MigrationStep[]> =>
  inSnapshot(engine, async (session) => {
    const installed = await readInstalled(session, policy.subject)
    const { functions, registered } = installed
    const left: readonly Sql[] = [
      ...(registered === null ? [] : [unregisterSql(qualifiedText(policy.subject))]),
      ...functions.map(({ name, takes }) => dropFunctionSql(name, takes)),
    ]
    const title = `drop ${functions.length} functions of the homecoming of ${tableText(policy.subject)}`
    return [...dropSteps(installed, () => true), ...(left.length === 0 ? [] : [stepOf(policy.subject, title, left)])]
  })

type Trigger = Installed['triggers'][number]

const stepOf = (table: Policy['subject'], title: string, statements: readonly Sql[]): MigrationStep => ({
  kind: 'homecoming',
  object: tableText(table),
  title,
  statements,
  transactional: true,
})

/** What is there under the name but differs is dropped first: its arguments may be others. A trigger holds its own. */
function functionStep(policy: Policy, program: HomecomingProgram, installed: Installed): readonly MigrationStep[] {
  const wanted = [program.bring, ...program.triggers.flatMap(({ functions }) => functions)]
  const differing = wanted.filter((each) => !isSame(each, installed))
  const isKept = (name: string) =>
    wanted.some((each) => each.name === name && (isSame(each, installed) || each.returns === 'trigger'))
  const called = installed.triggers.map((trigger) => trigger.called)
  const dropped = installed.functions.filter(({ name }) => !isKept(name) && !called.includes(name))
  const subject = qualifiedText(policy.subject)
  if (differing.length === 0 && dropped.length === 0 && installed.registered === program.bring.name) return []
  return [
    stepOf(
      policy.subject,
      `make the functions of the homecoming of ${tableText(policy.subject)} (${differing.length})`,
      [
        ...dropped.map(({ name, takes }) => dropFunctionSql(name, takes)),
        ...differing.flatMap(createFunctionSql),
        allowCallSql(program.bring.name, installed.owner),
        registerSql(subject, policy.name, program.bring.name),
      ],
    ),
  ]
}

const triggerSteps = (program: HomecomingProgram, installed: Installed): readonly MigrationStep[] =>
  program.triggers
    .filter((each) => !areThere(each, installed) || !isSame(each.functions[0], installed))
    .map(({ guarded, statements }) =>
      stepOf(guarded.shape.name, `make the homecoming trigger of ${tableText(guarded.shape.name)}`, statements),
    )

const isWanted = ({ triggers }: HomecomingProgram, { table, name }: Trigger): boolean =>
  triggers.some(({ guarded, names }) => sameTable(guarded.shape.name, table) && names.includes(name))

function dropSteps(installed: Installed, isDropped: (trigger: Trigger) => boolean): readonly MigrationStep[] {
  const groups = Map.groupBy(installed.triggers.filter(isDropped), ({ table }) => qualifiedText(table))
  return [...groups.values()].flatMap((triggers) => {
    const [first] = triggers
    if (first === undefined) return []
    const statements = [
      ...triggers.map(({ name, table }) => dropTriggerSql(name, table)),
      ...new Set(triggers.map(({ called }) => called)),
    ].map((each) => (typeof each === 'string' ? dropFunctionSql(each, '') : each))
    return [stepOf(first.table, `drop the homecoming trigger of ${tableText(first.table)}`, statements)]
  })
}
