-- 005 additive: the audit log. Append-only, each entry bound to the one before it by its hash (src/core/chain.ts).
-- Numbers have no gap: they are given under a lock, not by a sequence, so that a missing one is a missing entry.

create table mothball.audit (
  id bigint primary key,
  at timestamptz not null,
  actor text not null,
  role text,
  action text not null,
  policy text,
  object text not null,
  reason text,
  before text,
  after text,
  outcome text not null check (outcome in ('done', 'refused')),
  previous bytea not null,
  hash bytea not null unique
);

-- Nobody needs these rights; a mistake is refused even for the owner. Whoever takes the triggers away to forge an entry
-- still has the chain against him.
create function mothball.refuse_audit_change() returns trigger language plpgsql as $function$
begin
  raise exception using errcode = '42501', message = 'the audit log is append-only';
end
$function$;

create trigger audit_append_only before update or delete on mothball.audit
  for each row execute function mothball.refuse_audit_change();
create trigger audit_no_truncate before truncate on mothball.audit
  for each statement execute function mothball.refuse_audit_change();
