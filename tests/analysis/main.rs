//! The analysis, from a submission to the document: each rule of the ledger and the report by a payload that breaks it.

mod accounts;
mod affordability;
mod balances;
mod cash_flow;
mod commitments;
mod counting;
mod document;
mod expenses;
mod forecast;
mod income;
#[path = "../support/mock_files.rs"]
mod mock_files;
mod payloads;
mod properties;
mod quality;
mod refunds;
mod repeats;
mod reversals;
mod risk;
mod splits;
mod support;
mod transfers;
