//! The analysis, from a submission to the document: each rule of the ledger and the report by a payload that breaks it.

#[expect(dead_code, reason = "the benchmark's command uses more of it")]
#[path = "../accuracy/mod.rs"]
mod accuracy;

mod accounts;
mod affordability;
mod balances;
mod cash_flow;
mod commitments;
mod counting;
mod document;
mod expenses;
mod floors;
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
#[expect(dead_code, reason = "the benchmark's command uses more of it")]
#[path = "../accuracy/score/mod.rs"]
mod score;
mod splits;
mod support;
mod transfers;
