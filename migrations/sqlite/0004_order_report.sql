-- One order of a submission; its report is filled in when the submission is completed.
CREATE TABLE order_report (
    insights_id BLOB NOT NULL REFERENCES submission (insights_id) ON DELETE CASCADE, -- its submission
    order_id BLOB NOT NULL CHECK (length(order_id) = 16), -- the caller's, or random version 4
    position INTEGER NOT NULL, -- where it stands in the request, from 0
    report BLOB, -- compressed and sealed
    report_length INTEGER CHECK ((report_length IS NULL) = (report IS NULL)), -- bytes before compression: what a GET weighs
    PRIMARY KEY (insights_id, order_id)
) STRICT
