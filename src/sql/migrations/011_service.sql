-- 011 additive: who was shown a customer's values in clear, and what the sweeps of a lane found.

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
