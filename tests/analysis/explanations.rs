//! Explanations hold: without the rows that a figure names the figure is gone, noise in a description changes no category, the
//! order of the rows and the consent that they came under change nothing, and every sum is the sum of its parts to the cent.
//!
//! Over generated households: few of them, and every row, indicator and sum of each is a case.

use std::collections::{BTreeMap, BTreeSet};

use cdr_insights::analysis::label::label;
use cdr_insights::analysis::label::narrative::Narrative;
use serde_json::Value;

use crate::accuracy::lists;
use crate::accuracy::narrative::{BANKS, Channel, Said, Scene, description};
use crate::accuracy::random::Random;
use crate::households::{HOUSEHOLDS, categories, ids, list, read, report_of, scopes, text, text_of};
use crate::support::*;

/// Indicators that are no sum of rows that could be taken away: a balance, an absence, a share.
const NOT_OF_ROWS: [&str; 4] = ["OVERDRAWN", "LIMIT_EXCEEDED", "MISSING_ESSENTIALS", "SPEND_ELSEWHERE"];

fn indicator<'a>(report: &'a Value, code: &str) -> &'a Value {
    list(&report["riskIndicators"]).iter().find(|indicator| indicator["code"] == code).expect("an indicator")
}

#[test]
fn without_its_rows_an_indicator_is_gone() {
    let mut cases = 0;
    for made in HOUSEHOLDS.iter().filter(|made| made.has_ids()).take(5) {
        for found in list(&made.report["riskIndicators"]) {
            let (code, behind) = (text(&found["code"]), ids(found));
            if NOT_OF_ROWS.contains(&code) || behind.is_empty() {
                continue;
            }
            let left = made.without(&behind);
            let after = indicator(&left, code);
            assert!(after["count"].as_u64().unwrap_or(0) == 0, "household {}: {code} is left: {after:#}", made.index);
            assert!(ids(after).is_empty(), "household {}: {code} names rows: {after:#}", made.index);
            cases += 1;
        }
    }
    assert!(cases >= 10, "{cases}");
}

#[test]
fn an_unrelated_row_changes_no_indicator() {
    let facts = |report: &Value| -> Vec<Value> {
        let of = |indicator: &Value| {
            Value::from_iter(["code", "count", "total", "lastDate", "transactionIds"].map(|member| indicator[member].clone()))
        };
        list(&report["riskIndicators"]).iter().map(of).collect()
    };
    for made in HOUSEHOLDS.iter().take(5) {
        let mut more = made.submission.clone();
        let (day, account) = (more.as_of.expect("it is told").checked_sub(jiff::Span::new().days(40)).expect("a day"), 0);
        let mut row = row(&day.to_string(), -31_17, "WOOLWORTHS 1234 SYDNEY").account(account);
        row.transaction_id = Some("unrelated".into());
        more.customers[0].transactions.push(row);
        let (before, after) = (facts(&made.report), facts(&report_of(&more)));
        for (before, after) in before.iter().zip(&after).filter(|(before, _)| !NOT_OF_ROWS.contains(&text(&before[0]))) {
            assert_eq!(before, after, "household {}", made.index);
        }
    }
}

#[test]
fn without_its_rows_a_sum_of_the_expenses_is_gone_and_the_others_stand() {
    let mut cases = 0;
    for made in HOUSEHOLDS.iter().filter(|made| made.has_ids()).take(5) {
        let all = list(&made.report["expenses"]["byCategory"]);
        let is_told = list(&made.report["dataQuality"]["accounts"]).iter().all(|account| account["coverage"]["assumed"] == false);
        for parity in [0, 1] {
            let (taken, kept): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(at, _)| at % 2 == parity);
            let behind: BTreeSet<&str> = taken.iter().flat_map(|(_, category)| ids(category)).collect();
            let left = made.without(&behind);
            let after: BTreeMap<&str, &Value> =
                list(&left["expenses"]["byCategory"]).iter().map(|category| (text(&category["category"]), category)).collect();
            for (_, category) in taken {
                assert!(!after.contains_key(text(&category["category"])), "household {}: {} is left", made.index, category["category"]);
            }
            for (_, category) in kept {
                let same = after.get(text(&category["category"])).unwrap_or_else(|| panic!("{} is gone", category["category"]));
                // Without the days that were asked for, the first row of an account begins its coverage: less of it may be left.
                let holds = if is_told { ids(category) == ids(same) } else { ids(same).is_subset(&ids(category)) };
                assert!(holds, "household {}: {}", made.index, category["category"]);
                cases += 1;
            }
        }
    }
    assert!(cases >= 60, "{cases}");
}

#[test]
fn without_its_rows_a_group_of_the_totals_is_gone() {
    for made in HOUSEHOLDS.iter().filter(|made| made.has_ids()).take(4) {
        let groups = list(&made.report["combinedSummary"]["combinedCategoryGroupSummary"]["combinedCategoryGroups"]);
        let code = text(&groups[groups.len() / 2]["categoryGroup"]);
        let rows = list(&made.report["transactions"]).iter().filter(|row| row["categoryGroup"] == code);
        let behind: BTreeSet<&str> = rows.map(|row| text(&row["transactionId"])).collect();
        let left = made.without(&behind);
        let after = list(&left["combinedSummary"]["combinedCategoryGroupSummary"]["combinedCategoryGroups"]);
        assert!(after.iter().all(|group| group["categoryGroup"] != code), "household {}: {code}", made.index);
    }
}

#[test]
fn without_its_rows_a_stream_is_gone() {
    let mut cases = 0;
    for made in HOUSEHOLDS.iter().filter(|made| made.has_ids()).take(5) {
        for streams in [&made.report["income"]["streams"], &made.report["recurring"]] {
            let Some(stream) = list(streams).get(list(streams).len() / 2) else { continue };
            let behind = ids(stream);
            let left = made.without(&behind);
            let (incomes, payments) = (list(&left["income"]["streams"]), list(&left["recurring"]));
            let after = incomes.iter().chain(payments).filter(|after| !ids(after).is_disjoint(&behind)).count();
            assert_eq!(after, 0, "household {}: {}", made.index, stream["streamId"]);
            assert!(
                incomes.iter().chain(payments).all(|after| after["streamId"] != stream["streamId"]),
                "household {}: {stream:#}",
                made.index
            );
            cases += 1;
        }
    }
    assert!(cases >= 8, "{cases}");
}

/// The end of each day is that of the day before and the rows of the day.
#[test]
fn balances_follow_from_the_rows() {
    let mut days = 0;
    for made in HOUSEHOLDS.iter() {
        let mut moved: BTreeMap<(&str, &str), i128> = BTreeMap::new();
        for row in list(&made.report["transactions"]) {
            let is_out = |flag: &str| ["pending", "authorisation", "duplicate", "foreignCurrency"].contains(&flag);
            if let (Some(day), false) = (row["date"].as_str(), flags(row).into_iter().any(is_out)) {
                *moved.entry((text(&row["accountId"]), day)).or_default() += cents(&row["amount"]);
            }
        }
        for account in list(&made.report["balances"]["accounts"]) {
            for pair in list(&account["endOfDay"]).windows(2) {
                let (before, after) = (&pair[0], &pair[1]);
                let of_day = moved.get(&(text(&account["accountId"]), text(&after["date"]))).copied().unwrap_or(0);
                let chained = cents(&before["balance"]) + of_day;
                assert_eq!(chained, cents(&after["balance"]), "household {}: {} {}", made.index, account["accountId"], after["date"]);
                days += 1;
            }
        }
    }
    assert!(days > 2_000, "{days}");
}

/// Without `customerId`, the ids of streams and transfers, which are made of it, and the forecast, whose seed is drawn in the order of the ledger; with the elements of every list in an order of their own: accounts stand by customer.
fn without_customers(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let made_of_it = ["customerId", "streamId", "restStreamId", "streamIds", "transferPairId", "forecast"];
            object.retain(|member, _| !made_of_it.contains(&member.as_str()));
            object.values_mut().for_each(without_customers);
        }
        Value::Array(values) => {
            values.iter_mut().for_each(without_customers);
            values.sort_by_cached_key(Value::to_string);
        }
        _ => {}
    }
}

#[test]
fn the_order_of_rows_and_accounts_changes_nothing() {
    for made in HOUSEHOLDS.iter().take(6) {
        let mut random = Random::of(5, made.index);
        let mut payload = made.payload.clone();
        for customer in payload["data"]["customers"].as_array_mut().expect("a list") {
            for member in ["transactions", "accounts", "balances", "directDebitAuthorisations", "scheduledPayments"] {
                let Some(elements) = customer.get_mut(member).and_then(Value::as_array_mut) else { continue };
                for at in (1..elements.len()).rev() {
                    elements.swap(at, random.index(at + 1));
                }
            }
        }
        assert_ne!(payload, made.payload);
        let shuffled = text_of(&read(&payload));
        assert!(shuffled == made.text, "household {}: {}", made.index, first_difference(&made.text, &shuffled));
    }
}

fn first_difference(one: &[u8], other: &[u8]) -> String {
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let around = |text: &[u8]| String::from_utf8_lossy(&text[at.saturating_sub(300)..(at + 200).min(text.len())]).into_owned();
    format!("{}\n---\n{}", around(one), around(other))
}

#[test]
fn the_same_payload_gives_the_same_bytes_again() {
    for made in HOUSEHOLDS.iter().take(3) {
        assert!(text_of(&made.submission) == made.text, "household {}", made.index);
    }
}

/// Two consents of one applicant instead of one: only `customerId`, ids made of it, the order of accounts and
/// rows and the paths of the forecast say so.
#[test]
fn the_consent_that_an_account_came_under_changes_only_its_customer() {
    let mut cases = 0;
    for made in HOUSEHOLDS.iter().filter(|made| made.has_ids()) {
        let mut payload = made.payload.clone();
        let customers = payload["data"]["customers"].as_array_mut().expect("a list");
        if list(&customers[0]["accounts"]).len() < 2 || cases == 4 {
            continue;
        }
        let moved = customers[0]["accounts"].as_array_mut().expect("a list").pop().expect("two");
        let id = moved["accountId"].clone();
        let mut second = customers[0].clone();
        second["customerId"] = "another-consent".into();
        second["accounts"] = Value::from(vec![moved]);
        for member in ["transactions", "balances", "directDebitAuthorisations", "scheduledPayments"] {
            if customers[0].get(member).is_none() {
                continue;
            }
            let is_moved = |element: &Value| element["accountId"] == id || element["from"]["accountId"] == id;
            let (there, here): (Vec<Value>, Vec<Value>) = list(&customers[0][member]).iter().cloned().partition(is_moved);
            second[member] = there.into();
            customers[0][member] = here.into();
        }
        customers.push(second);
        let (mut before, mut after) = (made.report.clone(), report_of(&read(&payload)));
        without_customers(&mut before);
        without_customers(&mut after);
        let (of_before, of_after) = (before.to_string(), after.to_string());
        assert!(of_before == of_after, "household {}: {}", made.index, first_difference(of_before.as_bytes(), of_after.as_bytes()));
        cases += 1;
    }
    assert!(cases >= 3, "{cases}");
}

/// Every other digit for another, but never for none: what is equal stays equal, what differs goes on to differ.
fn other_reference(description: &str, own: &BTreeSet<String>) -> String {
    let mut out = String::with_capacity(description.len());
    let mut rest = description;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let length = rest[start..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len() - start);
        let run = &rest[start..start + length];
        out.push_str(&rest[..start]);
        let is_own = own.iter().any(|number| number.contains(run) || run.ends_with(number.as_str()));
        // Shorter ones are dates, times and cards; a number that starts like a year may be a day.
        if length < 7 || run.starts_with("20") || is_own {
            out.push_str(run);
        } else {
            out.extend(run.bytes().map(|digit| char::from(b"1357924680"[usize::from(digit - b'0')])));
        }
        rest = &rest[start + length..];
    }
    out.push_str(rest);
    out
}

#[test]
fn another_reference_number_changes_no_category() {
    let (mut changed, mut cases) = (0, 0);
    for made in HOUSEHOLDS.iter().take(6) {
        let accounts = made.submission.customers.iter().flat_map(|customer| &customer.accounts);
        let own: BTreeSet<String> = accounts.filter_map(|account| account.account_number.as_deref().map(str::to_owned)).collect();
        let mut noisy = made.submission.clone();
        for row in noisy.customers.iter_mut().flat_map(|customer| &mut customer.transactions) {
            let other = other_reference(&row.description, &own);
            changed += usize::from(other != *row.description);
            row.description = other.into();
        }
        if !made.has_ids() {
            continue;
        }
        let after = report_of(&noisy);
        let (before, after) = (categories(&made.report), categories(&after));
        for (row, category) in &before {
            let plain = list(&made.report["transactions"]).iter().find(|listed| listed["transactionId"] == row.1).expect("a row");
            assert_eq!(after.get(row), Some(category), "household {}: {}", made.index, plain["description"]);
            cases += 1;
        }
    }
    assert!(changed >= 300 && cases >= 1_500, "{changed} of {cases}");
}

/// Σ of a figure over a list, null as nothing.
fn sum(elements: &Value, figure: &str) -> i128 {
    list(elements).iter().map(|element| &element[figure]).filter(|value| !value.is_null()).map(cents).sum()
}

fn adds(name: &str, whole: &Value, parts: i128, made: u64) {
    if !whole.is_null() {
        assert_eq!(cents(whole), parts, "household {made}: {name}");
    }
}

#[test]
fn every_sum_is_the_sum_of_its_parts_to_the_cent() {
    for made in HOUSEHOLDS.iter() {
        let summary = &made.report["combinedSummary"];
        let groups = &summary["combinedCategoryGroupSummary"]["combinedCategoryGroups"];
        for side in ["debit", "credit"] {
            let of_groups: i128 = list(groups).iter().map(|group| cents(&group[side]["sumAmount"])).sum();
            adds("groups", &summary["combinedTotalSummary"][side]["sumAmount"], of_groups, made.index);
            for group in list(groups) {
                let of_categories: i128 = list(&group["categories"]).iter().map(|category| cents(&category[side]["sumAmount"])).sum();
                adds("categories", &group[side]["sumAmount"], of_categories, made.index);
            }
        }
        for scope in scopes(&made.report) {
            expenses_add_up(&scope["expenses"], made.index);
            income_and_debts_add_up(scope, made.index);
            flows_add_up(scope, made.index);
        }
    }
}

fn expenses_add_up(expenses: &Value, made: u64) {
    for figure in ["meanMonth", "last3Months", "last12Months", "annualisedLumpy"] {
        for parts in ["byCategory", "byGroup", "byLixi"] {
            adds(&format!("{parts} {figure}"), &expenses["total"][figure], sum(&expenses[parts], figure), made);
        }
    }
    let total = &expenses["total"]["annualisedLumpy"];
    if !total.is_null() {
        let parts = |members: &[&str]| members.iter().map(|member| cents(&expenses[*member])).sum::<i128>();
        adds("necessity", total, parts(&["essential", "discretionary", "unclassified"]), made);
        adds("fixed and flexible", total, parts(&["fixed", "flexible"]), made);
    }
}

fn income_and_debts_add_up(scope: &Value, made: u64) {
    let (totals, assessed) = (&scope["income"]["totals"], &scope["income"]["assessedMonthly"]);
    adds("meanMonth of income", &totals["meanMonth"], sum(&totals["byCategory"], "meanMonth"), made);
    adds("ongoingMonth", &totals["ongoingMonth"], sum(&totals["byCategory"], "ongoingMonth"), made);
    adds("assessedMonthly", &assessed["amount"], sum(&assessed["haircuts"], "assessedMonth"), made);
    let commitments = &scope["commitments"];
    adds("commitments", &commitments["ongoingMonthly"], sum(&commitments["creditors"], "ongoingMonthly"), made);
}

fn flows_add_up(scope: &Value, made: u64) {
    for month in list(&scope["cashFlow"]["months"]) {
        adds("net", &month["net"], cents(&month["in"]) - cents(&month["out"]), made);
        adds(
            "net with persons",
            &month["netWithPersonMoney"],
            cents(&month["inWithPersonMoney"]) - cents(&month["outWithPersonMoney"]),
            made,
        );
    }
    let affordability = &scope["affordability"];
    for whole in ["outgoings", "unexplained"] {
        let parts = affordability[format!("{whole}Parts")].as_object().expect("an object");
        if parts.values().all(|part| !part.is_null()) {
            adds(whole, &affordability[whole], parts.values().map(cents).sum(), made);
        } else {
            assert!(affordability[whole].is_null(), "household {made}: {whole} without one of its parts");
        }
    }
    let surplus = &affordability["observedMonthlySurplus"];
    if !surplus.is_null() {
        adds("surplus", surplus, cents(&affordability["assessedIncome"]) - cents(&affordability["outgoings"]), made);
        adds("surplus and persons", &affordability["withPersonMoney"], cents(surplus) + cents(&affordability["netPersonMoney"]), made);
    }
    adds("assessed income", &affordability["assessedIncome"], cents(&scope["income"]["assessedMonthly"]["amount"]), made);
    for stress in list(&affordability["stress"]).iter().filter(|stress| !stress["surplus"].is_null()) {
        adds("stress", &stress["surplus"], cents(&stress["assessedIncome"]) - cents(&stress["outgoings"]), made);
    }
}

/// The same purchase at the same merchant: another suburb, another day, another card, another terminal.
#[test]
fn where_and_when_a_card_was_used_changes_no_category() {
    let account = account("everyday");
    let mut random = Random::of(3, 9);
    let brands: Vec<_> = lists::every_brand().filter(|brand| brand.pays_by('c') && brand.name.len() <= 18).collect();
    let (mut cases, mut moved) = (0, Vec::new());
    for bank in BANKS.iter().filter(|bank| bank.widths.0 >= 18) {
        for _ in 0..60 {
            let brand = *random.pick(&brands);
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for _ in 0..3 {
                let state = *random.pick(&["NSW", "VIC", "QLD", "WA", "SA"]);
                let mut said = Said::of(Channel::Card, brand.name);
                said.place = Some((*random.pick(lists::places(state)), state));
                let card = random.digits(4);
                let at = AS_OF.checked_sub(jiff::Span::new().days(random.within(1, 300))).expect("a day");
                let scene = Scene { day: at, card: &card, habit: random.next(), other: ("", "", "") };
                let written = description(bank, &said, &scene, &mut random);
                let verdict = label(&row("2026-03-02", -2_345, &written), &account, &Narrative::new(&written, &RULES), &RULES);
                let by = format!("{written} [{} {}]", verdict.rule, verdict.matched);
                seen.entry(RULES.code(verdict.category).to_owned()).or_insert(by);
                cases += 1;
            }
            if seen.len() > 1 {
                moved.push(format!("{}: {seen:?}", bank.bank));
            }
        }
    }
    assert!(cases >= 2_500, "{cases}");
    // What is left: a suburb that the bank cut off and that begins a club's or council's name (VICTORIA PAR), and a shop called like a suburb.
    assert!(moved.len() * 500 <= cases, "{} of {cases}:\n{}", moved.len(), moved.join("\n"));
}
