-- One order of a submission; its report is filled in when the submission is completed.
CREATE TABLE order_report (
    insights_id UUID NOT NULL REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    order_id UUID NOT NULL, -- the caller's, or random version 4
    position BIGINT NOT NULL, -- where it stands in the request, from 0
    report BYTEA, -- compressed and sealed
    report_length BIGINT CHECK ((report_length IS NULL) = (report IS NULL)), -- bytes before compression: what a GET weighs
    PRIMARY KEY (insights_id, order_id)
) WITH (fillfactor = 85)
