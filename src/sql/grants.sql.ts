/**
 * Roles and their grants as one script: it may be run again and again, and takes away first what a role no longer
 * needs. All of it or nothing, so that nobody at work is without his rights in between.
 */
import type { Grant } from '../core/grants/grant.ts'
import type { GrantPlan, RoleGrants } from '../core/grants/roles.ts'
import { qualifiedText } from '../core/names.ts'
import { commaList, id, join, literal, raw, type Sql, sql, table } from './tag.ts'

type GrantStep = Readonly<{ title: string; statements: readonly Sql[] }>

/** Bind no values. To be run in one transaction, by a superuser or by the owner of all that is named who may create roles. */
const grantSteps = ({ database, roles }: GrantPlan): readonly GrantStep[] => [
  { title: 'the roles, which log in as nobody', statements: roles.map(({ name }) => createRoleSql(name)) },
  { title: 'what they had is given again below, if it is still needed', statements: revokesSql(roles) },
  {
    title: 'all of them',
    statements: [sql`grant connect on database ${id(database)} to ${commaList(roles.map(({ name }) => id(name)))}`],
  },
  ...roles.map((each) => ({ title: `${each.name}: ${each.purpose}`, statements: roleSql(each) })),
]

/** For psql. */
export const grantScript = (plan: GrantPlan): string =>
  [
    ...notes(plan).map((line) => `-- ${oneLine(line)}\n`),
    'begin;\n',
    ...grantSteps(plan).map(
      ({ title, statements }) => `\n-- ${title}\n${statements.map(({ text }) => `${text};\n`).join('')}`,
    ),
    '\ncommit;\n',
  ].join('')

/** A name with a line break would end the comment that it stands in, and who runs this may do everything. */
const oneLine = (text: string): string => text.replaceAll(/\s/g, ' ')

/** What a person must know before running it. */
const notes = ({ database, version, roles, absent, rowSecured }: GrantPlan): readonly string[] => [
  `Roles of Mothball in database ${database} (PostgreSQL ${version}). Run this as superuser, or as the owner of all`,
  'tables below who may create roles; again after each change of a policy, an update, and a migration.',
  `Who works is granted a role: grant ${roles.map(({ name }) => name).join(', or ')} to a login.`,
  'Migrating is the business of the owner, and of no role here.',
  ...absent.map((name) => `Not there yet: ${name}. Run mothball migrate as the owner, then this again.`),
  ...rowSecured.map(
    (name) =>
      `Row security on ${name}: it hides rows from a login unless you run alter role LOGIN bypassrls (no role hands it on).`,
  ),
]

/** No `if not exists` is known for roles. The block is a literal, so that no name can end it. */
const createRoleSql = (name: string): Sql =>
  sql`do${raw(' ')}${literal(`begin
  if not exists (select from pg_catalog.pg_roles where rolname = ${literal(name).text}) then
    create role ${id(name).text} nologin;
  end if;
end`)}`

/** On every table, whole or by column; sequences and functions are granted alike as long as they are used at all. */
function revokesSql(roles: readonly RoleGrants[]): readonly Sql[] {
  const names = commaList(roles.map(({ name }) => id(name)))
  const tables = new Map(
    roles.flatMap(({ grants }) =>
      grants.flatMap(({ kind, name }) =>
        kind === 'table' && name.schema !== 'mothball' ? [[qualifiedText(name), name] as const] : [],
      ),
    ),
  )
  return [
    ...(tables.size === 0 ? [] : [sql`revoke all on${lines([...tables.values()].map(table))}\n  from ${names}`]),
    sql`revoke all on all tables in schema mothball from ${names}`,
  ]
}

function roleSql({ name, memberOf, grants }: RoleGrants): readonly Sql[] {
  const objects = Map.groupBy(grants, (grant) => `${grant.kind} ${qualifiedText(grant.name)}`)
  const alike = Map.groupBy(objects.values(), (each) => `${each[0]?.kind} ${privilegesSql(each).text}`)
  return [
    ...memberOf.map((other) => sql`grant ${id(other)} to ${id(name)}`),
    ...[...alike.values()].flatMap((group) => {
      const firsts = group.flatMap(([grant]) => grant ?? [])
      const [first] = firsts
      if (first === undefined) return []
      const kind = first.kind === 'table' ? '' : ` ${first.kind}`
      return [
        sql`grant ${privilegesSql(group[0] ?? [])} on${raw(kind)}${lines(firsts.map(objectSql))}\n  to ${id(name)}`,
      ]
    }),
  ]
}

const privilegesSql = (grants: readonly Grant[]): Sql =>
  commaList(
    grants.map(({ privilege, columns }) =>
      columns === null
        ? raw(privilege.toLowerCase())
        : sql`${raw(privilege.toLowerCase())} (${commaList(columns.map(id))})`,
    ),
  )

/** The catalog gives sequences quoted and qualified; functions are our own. */
function objectSql({ kind, name }: Grant): Sql {
  if (kind === 'schema') return id(name.schema)
  return kind === 'table' ? table(name) : raw(name.table)
}

/** One name stands in the line, several each in its own. */
const lines = (names: readonly Sql[]): Sql =>
  names.length === 1 ? sql` ${commaList(names)}` : sql`\n  ${join(names, ',\n  ')}`
