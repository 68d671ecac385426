//! Rows in order: days, duplicates, pending twins, own transfers.
