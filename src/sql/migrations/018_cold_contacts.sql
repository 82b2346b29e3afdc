-- 018 additive: contacts of purged customers are kept under a secret, and families are written down faster.

-- Plain SHA-256 of a phone number hides nothing from whoever tries all of them, so what was kept in that form goes. Nothing
-- is released yet: nobody loses a way to find a customer; the key still finds him.
update mothball.cold_family set contacts = '{}' where contacts <> '{}';

-- Of the secret (HMAC-SHA-256) under which `contacts` are kept since the family was purged; null: there are none.
alter table mothball.cold_family add column contact_key text;

-- An export writes a row for each family, and two thirds of the insert went into the three references that each was
-- asked for. The row is written by the transaction that writes its set and changed by those that hold their run's row; no
-- role may delete sets or runs.
alter table mothball.cold_family drop constraint if exists cold_family_file_id_fkey;
alter table mothball.cold_family drop constraint if exists cold_family_purged_by_fkey;
alter table mothball.cold_family drop constraint if exists cold_family_returned_by_fkey;
