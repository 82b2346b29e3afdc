-- 010 additive: cold files, and what was purged. A file is recorded here after it was read back from the store; what is
-- not recorded does not exist, whatever lies in the store.

-- One set of files: families that were archived in one month, and the hash of the manifest that holds the files' hashes.
create table mothball.cold_file (
  id bigint generated always as identity primary key,
  policy text not null,
  subject text not null,
  run_id bigint not null references mothball.run (id),
  month text not null,
  store text not null,
  manifest text not null unique,
  manifest_sha256 text not null,
  -- Of the key under which its files are encrypted; null: they are plain.
  key_id text,
  families bigint not null,
  rows bigint not null,
  bytes bigint not null,
  first_key text not null,
  last_key text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index cold_file_subject on mothball.cold_file (subject, month);

-- Which families a set holds, as they were archived then. The row stays when the family leaves the archive: it is how it
-- is still found. `changed`: the archive holds something else than the file, which is of no use any more.
create table mothball.cold_family (
  file_id bigint not null references mothball.cold_file (id),
  subject text not null,
  subject_key text not null,
  archived_at timestamptz not null,
  archive_batch bigint,
  state text not null default 'exported' check (state in ('exported', 'purged', 'returned', 'changed')),
  purged_by bigint references mothball.run (id),
  returned_by bigint references mothball.run (id),
  -- Of the forms in which `show` searches, SHA-256 each: no contact of a customer is kept in the clear.
  contacts bytea[] not null default '{}',
  primary key (file_id, subject_key)
);
create index cold_family_key on mothball.cold_family (subject, subject_key);
create index cold_family_contacts on mothball.cold_family using gin (contacts) where state = 'purged';

-- By what right rows are destroyed; without an open one nothing is.
create table mothball.legal_basis (
  id bigint generated always as identity primary key,
  policy text not null,
  basis text not null,
  recorded_by text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  withdrawn_by text,
  withdrawn_at timestamptz
);
create unique index legal_basis_open on mothball.legal_basis (policy) where withdrawn_at is null;

-- What somebody wants destroyed, and who else did it. The certificate is written once, at the end of its run.
create table mothball.purge (
  id bigint generated always as identity primary key,
  policy text not null,
  subject text not null,
  basis_id bigint not null references mothball.legal_basis (id),
  -- Families are due whose retention was over at this moment.
  moment timestamptz not null,
  retention text not null,
  families bigint not null,
  rows bigint not null,
  planned_by text not null,
  planned_at timestamptz not null default clock_timestamp(),
  reason text not null,
  state text not null default 'planned' check (state in ('planned', 'running', 'done')),
  run_id bigint references mothball.run (id),
  carried_out_by text,
  certificate text,
  certificate_sha256 text
);

-- The families that a plan names: nobody is destroyed who was not listed when it was read.
create table mothball.purge_family (
  purge_id bigint not null references mothball.purge (id),
  file_id bigint not null,
  subject_key text not null,
  -- Null: not yet looked at. `held`, `changed`, `locked`, `gone`: it stayed.
  outcome text check (outcome in ('purged', 'held', 'changed', 'locked', 'gone')),
  primary key (purge_id, file_id, subject_key)
);

alter table mothball.run drop constraint if exists run_operation_check;
alter table mothball.run add constraint run_operation_check check (operation in
  ('archive', 'restore', 'homecoming', 'sweep', 'reconcile', 'export', 'purge', 'erase', 'recall'));
