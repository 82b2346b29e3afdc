-- 011 additive: who was shown a customer's values in clear, what the sweeps of a lane found, and the end of answers that
-- are given to nobody any more.

-- Whose values somebody saw. The audit log names the number of this row and no customer.
create table mothball.reveal (
  id bigint generated always as identity primary key,
  subject text not null,
  subject_key text not null,
  actor text not null,
  reason text not null,
  revealed_at timestamptz not null default clock_timestamp()
);
create index reveal_subject on mothball.reveal (subject, subject_key);

-- Counts of the late rows that the sweeps after a lane's batches found, and what became of them; NULL before its end.
alter table mothball.lane add column swept jsonb;

-- No role may delete from the journal. This does it for them, and can do no more: answers count for 24 hours, and go an
-- hour later, so that whoever is just being answered is not cut off. So many at a time are done in a moment.
create function mothball.drop_answers() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  with old as (
    select i.key_id, i.name from mothball.idempotency i
    where i.begun_at < clock_timestamp() - interval '25 hours'
    limit 10000 for update skip locked
  ), gone as (
    delete from mothball.idempotency i using old where i.key_id = old.key_id and i.name = old.name returning i.key_id
  )
  select count(*) from gone;
end;
revoke execute on function mothball.drop_answers() from public;
