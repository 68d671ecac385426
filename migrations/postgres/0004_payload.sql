-- The request body, until the report is complete.
CREATE TABLE payload (
    insights_id UUID NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    payload BYTEA NOT NULL -- compressed and sealed
) WITH (
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 500,
    toast.autovacuum_vacuum_scale_factor = 0.01,
    toast.autovacuum_vacuum_threshold = 500
)
