-- 002 additive: one digest a table over everything that a run relies on. A function, because its plan is kept for as
-- long as the connection lives: planned anew for each batch, the same statement took twice as long.
-- Small catalogs would be read whole and sorted, which takes half of the time again: their indexes are taken instead.
-- Oids and stored trees go in, not printed definitions, which depend on the search path.

create function mothball.fingerprint(tables oid[]) returns table (table_oid oid, digest bigint)
language plpgsql stable parallel safe set plan_cache_mode = force_generic_plan set enable_seqscan = off
set enable_bitmapscan = off as $function$
begin
  return query
  select fact.owner, pg_catalog.bit_xor(fact.hash)
  from (
    select c.oid as owner, pg_catalog.hash_record_extended(row(1, c.relname,
        (select n.nspname from pg_catalog.pg_namespace n where n.oid = c.relnamespace),
        c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity), 0) as hash
      from pg_catalog.pg_class c where c.oid = any (tables)
    union all
    -- attinhcount tells that the table was made to inherit from another. Types below 16384 are PostgreSQL's own, none
    -- of them an enum; labels are those of the type, of its elements' type or of its domain's base.
    select a.attrelid, pg_catalog.hash_record_extended(row(2, a.attnum, a.attname, a.atttypid, a.atttypmod,
        a.attcollation, a.attnotnull, a.attgenerated, a.attidentity, a.attinhcount,
        case when a.atttypid >= 16384 then (
          select pg_catalog.string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_catalog.pg_enum e
          where e.enumtypid in (a.atttypid,
            (select t.typelem from pg_catalog.pg_type t where t.oid = a.atttypid),
            (select t.typbasetype from pg_catalog.pg_type t where t.oid = a.atttypid))) end), 0)
      from pg_catalog.pg_attribute a where a.attrelid = any (tables) and a.attnum > 0
    union all
    select k.conrelid, pg_catalog.hash_record_extended(row(3, k.oid, k.conname, k.contype, k.convalidated,
        k.condeferrable, k.conkey, k.confrelid, k.confdeltype, k.conbin::text), 0)
      from pg_catalog.pg_constraint k where k.conrelid = any (tables)
    union all
    -- Internal triggers too: they are the foreign keys that point here, and someone may have disabled them.
    select g.tgrelid, pg_catalog.hash_record_extended(row(4, g.oid, g.tgname, g.tgtype, g.tgenabled, g.tgfoid,
        g.tgattr::text, g.tgargs, g.tgqual::text,
        case when not g.tgisinternal then (
          select pg_catalog.hash_record_extended(row(p.prosrc, p.probin, p.proconfig, p.prosecdef, p.prolang), 0)
          from pg_catalog.pg_proc p where p.oid = g.tgfoid) end), 0)
      from pg_catalog.pg_trigger g where g.tgrelid = any (tables)
    union all
    select r.ev_class, pg_catalog.hash_record_extended(row(5, r.oid, r.rulename, r.ev_enabled, r.ev_action::text), 0)
      from pg_catalog.pg_rewrite r where r.ev_class = any (tables)
    union all
    select p.polrelid, pg_catalog.hash_record_extended(row(6, p.oid, p.polname, p.polcmd, p.polroles,
        p.polqual::text, p.polwithcheck::text), 0)
      from pg_catalog.pg_policy p where p.polrelid = any (tables)
    union all
    select h.inhparent, pg_catalog.hash_record_extended(row(7, h.inhrelid), 0)
      from pg_catalog.pg_inherits h where h.inhparent = any (tables)
  ) fact
  group by fact.owner;
end
$function$;
