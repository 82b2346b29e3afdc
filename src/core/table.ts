/**
 * The shape of a table as the catalog tells it, and the questions that the rest asks of it. Plain data: a shape can
 * be written by hand in a test, and nothing here knows a connection.
 */
import { qualifiedText, type TableName } from './names.ts'

export type Column = Readonly<{
  name: string
  /** As `format_type` prints it, with its modifier: `numeric(12,2)`. */
  type: string
  /** Oid of the type as text: two types of one name in two schemas differ. */
  typeId: string
  /** The type under any domain, without modifier: `numeric`. Equal to the type's own name where there is no domain. */
  baseType: string
  /** Schema-qualified collation, or null for types that have none. */
  collation: string | null
  notNull: boolean
  /** An insert may leave the column out: it has a default, its domain has one, or it is an identity. */
  hasDefault: boolean
  generated: 'stored' | 'virtual' | null
  identity: 'always' | 'by default' | null
  /** Qualified, quoted name of the sequence that the column owns (serial or identity) or that its default calls. */
  sequence: string | null
  /**
   * SQL of the value for rows that the column came too late for, where it may not be null: what the active ones were
   * given then, else a default that is one constant. Null where nobody can say.
   */
  fill: string | null
  /** False where the type has no hash function (json, point, ...); such a column is compared as text. */
  hashable: boolean
  /**
   * Qualified name of an operator outside pg_catalog that compares two values of the type (citext has one, `public.=`). Null
   * where there is none: then one meaning of equality is the same everywhere.
   */
  operator: string | null
}>

export type DeleteAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

/** From `table.columns` to `target.references`. A NOT ENFORCED key (PostgreSQL 18) guards nothing: `enforced` is false. */
export type ForeignKey = Readonly<{
  name: string
  table: TableName
  columns: readonly string[]
  target: TableName
  references: readonly string[]
  onDelete: DeleteAction
  deferrable: boolean
  enforced: boolean
  /** False where rows from before the key may break it (NOT VALID). */
  validated: boolean
}>

/** `columns` is null where the index holds an expression. */
export type Index = Readonly<{
  name: string
  /** Access method: `btree`, `hash`, `gin`, ... */
  method: string
  columns: readonly string[] | null
  unique: boolean
  primary: boolean
  partial: boolean
  valid: boolean
  /** As `pg_get_indexdef` prints it. */
  definition: string
}>

export type Trigger = Readonly<{
  name: string
  events: readonly string[]
  timing: 'before' | 'after' | 'instead of'
  enabled: boolean
  /** Schema and name of its function: `public.touch`. */
  function: string
}>

export type TableShape = Readonly<{
  oid: string
  name: TableName
  /** pg_class.relkind: `r` table, `p` partitioned, `v` view, `m` materialized view, `f` foreign. */
  kind: string
  /** pg_class.relpersistence: `p` permanent, `u` unlogged, `t` temporary. */
  persistence: string
  columns: readonly Column[]
  /** Primary key columns in the key's order; empty without one. */
  key: readonly string[]
  indexes: readonly Index[]
  outgoing: readonly ForeignKey[]
  /** Foreign keys of any table, in any schema, that point here. */
  incoming: readonly ForeignKey[]
  /** User triggers only; those that enforce constraints are left out. */
  triggers: readonly Trigger[]
  rules: readonly string[]
  policies: readonly string[]
  rowSecurity: boolean
  /** Row security is on and its policies apply to the user that we are. */
  rowSecurityActive: boolean
  /** Tables that inherit from this one, and those it inherits from. */
  inheritors: readonly string[]
  parents: readonly string[]
  /** Check constraints as `pg_get_constraintdef` prints them. */
  checks: readonly string[]
  /** pg_class.reltuples: -1 where never analyzed. */
  estimatedRows: number
  /** pg_total_relation_size. */
  bytes: number
}>

/** Everything that a plan needs to know of a database, read in one snapshot. Keys are qualified names. */
export type Catalog = Readonly<{
  tables: ReadonlyMap<string, TableShape>
  server: Readonly<{
    version: number
    versionText: string
    primary: boolean
    fsync: boolean
    /** False where our own sessions skip foreign keys and triggers (`session_replication_role`). */
    origin: boolean
    zone: string
    /** As PostgreSQL calls it. */
    encoding: string
    database: string
    user: string
  }>
}>

/** PostgreSQL 14 brought `hash_record_extended` for every composite, and `bit_xor`. */
export const OLDEST_SERVER = 140_000

export const shapeOf = (catalog: Catalog, name: TableName): TableShape | undefined =>
  catalog.tables.get(qualifiedText(name))

export const columnOf = (shape: TableShape, name: string): Column | undefined =>
  shape.columns.find((column) => column.name === name)

/** True where a valid, complete index that finds single rows begins with these columns, in any order among themselves. */
export const isIndexed = (shape: TableShape, columns: readonly string[]): boolean =>
  shape.indexes.some(
    (index) =>
      index.valid &&
      !index.partial &&
      ['btree', 'hash'].includes(index.method) &&
      index.columns !== null &&
      new Set(index.columns.slice(0, columns.length)).size === columns.length &&
      index.columns.slice(0, columns.length).every((column) => columns.includes(column)),
  )

/** Columns whose values are stored by whoever inserts; generated ones compute themselves. */
export const storedColumns = (shape: TableShape): readonly Column[] =>
  shape.columns.filter((column) => column.generated === null)

/** A type as the catalog prints it, without its length, precision or scale; a quoted name stands as it is. */
export const withoutLength = (type: string): string => (type.includes('"') ? type : type.replace(/\([\d,\s-]*\)/, ''))
