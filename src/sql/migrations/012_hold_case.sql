-- 012 additive: a hold may carry the number of the case that it is for. One without a case is a hold like any other.

alter table mothball.hold add column case_number text;
create index hold_case on mothball.hold (case_number) where case_number is not null and released_at is null;
