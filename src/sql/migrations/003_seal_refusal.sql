-- 003 additive: a seal compares before it is made. What differs from the batch's own digest gets none, and the time at
-- which that was first seen.

create table mothball.seal_refusal (
  batch_id bigint not null references mothball.batch (id),
  table_name text not null,
  -- Rows that were there, and those that the batch had moved.
  found bigint not null,
  moved bigint not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (batch_id, table_name)
);

-- A row that leaves before its batch is sealed leaves its hash by value too, so that the rest can be compared without it.
alter table mothball.departure add column value_hash bigint;
