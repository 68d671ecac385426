-- Work that is not finished: the row is deleted in the transaction that stores its result.
CREATE TABLE job (
    insights_id UUID NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    client_id TEXT NOT NULL, -- whose it is: a client's cap counts its jobs
    fence BIGINT NOT NULL, -- raised by whoever takes the job: a write that names an older one is stale
    attempt BIGINT NOT NULL CHECK (attempt >= 0), -- attempts spent
    due_at BIGINT NOT NULL, -- from then on it may be claimed; orders the queue
    lease_until BIGINT, -- nobody else may claim it until then; null while nobody works on it
    expires_at BIGINT NOT NULL, -- the submission's: from then on it must not be worked on
    weight BIGINT NOT NULL -- what a worker must have room for: the bytes of the decompressed body, more where they hold many rows
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 1000
)
