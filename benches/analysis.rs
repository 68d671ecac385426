//! The analysis beside its floor: the typed JSON parse of the same payload, in the same run.
//!
//! `cargo bench --bench analysis` prints, for 1 k, 10 k and 100 k rows, the time of each step and its ratio to the floor. Times are the
//! fastest of several runs: the machine is shared, and a minimum is the least noisy figure of a deterministic computation.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cdr_insights::analysis::{analyse, report, ruleset::Ruleset};
use cdr_insights::demo::HOUSEHOLD;
use cdr_insights::submission::{ReadContext, parse};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

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

/// The bundled household's rows, repeated under ids of their own until there are enough.
fn payload(rows: usize) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(HOUSEHOLD).expect("the household is JSON");
    let customers = document["data"]["customers"].as_array_mut().expect("it has customers");
    let seeds: Vec<Vec<Value>> =
        customers.iter().map(|customer| customer["transactions"].as_array().expect("it has rows").clone()).collect();
    let own: usize = seeds.iter().map(Vec::len).sum();
    for copy in 1..rows.div_ceil(own) {
        for (customer, seed) in customers.iter_mut().zip(&seeds) {
            let more = seed.iter().cloned().map(|mut row| {
                if let Some(id) = row.get("transactionId").and_then(Value::as_str) {
                    row["transactionId"] = format!("{id}-{copy}").into();
                }
                row
            });
            customer["transactions"].as_array_mut().expect("it has rows").extend(more);
        }
    }
    serde_json::to_vec(&document).expect("it is JSON again")
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
    println!(
        "{:>9} {:>8} {:>10} {:>10} {:>10} {:>10} {:>10} {:>12} {:>12} {:>14}",
        "rows", "MB", "floor ms", "parse ms", "analyse ms", "write ms", "µs/row", "parse/floor", "analyse/floor", "all/floor"
    );
    for (rows, runs) in [(1_000, 20), (10_000, 8), (100_000, 3)] {
        let body = payload(rows);
        let context = ReadContext { now: Timestamp::MIN, time_zone: TimeZone::get("Australia/Sydney").expect("bundled") };
        let submission = parse(&body, &context).expect("the household is accepted");
        let rows: usize = submission.customers.iter().map(|customer| customer.transactions.len()).sum();
        let as_of = date(2026, 11, 22);
        let analysis = analyse(&submission, &ruleset, as_of);
        let order_ids = vec![Uuid::nil(); submission.orders.len()];
        let stamp = report::Stamp {
            insights_id: Uuid::nil(),
            client_id: "bench",
            client_name: "bench",
            accepted_at: Timestamp::UNIX_EPOCH,
            order_ids: &order_ids,
            input_digest: [0; 32],
        };

        let floor = fastest(runs, || {
            serde_json::from_str::<Floor<'_>>(std::str::from_utf8(&body).expect("UTF-8")).expect("typed").data.customers.len()
        });
        let parsing = fastest(runs, || parse(&body, &context));
        let analysing = fastest(runs, || analyse(&submission, &ruleset, as_of));
        let writing = fastest(runs, || report::document(&analysis, &submission, &ruleset, &stamp));
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let ratio = |time: Duration| time.as_secs_f64() / floor.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        let (megabytes, per_row) = (body.len() as f64 / 1e6, analysing.as_secs_f64() * 1e6 / rows as f64);
        println!(
            "{rows:>9} {megabytes:>8.1} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {per_row:>10.2} {:>12.2} {:>12.2} {:>14.2}",
            ms(floor),
            ms(parsing),
            ms(analysing),
            ms(writing),
            ratio(parsing),
            ratio(analysing),
            ratio(analysing + writing)
        );
    }
}
