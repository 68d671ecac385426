-- A client's unfinished jobs.
CREATE INDEX job_client ON job (client_id)
