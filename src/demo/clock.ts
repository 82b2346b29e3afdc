/**
 * Another time for one database of the demo's own server. The engine knows no clock but the database's, and asks for it by
 * name (`pg_catalog.now()`), so here the name leads to a clock that a connection sets back by `mothball_demo.ago`. To be
 * done before the journal is made; `letTimePass` ends it for good.
 */
import type { PlainSql } from './plain-sql.ts'

const CLOCKS = [
  ['now', 'stable'],
  ['clock_timestamp', 'volatile'],
] as const

export async function makeClock({ execute }: Pick<PlainSql, 'execute'>): Promise<void> {
  for (const [name, volatility] of CLOCKS) {
    await execute(`alter function pg_catalog.${name}() rename to ${name}_of_the_server`)
    await execute(`create function pg_catalog.${name}() returns timestamptz language sql ${volatility} parallel safe as $$
      select pg_catalog.${name}_of_the_server()
        - coalesce(nullif(pg_catalog.current_setting('mothball_demo.ago', true), ''), '0')::interval $$`)
  }
}

/** From now on its clock is the server's, whatever a connection sets. */
export async function letTimePass({ execute }: Pick<PlainSql, 'execute'>): Promise<void> {
  for (const [name, volatility] of CLOCKS)
    await execute(`create or replace function pg_catalog.${name}() returns timestamptz language sql ${volatility}
      parallel safe as $$ select pg_catalog.${name}_of_the_server() $$`)
}

/** The same database, so many seconds ago. */
export function urlAgo(url: string, seconds: number): string {
  const at = new URL(url)
  at.searchParams.set('options', `-c mothball_demo.ago=${Math.round(seconds)}s`)
  return at.href
}
