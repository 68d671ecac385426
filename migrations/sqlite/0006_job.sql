-- Work that is not finished: the row is deleted in the transaction that stores its result.
CREATE TABLE job (
    insights_id BLOB NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    client_id TEXT NOT NULL, -- whose it is: a client's cap counts its jobs
    fence INTEGER NOT NULL, -- raised by whoever takes the job: a write that names an older one is stale
    attempt INTEGER NOT NULL CHECK (attempt >= 0), -- attempts spent
    due_at INTEGER NOT NULL, -- from then on it may be claimed; orders the queue
    lease_until INTEGER, -- nobody else may claim it until then; null while nobody works on it
    expires_at INTEGER NOT NULL, -- the submission's: from then on it must not be worked on
    weight INTEGER NOT NULL -- what a worker must have room for: the bytes of the decompressed body, more where they hold many rows
) STRICT, WITHOUT ROWID
