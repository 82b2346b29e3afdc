/**
 * The look at the tables before a family comes home: a function knows the columns that it was made for, and a value in
 * any other would be lost on the way. Types are compared between home and archive, as they are today.
 */
import type { ArchivedFamily } from '../../core/archived-family.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { commaList, empty, literal, raw, type Sql, sql, table } from '../tag.ts'
import { raiseSql } from './function.sql.ts'

/** Locked by now, the tables must be those that the function was made for: a column that it does not know would be lost. */
export function driftSql({ policy, family }: Readonly<{ policy: Policy; family: ArchivedFamily }>): Sql {
  const pairs = family.tables.map(({ home, twin }) => {
    const names = (list: readonly string[]) => sql`${literal(arrayText(list))}::text[]`
    const regclass = (name: Sql) => sql`${literal(name.text)}::regclass`
    const [own, other] = [home, twin].map(({ columns }) => names(columns.map(({ name }) => name)))
    return sql`(${regclass(table(home.name))}, ${regclass(table(twin.name))}, ${own ?? empty}, ${other ?? empty})`
  })
  const columns = (relation: string) =>
    raw(`array(select a.attname::text from pg_catalog.pg_attribute a
      where a.attrelid = ${relation} and a.attnum > 0 and not a.attisdropped order by a.attnum)`)
  const fix = literal(`Run \`mothball homecoming install --policy ${policy.name}\`, then repeat the statement.`)
  return sql`if exists (select from (values ${commaList(pairs)}) p (home_id, twin_id, home_columns, twin_columns)
    where p.home_columns <> ${columns('p.home_id')} or p.twin_columns <> ${columns('p.twin_id')}
      or exists (select from pg_catalog.pg_attribute h join pg_catalog.pg_attribute t on t.attrelid = p.twin_id and t.attname = h.attname
        where h.attrelid = p.home_id and h.attnum > 0 and not h.attisdropped
          and (h.atttypid, h.atttypmod, h.attcollation) is distinct from (t.atttypid, t.atttypmod, t.attcollation))) then
  ${raiseSql('homecoming_stale', literal(`the tables of ${tableText(policy.subject)} were changed since the homecoming trigger was made`), fix)};
end if;`
}

const arrayText = (names: readonly string[]): string =>
  `{${names.map((name) => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
