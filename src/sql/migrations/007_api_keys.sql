-- 007 additive: who may come in over HTTP, and what was answered to a request that may come twice.
-- Of a key and of a session only a hash is here. Nothing is ever deleted: a run's user needs no right to.

create table mothball.api_key (
  id bigint generated always as identity primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'compliance', 'admin')),
  digest bytea not null,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  revoked_by text,
  revoked_at timestamptz
);
create unique index api_key_name on mothball.api_key (name) where revoked_at is null;

create table mothball.session (
  id bigint generated always as identity primary key,
  key_id bigint not null references mothball.api_key (id),
  digest bytea not null,
  started_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz
);

-- One row for each Idempotency-Key of an API key. While `status` is null its request is being worked on.
create table mothball.idempotency (
  key_id bigint not null references mothball.api_key (id),
  name text not null,
  fingerprint bytea not null,
  begun_at timestamptz not null,
  status integer,
  headers jsonb,
  body text,
  primary key (key_id, name)
);
