-- 014 additive: cold files are written again without a person who was erased.

-- `erased`: the set no longer has him; the row stays without his key, for it was counted.
alter table mothball.cold_family drop constraint if exists cold_family_state_check;
alter table mothball.cold_family add constraint cold_family_state_check check (state in
  ('exported', 'purged', 'returned', 'changed', 'erased'));

-- Everybody is looked for by his key, a set's families with their keys: one index does for both, and an export writes a
-- third less.
drop index mothball.cold_family_key;
alter table mothball.cold_family drop constraint cold_family_pkey;
alter table mothball.cold_family add primary key (subject_key, file_id);

-- Files that another has taken the place of. They are written down by the transaction that replaces them and removed
-- from the store afterwards: who dies in between leaves a row by which the next one goes on.
create table mothball.cold_removal (
  path text primary key,
  subject text not null,
  run_id bigint not null references mothball.run (id),
  recorded_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz
);
create index cold_removal_open on mothball.cold_removal (subject) where removed_at is null;

-- Rows that a recall brings back to the archive: the hashes go that their purge left behind, so that their batches' seals
-- close over the rows again. No role may delete from the journal; of this the worst is that verify misses a row.
create function mothball.take_back(table_name text, row_keys text[], batches bigint[], purges bigint[]) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  with back as (
    delete from mothball.departure d using unnest($2, $3) k (row_key, batch_id), mothball.run r
    where d.table_name = $1 and d.row_key = k.row_key and d.batch_id = k.batch_id
      and d.run_id = any ($4) and r.id = d.run_id and r.operation = 'purge'
    returning d.row_key
  )
  select count(*) from back;
end;
revoke execute on function mothball.take_back(text, text[], bigint[], bigint[]) from public;
