-- 013 additive: erasures. What was reached, and what was not; the person's key is not among it.

create table mothball.erasure (
  id bigint generated always as identity primary key,
  policy text not null,
  subject text not null,
  -- SHA-256 of subject and key: whoever has the key finds the receipt, and nobody finds the key by it.
  key_digest bytea not null,
  run_id bigint not null references mothball.run (id),
  transaction_id xid8 not null default pg_current_xact_id(),
  case_number text not null,
  reason text not null,
  actor text not null,
  erased_at timestamptz not null default clock_timestamp(),
  reached jsonb not null
);
create unique index erasure_run on mothball.erasure (run_id);
create index erasure_key on mothball.erasure (subject, key_digest);

-- Somebody has asked to be erased, and by when it is due. The key goes from it with the person.
create table mothball.erasure_request (
  id bigint generated always as identity primary key,
  policy text not null,
  subject text not null,
  subject_key text not null,
  case_number text not null,
  reason text not null,
  actor text not null,
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  outcome text check (outcome in ('erased', 'withdrawn'))
);
create unique index erasure_request_open on mothball.erasure_request (subject, case_number) where closed_at is null;
create index erasure_request_key on mothball.erasure_request (subject, subject_key);
