//! The figures, one file a block of the report.
