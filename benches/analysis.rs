//! The analysis beside its floor: the typed JSON parse of the same payload, in the same run.
//!
//! `cargo bench --bench analysis` prints, for 1 k, 10 k and 100 k rows, the time of each step and its ratio to the floor; with
//! `-- million` for a million too. Times are the
//! fastest of several runs: the machine is shared, and a minimum is the least noisy figure of a deterministic computation.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cdr_insights::analysis::{analyse, report, ruleset::Ruleset};
use cdr_insights::demo::HOUSEHOLD;
use cdr_insights::submission::{ReadContext, parse};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// The allocator of the service's binary.
#[cfg(feature = "server")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A typed parse without any judgement: what `serde_json` needs for the same bytes.
#[derive(Deserialize)]
struct Floor<'a> {
    #[serde(borrow)]
    data: FloorData<'a>,
}
#[derive(Deserialize)]
struct FloorData<'a> {
    #[serde(borrow)]
    customers: Vec<FloorCustomer<'a>>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsed for its cost")]
struct FloorCustomer<'a> {
    #[serde(borrow)]
    customer_id: Cow<'a, str>,
    #[serde(borrow)]
    transactions: Vec<FloorTransaction<'a>>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsed for its cost")]
struct FloorTransaction<'a> {
    #[serde(borrow)]
    account_id: Cow<'a, str>,
    #[serde(borrow, default)]
    transaction_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    description: Cow<'a, str>,
    #[serde(borrow, default)]
    posting_date_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    execution_date_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    amount: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    currency: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reference: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    merchant_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    merchant_category_code: Option<Cow<'a, str>>,
}

/// How the household becomes a long history.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Ten years of it, then more households beside it, each with amounts of its own: a person's history, then a business.
    History,
    /// The same year again and again: each day holds dozens of equal rows, as no payload does that is meant well.
    Repeated,
}

/// Years of one history. Each is 52 whole weeks, so that a payday stays one.
const YEARS: usize = 10;

/// One row of a copy of the household.
fn copied(row: &Value, copy: usize, shape: Shape) -> Value {
    let mut row = row.clone();
    if let Some(id) = row.get("transactionId").and_then(Value::as_str) {
        row["transactionId"] = format!("{id}-{copy}").into();
    }
    if shape == Shape::Repeated {
        return row;
    }
    // Households beside the first start some weeks apart: the same shop on another day.
    let back = i64::try_from(copy % YEARS * 364 + copy / YEARS * 7 % 364).expect("a few years");
    for member in ["postingDateTime", "executionDateTime", "valueDateTime"] {
        if let Some(text) = row.get(member).and_then(Value::as_str) {
            let day: Date = text[..10].parse().expect("a day");
            row[member] = format!("{}{}", day - back.days(), &text[10..]).into();
        }
    }
    let text = row["description"].as_str().expect("a text");
    if let Some((before, day)) = text.split_once("Value Date: ") {
        let day = Date::strptime("%d/%m/%Y", day).expect("a day") - back.days();
        row["description"] = format!("{before}Value Date: {}", day.strftime("%d/%m/%Y")).into();
    }
    if copy >= YEARS {
        // The same for equal amounts of one copy: both halves of a transfer and both views of an account still agree.
        let cents: i64 = row["amount"].as_str().expect("a text").replace('.', "").parse().expect("cents");
        let turned =
            u64::try_from(copy / YEARS * 31).expect("few copies").wrapping_add(cents.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let percent = i64::try_from(turned >> 58).expect("six bits") + 70;
        let cents = cents * percent / 100;
        let sign = if cents < 0 { "-" } else { "" };
        row["amount"] = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100).into();
    }
    row
}

/// The bundled household's rows, copied until there are enough.
fn payload(rows: usize, shape: Shape) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(HOUSEHOLD).expect("the household is JSON");
    let customers = document["data"]["customers"].as_array_mut().expect("it has customers");
    let seeds: Vec<Value> = customers.iter_mut().map(|customer| customer["transactions"].take()).collect();
    for account in customers.iter_mut().flat_map(|customer| customer["accounts"].as_array_mut().expect("it has accounts")) {
        // The window that was asked of the holder is longer than the household's year.
        account.as_object_mut().expect("an account is an object").retain(|member, _| !matches!(&**member, "dataFrom" | "dataTo"));
    }
    let own: usize = seeds.iter().map(|seed| seed.as_array().expect("it has rows").len()).sum();
    // Written row by row: a tree of a million rows would take more memory than all that is measured.
    let mut text = String::new();
    let document = document.to_string();
    let mut between = document.split("\"transactions\":null");
    text.push_str(between.next().expect("what stands before"));
    for (seed, after) in seeds.iter().zip(between) {
        text.push_str("\"transactions\":[");
        // What is pending is of the last days.
        let is_kept = |row: &&Value, copy: usize| copy == 0 || shape == Shape::Repeated || row["status"] != "PENDING";
        let seed = seed.as_array().expect("it has rows");
        let copies = (0..rows.div_ceil(own)).flat_map(|copy| seed.iter().filter(move |row| is_kept(row, copy)).map(move |row| (row, copy)));
        let mut copies: Vec<(String, String, String)> = copies
            .map(|(row, copy)| {
                let row = copied(row, copy, shape);
                let member = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                (member("accountId"), member("postingDateTime"), row.to_string())
            })
            .collect();
        // Holders send the rows of an account by day, the newest first.
        copies.sort_by(|a, b| (&a.0, &b.1).cmp(&(&b.0, &a.1)));
        for (at, (.., row)) in copies.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(row);
        }
        text.push(']');
        text.push_str(after);
    }
    text.into_bytes()
}

fn fastest<T>(runs: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..runs)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed()
        })
        .min()
        .expect("at least one run")
}

fn main() {
    let begun = Instant::now();
    let ruleset = Ruleset::embedded();
    println!("ruleset built in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    for (shape, title) in [(Shape::History, "a long history, then a business"), (Shape::Repeated, "one year verbatim again and again")] {
        println!("\n{title}");
        println!(
            "{:>9} {:>8} {:>10} {:>10} {:>10} {:>10} {:>10} {:>12} {:>14} {:>10}",
            "rows", "MB", "floor ms", "parse ms", "analyse ms", "write ms", "µs/row", "parse/floor", "analyse/floor", "all/floor"
        );
        for (rows, runs) in [(1_000, 20), (10_000, 10), (100_000, 5)] {
            measure(&payload(rows, shape), runs, &ruleset);
        }
        if shape == Shape::History && std::env::args().any(|argument| argument == "million") {
            measure(&payload(1_000_000, shape), 2, &ruleset);
        }
    }
}

fn measure(body: &[u8], runs: u32, ruleset: &Ruleset) {
    let context = ReadContext { now: Timestamp::MIN, time_zone: TimeZone::get("Australia/Sydney").expect("bundled") };
    let submission = parse(body, &context).expect("the household is accepted");
    let rows: usize = submission.customers.iter().map(|customer| customer.transactions.len()).sum();
    let as_of = date(2026, 11, 22);
    let analysis = analyse(&submission, ruleset, as_of);
    let order_ids = vec![Uuid::nil(); submission.orders.len()];
    let stamp = report::Stamp {
        insights_id: Uuid::nil(),
        client_id: "bench",
        client_name: "bench",
        accepted_at: Timestamp::UNIX_EPOCH,
        order_ids: &order_ids,
        input_digest: [0; 32],
    };

    let floor =
        fastest(runs, || serde_json::from_str::<Floor<'_>>(std::str::from_utf8(body).expect("UTF-8")).expect("typed").data.customers.len());
    let parsing = fastest(runs, || parse(body, &context));
    let analysing = fastest(runs, || analyse(&submission, ruleset, as_of));
    let writing = fastest(runs, || report::document(&analysis, &submission, ruleset, &stamp));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let ratio = |time: Duration| time.as_secs_f64() / floor.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "printed figures")]
    let (megabytes, per_row) = (body.len() as f64 / 1e6, analysing.as_secs_f64() * 1e6 / rows as f64);
    println!(
        "{rows:>9} {megabytes:>8.1} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {per_row:>10.2} {:>12.2} {:>14.2} {:>10.2}",
        ms(floor),
        ms(parsing),
        ms(analysing),
        ms(writing),
        ratio(parsing),
        ratio(analysing),
        ratio(analysing + writing)
    );
}
