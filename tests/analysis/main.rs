//! The analysis, from a submission to the document: each rule of the ledger and the report by a payload that breaks it.

mod accounts;
#[expect(dead_code, reason = "the scorer uses more of it")]
#[path = "../accuracy/mod.rs"]
mod accuracy;
mod affordability;
mod balances;
mod cash_flow;
mod commitments;
mod counting;
mod document;
mod expenses;
mod explanations;
mod figure_rules;
mod floors;
mod forecast;
mod households;
mod income;
#[path = "../support/mock_files.rs"]
mod mock_files;
mod payloads;
mod properties;
mod quality;
mod refunds;
mod repeats;
mod report_rules;
mod reversals;
mod risk;
#[expect(dead_code, reason = "the benchmark's command uses more of it")]
#[path = "../accuracy/score/mod.rs"]
mod score;
mod splits;
mod support;
mod transfers;
mod tricky;
