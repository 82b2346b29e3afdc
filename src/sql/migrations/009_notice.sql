-- 009 additive: what people are told and how it went to each channel; what runs do to size and speed.

-- Something that people are told, as data: every channel makes its own form of it. A key is told once, whoever comes
-- first: a run's is its number, a digest's its day. `incident` names what is wrong until it is over; the notice that
-- opens one has no `part_of`, and those that say the same again while it is open point to it and are not sent.
create table mothball.notice (
  id bigint generated always as identity primary key,
  policy text not null,
  kind text not null,
  key text not null unique,
  incident text,
  part_of bigint references mothball.notice (id),
  told_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  content jsonb not null
);
create unique index notice_open on mothball.notice (policy, incident)
  where incident is not null and part_of is null and closed_at is null;
create index notice_policy on mothball.notice (policy, told_at desc);

-- One notice on one channel. Whoever sends it claims it first, for a time; `attempts` fences a sender that took longer.
create table mothball.delivery (
  notice_id bigint not null references mothball.notice (id),
  channel text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'given_up')),
  attempts integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz,
  sent_at timestamptz,
  problem text,
  primary key (notice_id, channel)
);
create index delivery_waiting on mothball.delivery (next_at) where state = 'waiting';

-- Runs whose end was looked at, so that no process tells of it a second time.
create table mothball.run_told (
  run_id bigint primary key references mothball.run (id),
  told_at timestamptz not null default clock_timestamp()
);

-- A query of the user's choice, timed before and after a run.
create table mothball.probe (
  id bigint generated always as identity primary key,
  policy text not null,
  run_id bigint not null references mothball.run (id),
  phase text not null check (phase in ('before', 'after')),
  name text not null,
  taken_at timestamptz not null default clock_timestamp(),
  durations_ms float8[] not null,
  rows bigint,
  shared_hit bigint,
  shared_read bigint,
  problem text
);
create index probe_policy on mothball.probe (policy, taken_at);

-- Bytes of the moved tables (`active`) and of their archive tables (`archive`), before and after a run.
create table mothball.size (
  run_id bigint not null references mothball.run (id),
  phase text not null check (phase in ('before', 'after')),
  tier text not null check (tier in ('active', 'archive')),
  taken_at timestamptz not null default clock_timestamp(),
  table_bytes bigint not null,
  index_bytes bigint not null,
  rows bigint not null,
  primary key (run_id, phase, tier)
);
