-- The blob is compressed already: Postgres is not to try again.
ALTER TABLE order_report ALTER COLUMN report SET STORAGE EXTERNAL
