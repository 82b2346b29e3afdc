/** Typed reads of what is installed of a subject's homecoming, and of what its functions must know of the journal. */
import { functionPrefix } from '../../core/homecoming.ts'
import { qualifiedText, type TableName } from '../../core/names.ts'
import {
  type InstalledFunctionRow,
  installedFunctionsSql,
  installedTriggersSql,
  registeredSql,
} from '../../sql/homecoming/installed.sql.ts'
import { type SealedForm, sealedFormsSql } from '../../sql/journal/departure.sql.ts'
import type { Session } from '../database.ts'

export type InstalledTrigger = Readonly<{ table: TableName; name: string; called: string; enabled: boolean }>

export type Installed = Readonly<{
  functions: readonly InstalledFunctionRow[]
  triggers: readonly InstalledTrigger[]
  /** What `mothball.bring_home` calls for the subject; null where it knows of none. */
  registered: string | null
  /** With whose rights it calls. */
  owner: string
}>

export async function readInstalled(session: Session, subject: TableName): Promise<Installed> {
  const prefix = functionPrefix(subject)
  const [functions, triggers, registered] = await Promise.all([
    session.rows(installedFunctionsSql(prefix)),
    session.rows(installedTriggersSql(prefix)),
    session.one(registeredSql(qualifiedText(subject))),
  ])
  return {
    functions,
    triggers: triggers.map(({ schema, table, name, called, enabled }) => ({
      table: { schema, table },
      name,
      called,
      enabled: enabled === 'true',
    })),
    registered: registered.function_name,
    owner: registered.owner,
  }
}

/** By qualified name of the table: in which forms its rows were moved until now. */
export async function readSealedForms(
  session: Session,
  subject: TableName,
): Promise<ReadonlyMap<string, readonly SealedForm[]>> {
  const rows = await session.rows(sealedFormsSql(qualifiedText(subject)))
  return new Map(
    [...Map.groupBy(rows, ({ name }) => name)].map(([name, forms]) => [
      name,
      forms.map(({ columns, as_text }) => ({ columns, as_text })),
    ]),
  )
}
