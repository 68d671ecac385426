//! The request parser held to the contract: every rule by a small payload, all violations at once, and what no input may do.

#[path = "submission/body.rs"]
mod body;
#[path = "submission/content.rs"]
mod content;
#[path = "submission/form.rs"]
mod form;
#[path = "submission/lenient.rs"]
mod lenient;
#[path = "support/mock_files.rs"]
mod mock_files;
#[path = "submission/payload.rs"]
mod payload;
#[path = "submission/properties.rs"]
mod properties;
#[path = "submission/reading.rs"]
mod reading;
