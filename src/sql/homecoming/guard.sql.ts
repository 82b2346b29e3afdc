/**
 * The trigger of one related table. Its own function looks at what every write can look at cheaply: each referenced row
 * is active, and is locked FOR KEY SHARE as a foreign key would; the row's own key is not in the archive. Only where that
 * does not hold, a second function seeks the family in the archive, brings it home and looks again.
 */
import { type ArchivedFamily, type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import {
  bringName,
  COMING_HOME,
  type GuardedLink,
  type GuardedTable,
  guardName,
  watchedColumns,
} from '../../core/homecoming.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { TableShape } from '../../core/table.ts'
import { belongsTo, hop, pathJoins, pathsToSubject } from '../family-path.sql.ts'
import { columnsOf, keyText } from '../keys.sql.ts'
import { allOf, anyOf, column, commaList, empty, id, join, literal, raw, type Sql, sql, table } from '../tag.ts'
import type { HomecomingScope } from './bring-home.sql.ts'
import { formatSql, type GeneratedFunction, generated, raiseSql } from './function.sql.ts'
import { readingPath, settingsOf } from './settings.sql.ts'

const NEW: Sql = raw('new')
const OLD: Sql = raw('old')
const PARENT: Sql = raw('p')
const TWIN: Sql = raw('a')
const SUBJECT: Sql = raw('s')

/** How often a family may go and come between two looks before the writer is told to try again. */
const LOOKS = 3

/** The trigger's function. Least work, least settings: it runs for every row. */
export function writeFunction({ policy, family }: HomecomingScope, guarded: GuardedTable): GeneratedFunction {
  const { shape, links, twin } = guarded
  const isHome = links.map(
    (link) =>
      sql`(${anyOf([isNothing(NEW, link), sql`exists (select from ${parentSql(link, (name) => column(NEW, name))} for key share)`])})`,
  )
  const sameKey = allOf(shape.key.map((name) => sql`${column(OLD, name)} = ${column(NEW, name)}`))
  const isOwn = twin === null ? [] : [sql`(tg_op = 'UPDATE' and ${sameKey} or not ${inTwin(twin, NEW)})`]
  const seek = sql`mothball.${id(guardName(policy.subject, shape.name, 'seek'))}`
  const takes = watchedColumns(guarded).map((name) => column(NEW, name))
  const isNewKey = twin === null ? raw('false') : sql`tg_op = 'INSERT' or not (${sameKey})`
  const body = sql`begin
if pg_catalog.current_setting(${COMING_HOME}, true) = 'on' then return new; end if;
if ${join([...isHome, ...isOwn], '\n  and ')} then return new; end if;
perform ${seek}(${commaList([isNewKey, ...takes])});
return new;
end`
  const name = guardName(policy.subject, shape.name, 'write')
  const settings = { search_path: readingPath(family) }
  return generated({ name, takes: [], returns: 'trigger', settings }, body)
}

/** Takes whether the row has a new key, then the watched columns. */
export function seekFunction({ policy, family }: HomecomingScope, guarded: GuardedTable): GeneratedFunction {
  const { shape, links, twin } = guarded
  const watched = watchedColumns(guarded)
  const argument = (name: string) => raw(`$${watched.indexOf(name) + 2}`)
  const why = literal(`homecoming: somebody wrote to ${tableText(shape.name)}`)
  const bring = sql`mothball.${id(bringName(policy.subject))}`
  const body = sql`declare
r record;
was_there boolean;
begin
${twin === null ? empty : refuseTwin(policy.subject, { family, twin, argument })}
${join(
  links.map((link) => seekLink(family, link, { argument, bring, why })),
  '\n',
)}
end`
  return generated(
    {
      name: guardName(policy.subject, shape.name, 'seek'),
      takes: ['boolean', ...columnsOf(shape, watched).map(({ type }) => type)],
      returns: 'void',
      settings: settingsOf(family),
    },
    body,
  )
}

/** Both triggers of a table; the second fires where a reference or the key is another, whoever made it so. */
export function createTriggersSql(
  names: Readonly<{ insert: string; update: string }>,
  { shape }: GuardedTable,
  { watched, called }: Readonly<{ watched: readonly string[]; called: string }>,
): readonly Sql[] {
  const changed = anyOf(watched.map((name) => sql`${column(OLD, name)} is distinct from ${column(NEW, name)}`))
  const calls = sql`for each row`
  return [
    sql`create or replace trigger ${id(names.insert)} before insert on ${table(shape.name)}
  ${calls} execute function mothball.${id(called)}()`,
    sql`create or replace trigger ${id(names.update)} before update on ${table(shape.name)}
  ${calls} when (${changed}) execute function mothball.${id(called)}()`,
  ]
}

/** `only parent p where p.id = ...`: the row that is referred to. */
const parentSql = ({ parent, columns, references }: GuardedLink, value: (name: string) => Sql): Sql =>
  sql`only ${table(parent.home.name)} ${PARENT} where ${allOf(
    references.map((name, at) => sql`${column(PARENT, name)} = ${value(columns[at] ?? '')}`),
  )}`

/** NULL in one of its columns refers to nobody. */
const isNothing = (row: Sql, { columns }: GuardedLink): Sql =>
  anyOf(columns.map((name) => sql`${column(row, name)} is null`))

const inTwin = ({ shape }: ArchivedTable, row: Sql): Sql =>
  sql`exists (select from only ${table(shape.name)} ${TWIN} where ${allOf(
    shape.key.map((name) => sql`${column(TWIN, name)} = ${column(row, name)}`),
  )})`

type Seeking = Readonly<{ argument: (name: string) => Sql }>

/**
 * The row itself is in the archive. It cannot come home and be written by one statement, so its writer is told how to
 * bring it home first.
 */
function refuseTwin(
  subject: HomecomingScope['policy']['subject'],
  { family, twin, argument }: Seeking & Readonly<{ family: ArchivedFamily; twin: ArchivedTable }>,
): Sql {
  const { shape, home } = twin
  const isIt = (row: Sql) => allOf(shape.key.map((name) => sql`${column(row, name)} = ${argument(name)}`))
  const message = literal(`the row is in the archive of ${tableText(home.name)}`)
  const hint = formatSql(
    `Run \`select mothball.bring_home(${literal(qualifiedText(subject)).text}, %L)\` first, then repeat the statement.`,
    raw('r.key'),
  )
  const owner = sql`(select o.key from (${ownersSql(family, twin, isIt)}) o limit 1)`
  return sql`if $1 and exists (select from only ${table(shape.name)} ${TWIN} where ${isIt(TWIN)}) then
  select ${owner} as key into r;
  ${raiseSql('row_archived', message, sql`coalesce(case when r.key is not null then ${hint} end, ${literal('Run `mothball verify`: nobody in the archive owns the row.')})`)};
end if;`
}

/** Looks for the parent, brings home whoever has it in the archive, looks again. */
function seekLink(
  family: ArchivedFamily,
  link: GuardedLink,
  { argument, bring, why }: Seeking & Readonly<{ bring: Sql; why: Sql }>,
): Sql {
  const locked = sql`perform from ${parentSql(link, argument)} for key share;`
  const isIt = (row: Sql) =>
    allOf(link.references.map((name, at) => sql`${column(row, name)} = ${argument(link.columns[at] ?? '')}`))
  const busy = literal(`rows of ${tableText(link.parent.home.name)} went and came while somebody wrote to them`)
  return sql`if not ${anyOf(link.columns.map((name) => sql`${argument(name)} is null`))} then
  for look in 1..${raw(String(LOOKS))} loop
    ${locked}
    exit when found;
    was_there := false;
    for r in ${ownersSql(family, link.parent, isIt)} loop
      perform ${bring}(r.key, ${why});
      was_there := true;
    end loop;
    if not was_there then
      ${elsewhereSql(locked)}
      exit;
    end if;
    if look = ${raw(String(LOOKS))} then
      ${raiseSql('cannot_come_home', busy, literal('Repeat the statement.'))};
    end if;
  end loop;
end if;`
}

/**
 * Neither active nor in the archive. He may have come home between the two looks, so there is a third. Else he is
 * unknown, and the row passes as it would without the trigger, which is no foreign key. Whoever is exported or purged is
 * among the unknown: the place for the policy to say whether such a row passes.
 */
const elsewhereSql = (locked: Sql): Sql => locked

/** Journal keys of the archived subjects to whose families a row of `each` belongs in the archive. */
function ownersSql(family: ArchivedFamily, each: ArchivedTable, isIt: (row: Sql) => Sql): Sql {
  const { shape }: Readonly<{ shape: TableShape }> = archivedSubject(family)
  const key = sql`select ${keyText(SUBJECT, shape.key)} as key`
  if (each === archivedSubject(family))
    return sql`${key} from only ${table(shape.name)} ${SUBJECT} where ${isIt(SUBJECT)}`
  const ways = pathsToSubject(family, each).map(
    (path) => sql`${key} from ${pathJoins(family, each, path)}
      join only ${table(shape.name)} ${SUBJECT} on ${belongsTo(path, SUBJECT)} where ${isIt(hop(0))}`,
  )
  return join(ways, ' union ')
}
