/** What of a subject's homecoming is in the database, and what the journal says of it. */
import type { TableName } from '../../core/names.ts'
import { id, literal, type Sql, sql, table } from '../tag.ts'

export type InstalledFunctionRow = Readonly<{
  name: string
  /** Types of its arguments, as they stand in a DROP. */
  takes: string
  source: string
  /** It runs with its owner's rights. */
  definer: string
}>

/** Functions of the schema `mothball` whose names begin with `prefix`. */
export const installedFunctionsSql = (prefix: string): Sql<InstalledFunctionRow> =>
  sql`select p.proname as name, pg_catalog.pg_get_function_identity_arguments(p.oid) as takes, p.prosrc as source,
      p.prosecdef::text as definer
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'mothball' and pg_catalog.starts_with(p.proname, ${prefix}) order by p.proname, p.oid`

export type InstalledTriggerRow = Readonly<{
  schema: string
  table: string
  name: string
  called: string
  enabled: string
}>

/** Triggers on any table that call one of these functions. */
export const installedTriggersSql = (prefix: string): Sql<InstalledTriggerRow> =>
  sql`select s.nspname as schema, c.relname as table, g.tgname as name, p.proname as called,
      (g.tgenabled in ('O', 'A'))::text as enabled
    from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
      join pg_catalog.pg_namespace s on s.oid = c.relnamespace join pg_catalog.pg_proc p on p.oid = g.tgfoid
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'mothball' and pg_catalog.starts_with(p.proname, ${prefix}) and not g.tgisinternal
    order by s.nspname, c.relname, g.tgname`

/** What `mothball.bring_home` calls for a subject, and whose rights it calls it with. */
export type RegisteredRow = Readonly<{ function_name: string | null; policy: string | null; owner: string }>

export const registeredSql = (subject: string): Sql<RegisteredRow> =>
  sql`select h.function_name, h.policy, pg_catalog.pg_get_userbyid(p.proowner)::text as owner
    from pg_catalog.pg_proc p left join mothball.homecoming h on h.subject = ${subject}
    where p.oid = 'mothball.bring_home(text, text)'::regprocedure`

/** Binds nothing, so that it can be printed. */
export const registerSql = (subject: string, policy: string, called: string): Sql =>
  sql`insert into mothball.homecoming (subject, policy, function_name, installed_by)
  values (${literal(subject)}, ${literal(policy)}, ${literal(called)}, session_user)
  on conflict (subject) do update set policy = excluded.policy, function_name = excluded.function_name,
    installed_at = pg_catalog.clock_timestamp(), installed_by = excluded.installed_by`

export const unregisterSql = (subject: string): Sql =>
  sql`delete from mothball.homecoming where subject = ${literal(subject)}`

/** `mothball.bring_home` runs with the rights of whoever migrated, and calls a function of whoever installed. */
export const allowCallSql = (called: string, role: string): Sql =>
  sql`grant execute on function mothball.${id(called)}(text, text) to ${id(role)}`

export const dropTriggerSql = (name: string, on: TableName): Sql =>
  sql`drop trigger if exists ${id(name)} on ${table(on)}`
