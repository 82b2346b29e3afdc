-- 015 additive: sign-offs. Somebody's word that one item of the rollout was verified or is approved, for a version of
-- the policy. It is never deleted: one that no longer holds is withdrawn.

create table mothball.sign_off (
  id bigint generated always as identity primary key,
  policy text not null,
  item text not null,
  policy_hash text not null,
  note text not null,
  actor text not null,
  role text,
  signed_at timestamptz not null default clock_timestamp(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdraw_reason text
);
create index sign_off_policy on mothball.sign_off (policy, id);
