/**
 * The look at the tables before a family comes home: a function knows the columns that it was made for, and a value in
 * any other would be lost on the way. A user's trigger that was made since may change rows unseen. Types are compared
 * between home and archive, as they are today.
 */
import type { ArchivedFamily } from '../../core/archived-family.ts'
import { insertTriggers } from '../../core/homecoming.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Column } from '../../core/table.ts'
import { commaList, literal, raw, type Sql, sql, table } from '../tag.ts'
import { raiseSql } from './function.sql.ts'

/** Locked by now, the tables must be those that the function was made for: a column that it does not know would be lost. */
export function driftSql({ policy, family }: Readonly<{ policy: Policy; family: ArchivedFamily }>): Sql {
  const places = family.tables.map(({ home, twin }) => {
    const lists = [home.columns.map(nameOf), twin.columns.map(nameOf), insertTriggers(home)]
    const texts = lists.map((list) => sql`${literal(arrayText(list))}::text[]`)
    return sql`(${commaList([home, twin].map(({ name }) => sql`${literal(table(name).text)}::regclass`))}, ${commaList(texts)})`
  })
  const message = literal(
    `the tables of ${tableText(policy.subject)} were changed since the homecoming trigger was made`,
  )
  const fix = literal(`Run \`mothball homecoming install --policy ${policy.name}\`, then repeat the statement.`)
  return sql`if exists (select from (values ${commaList(places)}) p (home_id, twin_id, home_columns, twin_columns, home_triggers)
    where p.home_columns <> ${columnsSql('p.home_id')} or p.twin_columns <> ${columnsSql('p.twin_id')}
      or p.home_triggers <> ${triggersSql} or ${typesDifferSql}) then
  ${raiseSql('homecoming_stale', message, fix)};
end if;`
}

const nameOf = ({ name }: Column): string => name

const columnsSql = (relation: string): Sql =>
  raw(`array(select a.attname::text from pg_catalog.pg_attribute a
      where a.attrelid = ${relation} and a.attnum > 0 and not a.attisdropped order by a.attnum)`)

/** As `insertTriggers` lists them. */
const triggersSql: Sql =
  raw(`array(select g.tgname::text from pg_catalog.pg_trigger g join pg_catalog.pg_proc f on f.oid = g.tgfoid
      where g.tgrelid = p.home_id and not g.tgisinternal and g.tgenabled in ('O', 'A') and g.tgtype & 4 > 0
        and not (pg_catalog.starts_with(g.tgname::text, 'zzz_mothball_homecoming_') and f.pronamespace = 'mothball'::regnamespace)
      order by g.tgname::text collate "C")`)

const typesDifferSql: Sql =
  raw(`exists (select from pg_catalog.pg_attribute h join pg_catalog.pg_attribute t on t.attrelid = p.twin_id and t.attname = h.attname
        where h.attrelid = p.home_id and h.attnum > 0 and not h.attisdropped
          and (h.atttypid, h.atttypmod, h.attcollation) is distinct from (t.atttypid, t.atttypmod, t.attcollation))`)

const arrayText = (names: readonly string[]): string =>
  `{${names.map((name) => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
