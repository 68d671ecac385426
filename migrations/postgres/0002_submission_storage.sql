-- The blobs are compressed already: Postgres is not to try again.
ALTER TABLE submission ALTER COLUMN accepted SET STORAGE EXTERNAL, ALTER COLUMN head SET STORAGE EXTERNAL
