-- What a client's Idempotency-Key stands for. It stands alone: its key is not a submission's.
CREATE TABLE idempotency (
    client_id TEXT NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255), -- whose key it is
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255), -- visible ASCII, as sent
    digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the body that it was sent with
    insights_id BLOB NOT NULL CHECK (length(insights_id) = 16), -- the submission that answers for it
    expires_at INTEGER NOT NULL, -- from then on the key is free
    PRIMARY KEY (client_id, key)
) STRICT, WITHOUT ROWID
