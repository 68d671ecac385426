-- Candidates of a sweep.
CREATE INDEX submission_expires ON submission (expires_at, insights_id)
