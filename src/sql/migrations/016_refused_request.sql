-- 016 additive: a request to be erased may also be refused, where a law asks that the data be kept.

alter table mothball.erasure_request drop constraint if exists erasure_request_outcome_check;
alter table mothball.erasure_request add constraint erasure_request_outcome_check
  check (outcome in ('erased', 'withdrawn', 'refused'));
