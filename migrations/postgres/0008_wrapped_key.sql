-- The data key of a submission under a master key. Narrow: when its row is gone the blobs cannot be read.
CREATE TABLE wrapped_key (
    insights_id UUID NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    master_key BYTEA NOT NULL CHECK (length(master_key) = 8), -- the id of the master key that opens it
    wrapped BYTEA NOT NULL -- version, nonce, sealed key, tag
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 50,
    autovacuum_vacuum_cost_delay = 0
)
