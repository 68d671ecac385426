//! What holds for every figure: its decimals, `null` and its reason, the days it needs, the formula that it names. Rules 1 to 4 of
//! `report_rules`, by walks through whole reports, so that a new figure is held to them too.

use std::collections::{BTreeMap, BTreeSet};

use cdr_insights::submission::{Account, ProductCategory, Submission};
use serde_json::Value;

use crate::households::{HOUSEHOLDS, list, scopes, text};
use crate::report_rules::{known, life};
use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";

/// Numbers that are no money: counts, days, shares, rates.
const NO_MONEY: [&str; 56] = [
    "active",
    "bufferDays",
    "byCount",
    "byValue",
    "combinedNumberOfAccounts",
    "combinedNumberOfInstitutions",
    "combinedNumberOfTransactions",
    "confidence",
    "consistency",
    "count",
    "countedTransactions",
    "days",
    "daysBelow100",
    "daysBeyondLimit",
    "daysMissing",
    "daysNegative",
    "daysSinceLastTransaction",
    "daysSinceNegative",
    "daysWithoutTransactions",
    "debtServiceRatio",
    "debtToIncome",
    "governmentShare",
    "haircut",
    "highest",
    "housingPlusDebtRatio",
    "latest",
    "likely",
    "longestGapDays",
    "longestNegativeSpell",
    "longestSpellDays",
    "missed",
    "monthsInDeficit",
    "newIn90Days",
    "numberOfApplicants",
    "numberOfDaysInReportingPeriod",
    "numberOfTransactions",
    "occurrences",
    "paths",
    "paydayDepletionDays",
    "periods",
    "points",
    "pointsWithin",
    "rate",
    "regularity",
    "remainingMonths",
    "repayments",
    "representments",
    "returned",
    "score",
    "secureMonths",
    "share",
    "shareOfIncome",
    "spendCoverage",
    "stableMonths",
    "transactions",
    "unknown",
];

#[test]
fn every_amount_has_two_decimals() {
    let (mut amounts, mut odd) = (0, BTreeSet::new());
    for made in HOUSEHOLDS.iter() {
        let text = String::from_utf8(made.text.clone()).expect("JSON is text");
        for (at, _) in text.match_indices("\":") {
            let value = &text[at + 2..];
            let end = value.find([',', '}', ']']).expect("it ends");
            let value = &value[..end];
            let name = &text[text[..at].rfind('"').expect("a name") + 1..at];
            if !value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                continue;
            }
            assert!(value != "-0.00" && !value.contains(['e', 'E']), "{name}: {value}");
            // A mean is of balances or of what is used of a limit, and this has four.
            let is_share = name == "mean" && value.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 4);
            if NO_MONEY.contains(&name) || is_share {
                continue;
            }
            let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
            if fraction.len() == 2 && !whole.is_empty() {
                amounts += 1;
            } else {
                odd.insert(format!("{name}: {value}"));
            }
        }
    }
    assert!(odd.is_empty(), "neither money nor known to be none: {odd:?}");
    assert!(amounts > 5_000, "{amounts}");
}

#[test]
fn only_the_published_part_has_negative_debits() {
    let report = report(&known(everyday(life()), &[(0, 100_000)]));
    assert!(cents(&report["combinedSummary"]["combinedTotalSummary"]["debit"]["sumAmount"]) < 0);
    assert!(cents(&category(&report, "RENT")["monthlyAverage"]) < 0);
    let affordability = &report["affordability"];
    for figure in
        [&report["expenses"]["total"]["meanMonth"], &affordability["outgoings"], &affordability["outgoingsParts"]["gamblingAndLottery"]]
    {
        assert!(cents(figure) > 0, "{figure}");
    }
    assert!(list(&report["cashFlow"]["months"]).iter().all(|month| cents(&month["out"]) > 0));
    let betting = list(&report["riskIndicators"]).iter().find(|indicator| indicator["code"] == "GAMBLING").expect("it is listed");
    assert_eq!(cents(&betting["total"]), 44_000);
}

/// Payloads that leave figures out for every reason.
fn meagre() -> Vec<Submission> {
    let short = |from: &str| Account { data_from: Some(day(from)), ..account("everyday") };
    let unasked = Account { data_from: None, data_to: None, ..account("everyday") };
    let card = product("card", ProductCategory::CredAndChrgCards);
    vec![
        everyday(Vec::new()),
        single(vec![unasked], Vec::new()),
        everyday(life()),
        known(everyday(life()), &[(0, 100_000)]),
        single(vec![short("2026-10-14")], vec![row("2026-10-20", -1_000, FOOD), row("2026-10-21", 90_000, "SALARY ACME PTY LTD")]),
        single(vec![short("2026-11-10")], vec![row("2026-11-12", -1_000, FOOD)]),
        known(single(vec![account("everyday"), card], life()), &[(0, 100_000), (1, -50_000)]),
    ]
}

/// True where nothing is said anywhere in a value.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.iter().filter(|(name, _)| *name != "evidence").all(|(_, member)| says_nothing(member)),
        Value::Array(elements) => elements.iter().all(says_nothing),
        Value::Bool(is_so) => !is_so,
        _ => false,
    }
}

/// True where a value or a member of it is null.
fn leaves_out(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().filter(|(name, _)| *name != "evidence").any(|(_, member)| leaves_out(member)),
        other => other.is_null() || *other == Value::Bool(false),
    }
}

fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            visit(path, members);
            members.iter().for_each(|(name, member)| walk(member, &format!("{path}.{name}"), visit));
        }
        Value::Array(elements) => elements.iter().for_each(|element| walk(element, &format!("{path}[]"), visit)),
        _ => {}
    }
}

/// `member: { formula, … }`, where an object has it.
fn evidence(members: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let evidence = members.get("evidence").and_then(Value::as_object).into_iter().flatten();
    evidence.filter(|(_, of)| of.get("formula").is_some())
}

#[test]
fn what_is_null_says_why_and_what_has_a_reason_is_null() {
    let mut nulls = 0;
    let reports: Vec<Value> = meagre().iter().map(report).chain(HOUSEHOLDS.iter().map(|made| made.report.clone())).collect();
    for report in &reports {
        walk(report, "", &mut |path, members| {
            for (member, of) in evidence(members) {
                let Some(value) = members.get(member) else { continue };
                let has_reason = of.get("reason").is_some();
                assert!(!value.is_null() || has_reason, "{path}.{member} is null without a reason");
                // A list may be empty for a reason, an object may lack only a part.
                assert!(!has_reason || says_nothing(value) || leaves_out(value), "{path}.{member}: {of} but {value}");
                nulls += usize::from(value.is_null());
            }
        });
    }
    assert!(nulls > 500, "{nulls}");
}

#[test]
fn looked_for_and_not_found_is_zero() {
    let report =
        report(&known(everyday(vec![row("2026-03-03", -60_000, FOOD), row("2026-03-04", 60_000, "SALARY ACME PTY LTD")]), &[(0, 500_000)]));
    for (figure, value) in [
        ("commitments", &report["commitments"]["ongoingMonthly"]),
        ("net person money", &report["affordability"]["netPersonMoney"]),
        ("voluntary saving", &report["affordability"]["voluntarySaving"]),
        ("cash", &report["affordability"]["outgoingsParts"]["cash"]),
        ("betting", &report["affordability"]["outgoingsParts"]["gamblingAndLottery"]),
        ("days in the red", &report["balances"]["combined"]["daysNegative"]),
        ("assessed income", &report["income"]["assessedMonthly"]["amount"]),
    ] {
        assert!(!value.is_null(), "{figure}");
        assert_eq!(cents(value), 0, "{figure}");
    }
    for indicator in list(&report["riskIndicators"]) {
        let of_rows = ["LOTTERY", "GAMBLING", "CASH_WITHDRAWAL", "FINES", "DEBT_COLLECTION", "BUY_NOW_PAY_LATER"];
        if of_rows.contains(&text(&indicator["code"])) {
            assert_eq!((&indicator["count"], cents(&indicator["total"])), (&Value::from(0), 0), "{}", indicator["code"]);
        }
    }
}

#[test]
fn a_window_longer_than_the_days_is_null() {
    let short = Account { data_from: Some(day("2026-05-27")), ..account("everyday") };
    let rows = life().into_iter().filter(|row| row.posted.as_ref().is_some_and(|posted| posted.day >= day("2026-05-27"))).collect();
    let report = report(&known(single(vec![short], rows), &[(0, 100_000)]));
    for balances in [&report["balances"]["combined"], &report["balances"]["accounts"][0]] {
        for (window, is_there) in [("30", true), ("60", true), ("90", true), ("180", true), ("365", false)] {
            let figures = balances["windows"][window].as_object().expect("a window");
            assert!(figures.values().all(|figure| figure.is_null() != is_there), "{window}: {figures:?}");
        }
    }
    let windows = &report["dataQuality"]["windows"];
    assert_eq!((&windows["180"], &windows["365"]), (&Value::Bool(true), &Value::Bool(false)));
    assert!(report["expenses"]["total"]["last12Months"].is_null() && !report["expenses"]["total"]["last3Months"].is_null());
}

/// Members that only repeat the payload, or say of what and when: they are no figures.
const FACTS: [&str; 11] =
    ["arrearsHints", "balance", "details", "instalment", "limit", "loans", "occurrences", "paths", "rate", "remainingMonths", "threshold"];

/// What each formula says that its figures are: the words in backticks of its first lines.
fn figures_of_formulas() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let documented = include_str!("../../docs/formulas.md");
    let sections = documented.split("\n## `").skip(1);
    let of = |section: &'static str| {
        let (name, body) = section.split_once('`').expect("a name");
        let figures = body.split("\n- **").find(|item| item.starts_with("Figure")).unwrap_or("");
        (
            name,
            figures.split('`').skip(1).step_by(2).filter_map(|path| path.rsplit(['.', '[', ']']).find(|name| !name.is_empty())).collect(),
        )
    };
    sections.map(of).collect()
}

fn unexplained<'a>(
    value: &'a Value,
    path: &mut Vec<&'a str>,
    above: &mut Vec<&'a Value>,
    documented: &BTreeMap<&str, BTreeSet<&str>>,
    out: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(members) => {
            above.extend(members.get("evidence"));
            for (name, member) in members.iter().filter(|(name, _)| *name != "evidence" && !FACTS.contains(&name.as_str())) {
                path.push(name);
                unexplained(member, path, above, documented, out);
                path.pop();
            }
            if members.contains_key("evidence") {
                above.pop();
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| unexplained(element, path, above, documented, out)),
        Value::Number(_) => {
            let named = above.iter().any(|evidence| path.iter().any(|name| evidence.get(*name).is_some()));
            let formulas = above.iter().filter_map(|evidence| evidence.as_object()).flat_map(|evidence| evidence.values());
            let mut formulas = formulas.filter_map(|of| of.get("formula").and_then(Value::as_str));
            if !named
                && !formulas.any(|formula| documented.get(formula).is_some_and(|figures| path.iter().any(|name| figures.contains(name))))
            {
                out.insert(path.join("."));
            }
        }
        _ => {}
    }
}

#[test]
fn every_figure_names_its_formula() {
    let documented = figures_of_formulas();
    assert!(documented.len() > 60 && documented["monthlyEquivalent"].contains("monthlyEquivalent"));
    let mut out = BTreeSet::new();
    for made in HOUSEHOLDS.iter() {
        for block in [
            "dataQuality",
            "income",
            "expenses",
            "commitments",
            "balances",
            "cashFlow",
            "riskIndicators",
            "recurring",
            "affordability",
            "forecast",
        ] {
            for scope in scopes(&made.report).into_iter().filter(|scope| scope.get(block).is_some()) {
                unexplained(&scope[block], &mut vec![block], &mut Vec::new(), &documented, &mut out);
            }
        }
    }
    assert!(out.is_empty(), "no formula says what these are:\n{}", out.into_iter().collect::<Vec<_>>().join("\n"));
}
