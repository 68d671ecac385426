-- One accepted request. Times are microseconds UTC; blobs are compressed and sealed.
CREATE TABLE submission (
    insights_id UUID NOT NULL PRIMARY KEY, -- random version 4
    client_id TEXT NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255), -- whose it is: every request names it
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'COMPLETED', 'FAILED')), -- how far it is
    failure TEXT CHECK ((failure IS NOT NULL) = (status = 'FAILED') AND length(failure) <= 64), -- the contract's code of a failure for good
    accepted_at BIGINT NOT NULL, -- when the 201 was earned
    finished_at BIGINT CHECK ((finished_at IS NULL) = (status = 'PROCESSING')), -- when it was completed or given up
    expires_at BIGINT NOT NULL, -- from then on it does not exist, swept or not
    expiry_reason TEXT NOT NULL CHECK (expiry_reason IN ('EXPIRED', 'CONSENT')), -- what ends it: retention, or the earliest consent
    as_of TEXT NOT NULL CHECK (length(as_of) = 10), -- the report's date, YYYY-MM-DD, fixed at acceptance
    digest BYTEA NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the decompressed body
    raw_length BIGINT NOT NULL CHECK (raw_length >= 0), -- bytes of the decompressed body: what work on it weighs
    customers BIGINT NOT NULL, -- how many customers it held, for the deletion record
    accounts BIGINT NOT NULL, -- how many accounts it held, for the deletion record
    transactions BIGINT NOT NULL, -- how many rows it held, for the deletion record
    idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 255), -- names its row in idempotency, so that a purge can
    accepted BYTEA NOT NULL, -- the 201 body, sealed
    head BYTEA CHECK ((head IS NOT NULL) = (status = 'COMPLETED')) -- the document before its reports, sealed
) WITH (fillfactor = 85)
