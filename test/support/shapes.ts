/**
 * Shapes written by hand: each call says what its test is about, and everything else is a sound table with a bigint
 * key. Foreign keys are given to the catalog, which tells both of their tables.
 */
import type { FamilyOutcome } from '../../src/core/family.ts'
import { resolveFamily } from '../../src/core/family.ts'
import { findHazards } from '../../src/core/hazards/index.ts'
import { parseTableName, qualifiedText, sameTable, type TableName } from '../../src/core/names.ts'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import type { Catalog, Column, ForeignKey, Index, TableShape, Trigger } from '../../src/core/table.ts'

const COLLATED = /^(text|character|name)/

export function column(name: string, type = 'text', over: Partial<Column> = {}): Column {
  const baseType = type.replace(/\(.*\)/, '')
  return {
    name,
    type,
    typeId: baseType,
    baseType,
    collation: COLLATED.test(type) ? 'pg_catalog."default"' : null,
    notNull: false,
    hasDefault: false,
    generated: null,
    identity: null,
    sequence: null,
    fill: null,
    hashable: true,
    operator: null,
    ...over,
  }
}

export const tableName = (text: string): TableName => parseTableName(text) ?? { schema: 'public', table: text }

export const primaryKey = (columns: readonly string[]): Index => index('pkey', columns, { unique: true, primary: true })

export const index = (name: string, columns: readonly string[] | null, over: Partial<Index> = {}): Index => ({
  name,
  method: 'btree',
  columns,
  unique: false,
  primary: false,
  partial: false,
  valid: true,
  definition: `create index ${name}`,
  ...over,
})

export const trigger = (name: string, events: readonly string[], over: Partial<Trigger> = {}): Trigger => ({
  name,
  events,
  timing: 'before',
  enabled: true,
  function: `public.${name}`,
  ...over,
})

let nextOid = 20_000

/** A plain table with the bigint key `id` before `columns`, which are columns or names of text columns. */
export function shape(
  name: string,
  columns: readonly (Column | string)[] = [],
  over: Partial<TableShape> = {},
): TableShape {
  nextOid += 1
  return {
    oid: String(nextOid),
    name: tableName(name),
    kind: 'r',
    persistence: 'p',
    columns: [
      column('id', 'bigint', { notNull: true, hasDefault: true, identity: 'by default' }),
      ...columns.map((each) => (typeof each === 'string' ? column(each) : each)),
    ],
    key: ['id'],
    indexes: [primaryKey(['id'])],
    outgoing: [],
    incoming: [],
    triggers: [],
    rules: [],
    policies: [],
    rowSecurity: false,
    rowSecurityActive: false,
    inheritors: [],
    parents: [],
    checks: [],
    estimatedRows: 100,
    bytes: 8192,
    ...over,
  }
}

/** The archive table that `migrate` would make for `source`. */
export const archiveOf = (source: TableShape, over: Partial<TableShape> = {}): TableShape => ({
  ...shape(`${source.name.schema}.${source.name.table}_backup`),
  columns: [
    ...source.columns.map((each) => ({ ...each, generated: null, identity: null, sequence: null, hasDefault: false })),
    column('archived_at', 'timestamp with time zone', { hasDefault: true }),
    column('archived_by', 'text', { hasDefault: true }),
    column('archive_reason', 'text', { hasDefault: true }),
    column('archive_batch', 'bigint'),
  ],
  key: source.key,
  indexes: source.key.length === 0 ? [] : [primaryKey(source.key)],
  ...over,
})

/** The log table that `migrate` would make. */
export const logTable = (over: Partial<TableShape> = {}): TableShape =>
  shape(
    'mothball_archive_log',
    [
      column('run_date', 'timestamp with time zone', { notNull: true }),
      column('records_archived', 'integer', { notNull: true }),
      column('records_failed', 'integer', { notNull: true }),
      column('status', 'text', { notNull: true }),
      column('error_message'),
      column('execution_time_ms', 'integer'),
      column('dry_run', 'boolean', { notNull: true, hasDefault: true }),
      column('run_id', 'bigint'),
      column('policy'),
      column('operation'),
      column('cutoff', 'timestamp with time zone'),
      column('actor'),
      column('details', 'jsonb'),
    ],
    over,
  )

/** `foreignKey('order(customer_id)', 'customer(id)')`; its name is `<table>_<columns>_fkey`. */
export function foreignKey(from: string, to: string, over: Partial<ForeignKey> = {}): ForeignKey {
  const [own, target] = [parseEnd(from), parseEnd(to)]
  return {
    name: `${own.table.table}_${own.columns.join('_')}_fkey`,
    table: own.table,
    columns: own.columns,
    target: target.table,
    references: target.columns,
    onDelete: 'no action',
    deferrable: false,
    enforced: true,
    validated: true,
    ...over,
  }
}

function parseEnd(text: string): Readonly<{ table: TableName; columns: readonly string[] }> {
  const [, name = '', columns = ''] = /^(.*)\((.*)\)$/.exec(text) ?? []
  return { table: tableName(name), columns: columns.split(',').map((each) => each.trim()) }
}

const SERVER: Catalog['server'] = {
  version: 180_004,
  versionText: '18.4',
  primary: true,
  fsync: true,
  origin: true,
  zone: 'UTC',
  encoding: 'UTF8',
  database: 'test',
  user: 'mothball',
}

/** A catalog of these tables; each foreign key is told to both of its tables, as far as they are there. */
export function catalogOf(
  tables: readonly TableShape[],
  { keys = [], server = {} }: Readonly<{ keys?: readonly ForeignKey[]; server?: Partial<Catalog['server']> }> = {},
): Catalog {
  const told = tables.map((each) => ({
    ...each,
    outgoing: [...each.outgoing, ...keys.filter((key) => sameTable(key.table, each.name))],
    incoming: [...each.incoming, ...keys.filter((key) => sameTable(key.target, each.name))],
  }))
  return {
    tables: new Map(told.map((each) => [qualifiedText(each.name), each])),
    server: { ...SERVER, ...server },
  }
}

/** A policy about `customer` with the age column `created_at`; throws where it is not sound. */
export function policyOf(input: Partial<PolicyInput> = {}): Policy {
  const policy = parsePolicy(
    { name: 'test', subject: 'customer', age: { column: 'created_at', days: 60 }, ...input },
    'policy',
  )
  if (isProblems(policy)) throw new Error(policy.map(({ field, problem }) => `${field}: ${problem}`).join('; '))
  return policy
}

export const customer = (columns: readonly (Column | string)[] = [], over: Partial<TableShape> = {}): TableShape =>
  shape('customer', [column('created_at', 'timestamp with time zone'), ...columns], over)

export type Judged = Readonly<{ refusals: readonly string[]; warnings: readonly string[] }> &
  Readonly<{ all: FamilyOutcome['refusals'] }>

/**
 * The hazards of a policy in a catalog, each as `code object`; `all` has them whole. Throws where there is no family.
 */
export function judge(policy: Policy, catalog: Catalog): Judged {
  const { family, refusals } = resolveFamily(policy, catalog)
  if (family === null || refusals.length > 0) throw new Error(JSON.stringify(refusals))
  const found = findHazards({ policy, family, catalog })
  const short = (findings: FamilyOutcome['refusals']) => findings.map(({ code, object }) => `${code} ${object}`)
  return {
    refusals: short(found.refusals),
    warnings: short(found.warnings),
    all: [...found.refusals, ...found.warnings],
  }
}
