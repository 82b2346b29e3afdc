-- 017 additive: entries of the audit log may be pruned, and leave a signed checkpoint (src/core/checkpoint.ts). Only what a
-- checkpoint stands for can be deleted, and a checkpoint can be neither changed nor deleted.

create table mothball.audit_checkpoint (
  id bigint primary key,
  first_entry bigint not null,
  last_entry bigint not null unique,
  entries bigint not null,
  -- What the first one followed, and the hash of the last.
  previous bytea not null,
  head bytea not null,
  pruned_at timestamptz not null,
  pruned_by text not null,
  reason text not null,
  key_id text not null,
  -- Ed25519, base64.
  signature text not null
);

create or replace function mothball.refuse_audit_change() returns trigger language plpgsql as $function$
begin
  if tg_table_name = 'audit' and tg_op = 'DELETE' then
    if exists (select from mothball.audit_checkpoint c where old.id <= c.last_entry) then
      return old;
    end if;
  end if;
  raise exception using errcode = '42501', message = 'the audit log is append-only';
end
$function$;

create trigger audit_checkpoint_append_only before update or delete on mothball.audit_checkpoint
  for each row execute function mothball.refuse_audit_change();
create trigger audit_checkpoint_no_truncate before truncate on mothball.audit_checkpoint
  for each statement execute function mothball.refuse_audit_change();
