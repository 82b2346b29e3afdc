/**
 * Five roles that log in as nobody and are granted to who works: what each is for, and all that it may. A verb that is
 * added later (a trigger to install, a sweep, an export) names what it needs in `PARTS`, beside the role that runs it.
 */
import { qualifiedText, tableText } from '../names.ts'
import { archiveName } from '../policy.ts'
import { shapeOf } from '../table.ts'
import { type Grant, type RoleName, united } from './grant.ts'
import { journalGrants } from './journal.ts'
import {
  archivingTables,
  erasingTables,
  type GrantScope,
  purgingTables,
  readingTables,
  restoringTables,
} from './tables.ts'

type Role = Readonly<{ role: RoleName; purpose: string; reads: boolean }>

/** `reads`: it is a member of the reader, so that each privilege stands in one place. */
const ROLES: readonly Role[] = [
  { role: 'reader', purpose: 'plan, show, verify, history, failures list, hold list', reads: false },
  { role: 'archiver', purpose: 'run, failures retry, export; and all that the reader may', reads: true },
  {
    role: 'restorer',
    purpose: 'restore, also from cold files, hold set, hold release; and all that the reader may',
    reads: true,
  },
  { role: 'purger', purpose: 'purge plan, purge run; sees nothing active', reads: false },
  { role: 'eraser', purpose: 'erase; and all that the reader may', reads: true },
]

/** What each role needs for one policy. Every function here is asked for every policy. */
const PARTS: Readonly<Record<RoleName, readonly ((scope: GrantScope) => readonly Grant[])[]>> = {
  reader: [readingTables],
  archiver: [archivingTables],
  restorer: [restoringTables],
  purger: [purgingTables],
  eraser: [erasingTables],
}

export const DEFAULT_ROLE_PREFIX = 'mothball_'

/** The longest of our words behind a prefix must fit into a name. */
export const MAX_ROLE_PREFIX = 63 - Math.max(...ROLES.map(({ role }) => role.length))

export type RoleGrants = Readonly<{
  role: RoleName
  /** With its prefix. */
  name: string
  purpose: string
  /** Names of roles whose grants it has as well. */
  memberOf: readonly string[]
  grants: readonly Grant[]
}>

export type GrantPlan = Readonly<{
  database: string
  /** Of the server: what it can grant depends on it. */
  version: string
  roles: readonly RoleGrants[]
  /** Tables that `migrate` is yet to make: nothing can be granted on them. */
  absent: readonly string[]
  /** Tables whose row security would hide rows from every role here. */
  rowSecured: readonly string[]
}>

/** What a role may, without what it has as a member of another. */
const grantsOf = (role: RoleName, scopes: readonly GrantScope[]): readonly Grant[] =>
  united([...journalGrants(role), ...scopes.flatMap((scope) => PARTS[role].flatMap((part) => part(scope)))])

export function planGrants(scopes: readonly GrantScope[], prefix: string): GrantPlan {
  const [first] = scopes
  if (first === undefined) throw new RangeError('a configuration has a policy')
  const { database, versionText } = first.catalog.server
  const named = (role: RoleName) => `${prefix}${role}`
  return {
    database,
    version: versionText,
    roles: ROLES.map(({ role, purpose, reads }) => ({
      role,
      name: named(role),
      purpose,
      memberOf: reads ? [named('reader')] : [],
      grants: grantsOf(role, scopes),
    })),
    absent: [...new Set(scopes.flatMap(absentOf))],
    rowSecured: [...new Set(scopes.flatMap(rowSecuredOf))],
  }
}

function absentOf({ policy, family, catalog }: GrantScope): readonly string[] {
  const wanted = [
    ...family.tables
      .filter(({ action }) => action === 'subject' || action === 'archive')
      .map(({ shape }) => archiveName(shape.name, policy.archiveSuffix)),
    policy.logTable,
  ]
  return wanted.filter((name) => shapeOf(catalog, name) === undefined).map(tableText)
}

const rowSecuredOf = ({ family, catalog }: GrantScope): readonly string[] =>
  [...family.tables.map(({ shape }) => shape.name), ...family.tables.map(({ archive }) => archive)]
    .filter((name) => catalog.tables.get(qualifiedText(name))?.rowSecurity)
    .map(tableText)
