-- The blob is compressed already: Postgres is not to try again.
ALTER TABLE payload ALTER COLUMN payload SET STORAGE EXTERNAL
