-- Purged submissions whose wrapped key may still stand in its table's file, as what a vacuum leaves behind. No content.
CREATE TABLE purged_key (
    insights_id UUID NOT NULL PRIMARY KEY -- the submission that was
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500
)
