/** The journal's own version, and the statements around a numbered migration. */
import { literal, raw, type Sql, sql } from './tag.ts'

/** True where `mothball.migration` exists; asks the catalog, for a missing table would end the transaction. */
export const journalExistsSql: Sql<{ exists: string }> = sql`select exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'mothball' and c.relname = 'migration')::text as exists`

/** Highest version that was applied, `0` for none. */
export const journalVersionSql: Sql<{ version: string }> = sql`select coalesce(max(version), 0)::text as version
  from mothball.migration`

/** Where versions are recorded. Apart from the first migration, because every migration records itself first. */
export const journalRootSql: readonly Sql[] = [
  raw('create schema if not exists mothball'),
  raw(`create table if not exists mothball.migration (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default now()
)`),
]

/** Before the migration's own statements: of two that try, the second fails here and has changed nothing. */
export const recordMigrationSql = (version: number, name: string): Sql =>
  sql`insert into mothball.migration (version, name) values (${raw(String(version))}, ${literal(name)})`

/** Migrations of one database come one after the other, whoever starts them. The number is ours alone by being odd. */
export const migrationLockSql: Sql = raw('select pg_catalog.pg_advisory_xact_lock(7206171912834017)')
