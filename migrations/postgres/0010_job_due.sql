-- The probe for due jobs, oldest first.
CREATE INDEX job_due ON job (due_at, insights_id)
