/**
 * What the catalog knows of a family's tables, in one statement: the tables that policies name, and, table by table,
 * every table with a foreign key into those already found, whatever its schema. The answer is JSON, so that one round
 * trip brings all of it. To run under search_path = pg_catalog: then types, collations and definitions come out with
 * their schemas, fit for a cast. The same text serves PostgreSQL 14 to 18.
 */
import type { TableName } from '../core/names.ts'
import { typeFactsSql } from './catalog-types.sql.ts'
import { raw, type Sql, sql } from './tag.ts'

/** `tables` and `server` are JSON texts; `db/catalog.ts` knows their shape. */
export type CatalogRow = Readonly<{ tables: string; server: string }>

/** Compiling the statement's hundreds of expressions would take seconds; running it takes milliseconds. */
export const withoutCompilationSql: Sql = raw('set local jit = off')

/** `suffixes` make the names of archive tables: each found table's twin is told too, if it exists. */
export const catalogSql = (names: readonly TableName[], suffixes: readonly string[]): Sql<CatalogRow> =>
  sql<CatalogRow>`with recursive
    named as (
      select c.oid
      from unnest(${names.map((name) => name.schema)}::text[], ${names.map((name) => name.table)}::text[]) as n(schema_name, table_name)
      join pg_namespace s on s.nspname = n.schema_name
      join pg_class c on c.relnamespace = s.oid and c.relname = n.table_name and c.relkind in ('r', 'p', 'v', 'm', 'f')
    ),
    ${foreignKeysSql},
    family(oid) as (
      select oid from named
      union
      select found.oid
      from family f
      cross join lateral (
        select k.child as oid from foreign_key k where k.parent = f.oid
        union all
        select twin.oid
        from pg_class c
        cross join unnest(${suffixes}::text[]) as suffix
        join pg_class twin on twin.relnamespace = c.relnamespace and twin.relname = c.relname || suffix
        where c.oid = f.oid and twin.relkind in ('r', 'p', 'v', 'm', 'f')
      ) found
    ),
    ${typeFactsSql}
  select ${tablesSql}::text as tables, ${serverSql}::text as server`

/**
 * Every foreign key of the database. A referencing partition's copy of its root's key is left out, and a key that
 * stands on one partition alone is told as its root's: partitions belong to the table that people know. Copies of a
 * key for each partition that it points to (`derived`) tell a partition, should it be a subject, who refers to it. `conenforced` came with
 * PostgreSQL 18, so it is read through JSON.
 */
const foreignKeysSql: Sql = raw(`foreign_key as materialized (
      select con.oid, con.confrelid as parent,
        coalesce(pg_partition_root(con.conrelid)::oid, con.conrelid) as child,
        original.oid is not null as derived, con.conrelid, con.conkey, con.confkey, con.conname, con.confdeltype, con.condeferrable, con.convalidated,
        coalesce((to_jsonb(con)->>'conenforced')::boolean, true) as enforced
      from pg_constraint con
      left join pg_constraint original on original.oid = con.conparentid
      where con.contype = 'f' and (original.oid is null or original.confrelid <> con.confrelid)
    )`)

const tableName = (oid: string): string =>
  `(select json_build_object('schema', nspname, 'table', relname)
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace where pg_class.oid = ${oid})`

const qualifiedName = (oid: string): string =>
  `(select nspname || '.' || relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace where pg_class.oid = ${oid})`

/** Names of the columns `numbers` of `table`, in the order of the numbers. */
const columnNames = (table: string, numbers: string): string =>
  `(select coalesce(json_agg(a.attname order by n.place), '[]')
      from unnest(${numbers}) with ordinality as n(attnum, place)
      join pg_attribute a on a.attrelid = ${table} and a.attnum = n.attnum)`

const list = (element: string, order: string, from: string): string =>
  `(select coalesce(json_agg(${element} order by ${order}), '[]') from ${from})`

const foreignKeyList = (side: 'child' | 'parent'): string =>
  list(
    `json_build_object('name', k.conname, 'table', ${tableName('k.child')}, 'columns', ${columnNames('k.conrelid', 'k.conkey')},
      'target', ${tableName('k.parent')}, 'references', ${columnNames('k.parent', 'k.confkey')},
      'onDelete', case k.confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
        when 'n' then 'set null' when 'd' then 'set default' end,
      'deferrable', k.condeferrable, 'enforced', k.enforced, 'validated', k.convalidated)`,
    'k.conname, k.oid',
    `foreign_key k where ${side === 'child' ? 'k.child = c.oid and not k.derived' : 'k.parent = c.oid'}`,
  )

/** The sequence that a column owns (identity, serial), or else the one that its default calls. */
const columnSequence = `(
      select quote_ident(q.nspname) || '.' || quote_ident(s.relname)
      from (
        select d.objid as sequence, 1 as rank from pg_depend d
        where d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum
          and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        union all
        select d.refobjid, 2 from pg_attrdef def join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = def.oid
        where def.adrelid = a.attrelid and def.adnum = a.attnum and d.refclassid = 'pg_class'::regclass and d.deptype = 'n'
      ) found
      join pg_class s on s.oid = found.sequence and s.relkind = 'S'
      join pg_namespace q on q.oid = s.relnamespace
      order by found.rank, s.oid limit 1)`

/**
 * A literal, alone or with a cast, as the first group: PostgreSQL prints operators and calls with signs and capitals
 * that are none of these.
 */
const CONSTANT = String.raw`^(\(?-?[0-9.]+\)?|true|false|''([^'']|'''')*''(::[a-z_ ."0-9]+(\([0-9,]+\))?(\[\])*)?)$`

/** A column that was added with a default keeps what it gave to the rows that were there, until the table is rewritten. */
const columnFill = `case when a.attnotnull and a.attgenerated = '' and a.attidentity = '' then coalesce(
        case when a.atthasmissing then quote_literal((a.attmissingval::text::text[])[1]) || '::' || format_type(a.atttypid, a.atttypmod) end,
        (select substring(pg_get_expr(def.adbin, def.adrelid) from '${CONSTANT}') from pg_attrdef def
          where def.adrelid = a.attrelid and def.adnum = a.attnum)) end`

const columns = list(
  `json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'typeId', a.atttypid::text,
      'baseType', (select format_type(b.base, null) from base_type b where b.column_type = a.atttypid),
      'collation', (select quote_ident(s.nspname) || '.' || quote_ident(o.collname)
        from pg_collation o join pg_namespace s on s.oid = o.collnamespace where o.oid = a.attcollation),
      'notNull', a.attnotnull,
      'hasDefault', (a.atthasdef and a.attgenerated = '') or a.attidentity <> '' or t.typdefault is not null,
      'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
      'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
      'sequence', ${columnSequence},
      'fill', ${columnFill},
      'hashable', not exists (select from unhashable_type u where u.column_type = a.atttypid),
      'operator', (select o.name from foreign_operator o where o.column_type = a.atttypid))`,
  'a.attnum',
  'pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped',
)

/**
 * Columns of an index's key only: those of INCLUDE find nothing. An expression's place holds the number 0. The definition
 * is read as of now, not of the snapshot: an index that was dropped since has none, and is not told.
 */
const indexes = list(
  `json_build_object('name', x.relname, 'method', m.amname,
      'columns', case when i.indexprs is null then ${columnNames('i.indrelid', 'i.indkey[0 : i.indnkeyatts - 1]')} end,
      'unique', i.indisunique, 'primary', i.indisprimary, 'partial', i.indpred is not null,
      'valid', i.indisvalid and i.indisready and i.indislive, 'definition', definition.text)`,
  'x.relname',
  `pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
      cross join lateral pg_get_indexdef(i.indexrelid) as definition(text) where i.indrelid = c.oid and definition.text is not null`,
)

/** Bits of pg_trigger.tgtype: 2 before, 4 insert, 8 delete, 16 update, 32 truncate, 64 instead of. */
const triggers = list(
  `json_build_object('name', g.tgname,
      'events', array_remove(array[case when g.tgtype & 4 > 0 then 'insert' end, case when g.tgtype & 16 > 0 then 'update' end,
        case when g.tgtype & 8 > 0 then 'delete' end, case when g.tgtype & 32 > 0 then 'truncate' end], null),
      'timing', case when g.tgtype & 64 > 0 then 'instead of' when g.tgtype & 2 > 0 then 'before' else 'after' end,
      'enabled', g.tgenabled in ('O', 'A'),
      'function', (select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = g.tgfoid))`,
  'g.tgname',
  'pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal',
)

/** A view's own SELECT rule is left out, and so are rules that do not fire for us. */
const rules = list(
  'w.rulename',
  'w.rulename',
  `pg_rewrite w where w.ev_class = c.oid and w.ev_type <> '1' and w.ev_enabled in ('O', 'A')`,
)

const tablesSql: Sql = raw(`(
    select coalesce(json_agg(json_build_object(
      'oid', c.oid::text, 'name', json_build_object('schema', s.nspname, 'table', c.relname),
      'kind', c.relkind, 'persistence', c.relpersistence,
      'columns', ${columns},
      'key', coalesce((select ${columnNames('i.indrelid', 'i.indkey[0 : i.indnkeyatts - 1]')}
        from pg_index i where i.indrelid = c.oid and i.indisprimary), '[]'),
      'indexes', ${indexes},
      'outgoing', ${foreignKeyList('child')},
      'incoming', ${foreignKeyList('parent')},
      'triggers', ${triggers},
      'rules', ${rules},
      'policies', ${list('p.polname', 'p.polname', 'pg_policy p where p.polrelid = c.oid')},
      'rowSecurity', c.relrowsecurity,
      'rowSecurityActive', row_security_active(c.oid),
      'inheritors', ${list(qualifiedName('h.inhrelid'), 'h.inhrelid', 'pg_inherits h where h.inhparent = c.oid')},
      'parents', ${list(qualifiedName('h.inhparent'), 'h.inhseqno', 'pg_inherits h where h.inhrelid = c.oid')},
      'checks', ${list('pg_get_constraintdef(k.oid)', 'k.conname', `pg_constraint k where k.conrelid = c.oid and k.contype = 'c'`)},
      'estimatedRows', c.reltuples,
      'bytes', coalesce(pg_total_relation_size(c.oid), 0)
    ) order by s.nspname, c.relname), '[]')
    from family f join pg_class c on c.oid = f.oid join pg_namespace s on s.oid = c.relnamespace)`)

/**
 * Our own transactions may be read only, so the default tells whether the server lets us write. The zone is the one
 * that the session had before it was pinned.
 */
const serverSql: Sql = raw(`json_build_object(
    'version', current_setting('server_version_num')::integer, 'versionText', current_setting('server_version'),
    'primary', not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off',
    'fsync', current_setting('fsync') = 'on',
    'origin', current_setting('session_replication_role') <> 'replica',
    'zone', (select reset_val from pg_settings where name = 'TimeZone'),
    'encoding', getdatabaseencoding(), 'database', current_database(), 'user', current_user)`)
