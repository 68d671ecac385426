-- The request body, until the report is complete.
CREATE TABLE payload (
    insights_id BLOB NOT NULL PRIMARY KEY REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    payload BLOB NOT NULL -- compressed and sealed
) STRICT
