-- 019 additive: how a person was erased: his rows deleted, or what identifies him replaced in them.

alter table mothball.erasure add column method text not null default 'delete' check (method in ('delete', 'deidentify'));
