/**
 * Reads the shapes of a family's tables and the server's facts, in one statement. To be called in a snapshot with a
 * pinned search path: what comes back is one moment of the catalog, and every type in it is fit for a cast.
 */
import { z } from 'zod'
import { qualifiedText, type TableName } from '../core/names.ts'
import { archiveName, type Policy } from '../core/policy.ts'
import type { Catalog, TableShape } from '../core/table.ts'
import { catalogSql, withoutCompilationSql } from '../sql/catalog.sql.ts'
import type { Session } from './database.ts'

const tableName = z.strictObject({ schema: z.string(), table: z.string() })
const names = z.array(z.string())

const column = z.strictObject({
  name: z.string(),
  type: z.string(),
  typeId: z.string(),
  baseType: z.string(),
  collation: z.string().nullable(),
  notNull: z.boolean(),
  hasDefault: z.boolean(),
  generated: z.enum(['stored', 'virtual']).nullable(),
  identity: z.enum(['always', 'by default']).nullable(),
  sequence: z.string().nullable(),
  fill: z.string().nullable(),
  hashable: z.boolean(),
  operator: z.string().nullable(),
})

const foreignKey = z.strictObject({
  name: z.string(),
  table: tableName,
  columns: names,
  target: tableName,
  references: names,
  onDelete: z.enum(['no action', 'restrict', 'cascade', 'set null', 'set default']),
  deferrable: z.boolean(),
  enforced: z.boolean(),
  validated: z.boolean(),
})

const index = z.strictObject({
  name: z.string(),
  method: z.string(),
  columns: names.nullable(),
  unique: z.boolean(),
  primary: z.boolean(),
  partial: z.boolean(),
  valid: z.boolean(),
  definition: z.string(),
})

const trigger = z.strictObject({
  name: z.string(),
  events: names,
  timing: z.enum(['before', 'after', 'instead of']),
  enabled: z.boolean(),
  function: z.string(),
})

const shapes = z.array(
  z.strictObject({
    oid: z.string(),
    name: tableName,
    kind: z.string(),
    persistence: z.string(),
    columns: z.array(column),
    key: names,
    indexes: z.array(index),
    outgoing: z.array(foreignKey),
    incoming: z.array(foreignKey),
    triggers: z.array(trigger),
    rules: names,
    policies: names,
    rowSecurity: z.boolean(),
    rowSecurityActive: z.boolean(),
    inheritors: names,
    parents: names,
    checks: names,
    estimatedRows: z.number(),
    bytes: z.number(),
  }),
)

const server = z.strictObject({
  version: z.number(),
  versionText: z.string(),
  primary: z.boolean(),
  fsync: z.boolean(),
  origin: z.boolean(),
  zone: z.string(),
  encoding: z.string(),
  database: z.string(),
  user: z.string(),
})

/**
 * Every table that the policies name (subjects, relations, the archive table of each, logs), as far as it exists, and
 * every table with a foreign key into one of these or into a table so found. Partitions are told as their root.
 */
export async function readCatalog(session: Session, policies: readonly Policy[]): Promise<Catalog> {
  const suffixes = [...new Set(policies.map((policy) => policy.archiveSuffix))]
  const [, row] = await Promise.all([
    session.execute(withoutCompilationSql),
    session.one(catalogSql(policies.flatMap(namedTables), suffixes)),
  ])
  const tables: readonly TableShape[] = shapes.parse(JSON.parse(row.tables))
  return {
    tables: new Map(tables.map((shape) => [qualifiedText(shape.name), shape])),
    server: server.parse(JSON.parse(row.server)),
  }
}

/** An archive table is named even where its source is gone: its rows are still there. */
function namedTables({ subject, relations, archiveSuffix, logTable }: Policy): readonly TableName[] {
  const sources = [subject, ...relations.map(({ table }) => table)]
  return [...sources, ...sources.map((source) => archiveName(source, archiveSuffix)), logTable]
}
