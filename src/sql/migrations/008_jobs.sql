-- 008 additive: stages, the schedule's slots, what was asked of a run, lanes.

-- The stage that somebody gave a policy. Without a row it is the one that the configuration begins with.
create table mothball.stage (
  policy text primary key,
  stage text not null check (stage in ('shadow', 'live', 'paused')),
  reason text not null,
  actor text not null,
  since timestamptz not null default clock_timestamp()
);

-- Up to when the slots of a schedule have been looked at; what lies between then and now, and was not run, is missed.
create table mothball.schedule (
  policy text primary key,
  cron text not null,
  zone text not null,
  seen_until timestamptz not null
);

-- A slot is known from the moment that somebody looked at it, run or not.
alter table mothball.slot
  alter column run_id drop not null,
  add column state text not null default 'taken' check (state in ('due', 'taken', 'missed', 'skipped', 'refused')),
  -- Why it was skipped or refused: a code.
  add column reason text,
  -- Nobody was there in time. It stays where the slot was caught up later.
  add column missed_at timestamptz,
  add column noticed_at timestamptz not null default clock_timestamp();
create index slot_waiting on mothball.slot (policy) where state = 'due';
create index slot_run on mothball.slot (run_id);

alter table mothball.run
  -- The limits that it started with, so that another process can go on with it.
  add column limits jsonb,
  -- Ties the runs of one slot over several databases.
  add column group_id text,
  add column asked text check (asked in ('pause', 'stop')),
  add column asked_by text,
  add column asked_reason text,
  add column asked_at timestamptz,
  drop constraint run_status_check,
  add constraint run_status_check check (status in ('running', 'paused', 'success', 'partial', 'failed'));

-- A key range of a run that one worker goes through by itself. `reserved`: of the run's ceiling, what it has found to move.
create table mothball.lane (
  run_id bigint not null references mothball.run (id),
  lane integer not null,
  after_key text,
  upto_key text not null,
  owner text,
  reserved bigint not null default 0,
  became_active bigint not null default 0,
  locked bigint not null default 0,
  stop_reason text,
  error jsonb,
  ended_at timestamptz,
  primary key (run_id, lane)
);
