-- What remains of a purged submission: that it was there, and why it is gone. No content.
CREATE TABLE deletion (
    insights_id BLOB NOT NULL PRIMARY KEY CHECK (length(insights_id) = 16), -- the submission that was
    client_id TEXT NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255), -- whose it was
    deleted_at INTEGER NOT NULL, -- when it was purged
    reason TEXT NOT NULL CHECK (reason IN ('CLIENT', 'EXPIRED', 'CONSENT', 'OPERATOR')), -- who or what ended it
    customers INTEGER NOT NULL, -- how many customers it held
    accounts INTEGER NOT NULL, -- how many accounts it held
    transactions INTEGER NOT NULL -- how many rows it held
) STRICT, WITHOUT ROWID
