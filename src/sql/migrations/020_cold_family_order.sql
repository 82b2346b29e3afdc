-- 020 additive: families enter the journal by file, in the file's own part of the index.

-- An export writes a row for each family, and more than half of what that took went into an index by key, all over which
-- its rows fell. By file they stand together: the same rows take the server half as long. Who asks by key asks of each
-- file, or, of those whom the files alone have, of an index that a purge fills.
alter table mothball.cold_family drop constraint cold_family_pkey;
alter table mothball.cold_family add primary key (file_id, subject_key);
create index cold_family_purged on mothball.cold_family (subject_key) where state = 'purged';
