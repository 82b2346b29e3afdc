/**
 * What the columns' types are made of, as CTEs of the catalog's statement. `unhashable_type` names the column types
 * that no record hash exists for (42883), found as the server finds it: through domains to their base, arrays to
 * their elements, ranges to their bounds and composites to every attribute, down to types whose default hash
 * operator class has support function 2. `base_type` looks through domains alone, and `foreign_operator` names a
 * comparison of such a base with itself that is not PostgreSQL's own.
 */
import { raw, type Sql } from './tag.ts'

const isArray = `t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc`

/** As the server chooses: the type's own class goes before one that it is binary compatible with (varchar and text). */
const hashFunction = `(
        select p.amproc from pg_opclass o
        join pg_am m on m.oid = o.opcmethod and m.amname = 'hash'
        left join pg_amproc p on p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype
          and p.amprocrighttype = o.opcintype and p.amprocnum = 2
        where o.opcdefault and (o.opcintype = t.oid or exists (
          select from pg_cast where castsource = t.oid and casttarget = o.opcintype and castmethod = 'b' and castcontext = 'i'))
        order by o.opcintype = t.oid desc, o.oid limit 1)`

export const typeFactsSql: Sql = raw(`column_type(oid) as (
      select distinct a.atttypid from family f join pg_attribute a on a.attrelid = f.oid and a.attnum > 0 and not a.attisdropped
    ),
    type_part(column_type, part) as (
      select oid, oid from column_type
      union
      select known.column_type, inner_type.oid
      from type_part known
      join pg_type t on t.oid = known.part
      cross join lateral (
        select t.typbasetype as oid where t.typtype = 'd'
        union all
        select t.typelem where ${isArray}
        union all
        select r.rngsubtype from pg_range r where r.rngtypid = t.oid
        union all
        select r.rngtypid from pg_range r where r.rngmultitypid = t.oid
        union all
        select a.atttypid from pg_attribute a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
      ) inner_type
    ),
    unhashable_type as materialized (
      select distinct known.column_type
      from type_part known join pg_type t on t.oid = known.part
      where t.typtype = 'b' and not (${isArray}) and ${hashFunction} is null
    ),
    domain_base(column_type, part) as (
      select oid, oid from column_type
      union
      select known.column_type, t.typbasetype from domain_base known join pg_type t on t.oid = known.part and t.typtype = 'd'
    ),
    base_type as materialized (
      select known.column_type, known.part as base
      from domain_base known join pg_type t on t.oid = known.part and t.typtype <> 'd'
    ),
    foreign_operator as materialized (
      select b.column_type, min(n.nspname || '.' || o.oprname) as name
      from base_type b join pg_operator o on o.oprleft = b.base and o.oprright = b.base
      join pg_namespace n on n.oid = o.oprnamespace
      where o.oprname in ('=', '<>', '<', '<=', '>', '>=') and n.nspname <> 'pg_catalog'
      group by b.column_type
    )`)
