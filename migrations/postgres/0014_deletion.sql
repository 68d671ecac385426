-- What remains of a purged submission: that it was there, and why it is gone. No content.
CREATE TABLE deletion (
    insights_id UUID NOT NULL PRIMARY KEY, -- the submission that was
    client_id TEXT NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255), -- whose it was
    deleted_at BIGINT NOT NULL, -- when it was purged
    reason TEXT NOT NULL CHECK (reason IN ('CLIENT', 'EXPIRED', 'CONSENT', 'OPERATOR')), -- who or what ended it
    customers BIGINT NOT NULL, -- how many customers it held
    accounts BIGINT NOT NULL, -- how many accounts it held
    transactions BIGINT NOT NULL -- how many rows it held
)
