//! The records as the Data Standards name them, as they stand on the wire; no opinions.
