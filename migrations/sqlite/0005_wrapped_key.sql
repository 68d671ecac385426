-- The data key of a submission under a master key. Narrow: when its row is gone the blobs cannot be read.
CREATE TABLE wrapped_key (
    insights_id BLOB NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    master_key BLOB NOT NULL CHECK (length(master_key) = 8), -- the id of the master key that opens it
    wrapped BLOB NOT NULL -- version, nonce, sealed key, tag
) STRICT, WITHOUT ROWID
