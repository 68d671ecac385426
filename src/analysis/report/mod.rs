//! The document's types, and how it becomes bytes.
//!
//! Published members keep their names, nesting and order, `Average` with its capital included; everything else stands in
//! objects beside them. A block that is not built is absent.

mod rows;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::Analysis;
use super::exact::Day;
use super::insight::summary::{CategoryGroup, Total};
use super::insight::{
    AccountFacts, Affordability, Balances, Blocks, CashFlow, Commitments, DataQuality, Expenses, Figures, Forecast, Income, Recurring,
    RiskIndicator,
};
use super::label::Verdict;
use super::ledger::{Ledger, content};
use super::ruleset::Ruleset;
use super::stream::Streams;
use crate::submission::{Submission, Warning};

use rows::{ReportRow, RowsView};

/// Version of the document's shape: blocks are added, never changed within one.
pub const REPORT_SCHEMA_VERSION: &str = "1.0";

/// One element of `reports[]`, without its stamps.
#[derive(Clone, Debug)]
pub struct Report {
    applicants: Vec<ApplicantFacts>,
    figures: Figures,
    rows: Vec<ReportRow>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ApplicantFacts {
    applicant_id: Box<str>,
    applicant_name: Option<Box<str>>,
}

impl Report {
    /// A report of what was found.
    #[must_use]
    pub(super) fn new(ledger: Ledger<'_>, verdicts: Vec<Verdict>, streams: &Streams, figures: Figures) -> Self {
        let applicants = (ledger.applicants.iter())
            .map(|applicant| ApplicantFacts { applicant_id: applicant.applicant_id.into(), applicant_name: applicant.name.map(Into::into) })
            .collect();
        Self { applicants, figures, rows: rows::rows(ledger, verdicts, streams) }
    }
}

/// What the service fixes at acceptance and stamps on the document.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The submission.
    pub insights_id: Uuid,
    /// Who sent it.
    pub client_id: &'a str,
    /// Its display name.
    pub client_name: &'a str,
    /// Publish date of the insights and of each report.
    pub accepted_at: Timestamp,
    /// One an order, in order.
    pub order_ids: &'a [Uuid],
    /// SHA-256 of the request body.
    pub input_digest: [u8; 32],
}

/// The document as bytes: `head` ends with `"reports":[`, each report is one element; [`assemble`] joins them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `{"meta":{…},"insightsHeader":{…,"reports":[`
    pub head: Vec<u8>,
    /// One JSON object an order.
    pub reports: Vec<Vec<u8>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    meta: Meta<'a>,
    insights_header: InsightsHeader<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    status: &'static str,
    client_reference: Option<&'a str>,
    as_of: Day,
    report_schema_version: &'static str,
    engine_version: &'static str,
    taxonomy_version: &'a str,
    rules_version: &'a str,
    input_digest: String,
    warnings: &'a [Warning],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InsightsHeader<'a> {
    insights_id: String,
    insights_publish_date: String,
    client_id: &'a str,
    client_name: &'a str,
    reports: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportView<'a> {
    report_header: ReportHeader<'a>,
    combined_summary: CombinedSummary<'a>,
    data_quality: &'a DataQuality,
    income: &'a Income,
    expenses: &'a Expenses,
    commitments: &'a Commitments,
    balances: &'a Balances,
    cash_flow: &'a CashFlow,
    risk_indicators: &'a [RiskIndicator],
    recurring: &'a [Recurring],
    affordability: &'a Affordability,
    forecast: &'a Forecast,
    applicants: Vec<ApplicantBlocks<'a>>,
    accounts: &'a [AccountFacts],
    transactions: RowsView<'a>,
}

/// The figures of one applicant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApplicantBlocks<'a> {
    applicant_id: &'a str,
    income: &'a Income,
    expenses: &'a Expenses,
    commitments: &'a Commitments,
    balances: &'a Balances,
    cash_flow: &'a CashFlow,
    affordability: &'a Affordability,
}

impl<'a> ApplicantBlocks<'a> {
    fn new(applicant: &'a ApplicantFacts, blocks: &'a Blocks) -> Self {
        let Blocks { income, expenses, commitments, balances, cash_flow, affordability } = blocks;
        Self { applicant_id: &applicant.applicant_id, income, expenses, commitments, balances, cash_flow, affordability }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportHeader<'a> {
    report_id: String,
    report_publish_date: String,
    reporting_period_start_date: Option<Day>,
    reporting_period_end_date: Option<Day>,
    application_type: &'static str,
    number_of_applicants: usize,
    number_of_days_in_reporting_period: Option<i64>,
    applicants: &'a [ApplicantFacts],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CombinedSummary<'a> {
    combined_number_of_institutions: usize,
    combined_number_of_accounts: usize,
    combined_number_of_transactions: u64,
    currency: &'static str,
    combined_total_summary: &'a Total,
    combined_category_group_summary: GroupSummary<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupSummary<'a> {
    combined_category_groups: &'a [CategoryGroup],
}

/// Writes the document of an analysis: of this submission, under these rules.
#[must_use]
pub fn document(analysis: &Analysis, submission: &Submission, ruleset: &Ruleset, stamp: &Stamp<'_>) -> Document {
    debug_assert_eq!(analysis.reports.len(), stamp.order_ids.len(), "one id an order");
    let reports = analysis.reports.iter().zip(stamp.order_ids);
    Document {
        head: head(analysis, submission, ruleset, stamp),
        reports: reports.map(|(report, &id)| report_bytes(report, id, submission, ruleset, stamp)).collect(),
    }
}

fn head(analysis: &Analysis, submission: &Submission, ruleset: &Ruleset, stamp: &Stamp<'_>) -> Vec<u8> {
    let mut input_digest = String::with_capacity(64);
    content::push_hex(&mut input_digest, &stamp.input_digest);
    let head = Head {
        meta: Meta {
            status: "COMPLETED",
            client_reference: submission.client_reference.as_deref(),
            as_of: Day(analysis.as_of),
            report_schema_version: REPORT_SCHEMA_VERSION,
            engine_version: crate::ENGINE_VERSION,
            taxonomy_version: ruleset.taxonomy_version(),
            rules_version: ruleset.version(),
            input_digest,
            warnings: &analysis.warnings,
        },
        insights_header: InsightsHeader {
            insights_id: stamp.insights_id.to_string(),
            insights_publish_date: stamp.accepted_at.to_string(),
            client_id: stamp.client_id,
            client_name: stamp.client_name,
            reports: [],
        },
    };
    let mut bytes = serde_json::to_vec(&head).expect("the head has nothing that JSON cannot say");
    // Written whole, then opened where the reports go.
    bytes.truncate(bytes.len() - b"]}}".len());
    bytes
}

fn report_bytes(report: &Report, id: Uuid, submission: &Submission, ruleset: &Ruleset, stamp: &Stamp<'_>) -> Vec<u8> {
    let Report { applicants, figures, rows } = report;
    let Figures { summary, quality, combined, applicants: of_applicants, risk, recurring, forecast, accounts } = figures;
    let Blocks { income, expenses, commitments, balances, cash_flow, affordability } = &**combined;
    let view = ReportView {
        report_header: ReportHeader {
            report_id: id.to_string(),
            report_publish_date: stamp.accepted_at.to_string(),
            reporting_period_start_date: summary.period.map(|period| Day(period.from)),
            reporting_period_end_date: summary.period.map(|period| Day(period.to)),
            application_type: if applicants.len() > 1 { "JOINT" } else { "SINGLE" },
            number_of_applicants: applicants.len(),
            number_of_days_in_reporting_period: summary.period.map(super::days::Window::days),
            applicants,
        },
        combined_summary: CombinedSummary {
            combined_number_of_institutions: summary.institutions,
            combined_number_of_accounts: summary.accounts,
            combined_number_of_transactions: summary.total.credit.rows + summary.total.debit.rows,
            currency: "AUD",
            combined_total_summary: &summary.total,
            combined_category_group_summary: GroupSummary { combined_category_groups: &summary.groups },
        },
        data_quality: quality,
        income,
        expenses,
        commitments,
        balances,
        cash_flow,
        risk_indicators: risk,
        recurring,
        affordability,
        forecast,
        applicants: applicants.iter().zip(of_applicants).map(|(applicant, blocks)| ApplicantBlocks::new(applicant, blocks)).collect(),
        accounts,
        transactions: RowsView { rows, submission, ruleset },
    };
    // A row takes about 430 bytes. To guess too little doubles and copies the whole; what is guessed too much is never touched.
    let mut bytes = Vec::with_capacity(8_192 + rows.len() * 512);
    serde_json::to_writer(&mut bytes, &view).expect("a report has nothing that JSON cannot say");
    bytes
}

/// Joins a head and its reports into the whole JSON document.
#[must_use]
pub fn assemble<R: AsRef<[u8]>>(head: &[u8], reports: &[R]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len() + reports.iter().map(|report| report.as_ref().len() + 1).sum::<usize>() + 3);
    out.extend_from_slice(head);
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(report.as_ref());
    }
    out.extend_from_slice(b"]}}");
    out
}
