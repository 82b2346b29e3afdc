-- 004 additive: what a run may be. Sweeps and reconciliations are runs of their own, and so will be what comes later.

alter table mothball.run drop constraint if exists run_operation_check;
alter table mothball.run add constraint run_operation_check check (operation in
  ('archive', 'restore', 'homecoming', 'sweep', 'reconcile', 'export', 'purge', 'erase'));
