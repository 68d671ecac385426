//! A report's main figures as a table.

use std::fmt::Write as _;

use serde_json::Value;

/// The table.
///
/// # Errors
/// The document is not a completed report.
pub(super) fn table(document: &Value) -> Result<String, String> {
    if document["meta"]["status"] != "COMPLETED" {
        return Err(format!("the report is {}", document["meta"]["status"]));
    }
    let report = document["insightsHeader"]["reports"].get(0).ok_or("the document holds no report")?;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, report);
    Ok(out)
}

fn write(out: &mut String, report: &Value) -> std::fmt::Result {
    let (header, summary) = (&report["reportHeader"], &report["combinedSummary"]);
    let applicants: Vec<&str> =
        header["applicants"].as_array().into_iter().flatten().filter_map(|applicant| applicant["applicantName"].as_str()).collect();
    writeln!(out, "Household     {} ({})", applicants.join(", "), text(&header["applicationType"]))?;
    writeln!(
        out,
        "Period        {} to {} ({} days)",
        text(&header["reportingPeriodStartDate"]),
        text(&header["reportingPeriodEndDate"]),
        text(&header["numberOfDaysInReportingPeriod"])
    )?;
    writeln!(
        out,
        "Data          {} accounts at {} institutions, {} counted transactions",
        text(&summary["combinedNumberOfAccounts"]),
        text(&summary["combinedNumberOfInstitutions"]),
        text(&summary["combinedNumberOfTransactions"])
    )?;
    let quality = &report["dataQuality"];
    writeln!(
        out,
        "Quality       {} of amounts categorised with confidence, {} duplicates, {} pending, {} in other currencies",
        text(&quality["categorisedShare"]["byValue"]),
        count(&quality["duplicates"]),
        count(&quality["pending"]),
        count(&quality["foreignCurrency"])
    )?;
    writeln!(out, "\n{:<34} {:>16} {:>6} {:>16} {:>6}", "Category group", "money in", "rows", "money out", "rows")?;
    for group in summary["combinedCategoryGroupSummary"]["combinedCategoryGroups"].as_array().into_iter().flatten() {
        line(out, &text(&group["categoryGroupDescription"]), group)?;
    }
    line(out, "Total", &summary["combinedTotalSummary"])
}

fn line(out: &mut String, name: &str, sums: &Value) -> std::fmt::Result {
    let (credit, debit) = (&sums["credit"], &sums["debit"]);
    writeln!(
        out,
        "{name:<34} {:>16} {:>6} {:>16} {:>6}",
        money(&credit["sumAmount"]),
        text(&credit["numberOfTransactions"]),
        money(&debit["sumAmount"]),
        text(&debit["numberOfTransactions"])
    )
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_owned(),
        other => other.to_string(),
    }
}

/// For the eye only: the document itself has the exact cents.
fn money(value: &Value) -> String {
    value.as_f64().map_or_else(|| text(value), |amount| format!("{amount:.2}"))
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}
