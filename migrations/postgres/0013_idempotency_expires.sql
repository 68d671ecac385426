-- Candidates of a sweep.
CREATE INDEX idempotency_expires ON idempotency (expires_at, client_id, key)
