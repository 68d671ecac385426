//! `meta`: the caller's reference, the period, the orders and what the applicants declare. Judged when the customers are known.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::findings::{Lenience, Path};
use super::parse_insights_id;
use super::site::{Need, Reader, Site};
use super::value::{self, Read};
use super::{Declared, Order, ViolationKind};
use crate::cdr;

/// Most orders of one submission.
const MAX_ORDERS: usize = 100;

/// Most customers of one submission.
pub(super) const MAX_CUSTOMERS: usize = 100;

/// `meta`, judged.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) client_reference: Option<Box<str>>,
    pub(super) as_of: Option<Date>,
    pub(super) period_start: Option<Date>,
    pub(super) period_end: Option<Date>,
    pub(super) orders: Vec<Order>,
}

/// The customers of the payload by their ids.
#[derive(Debug, Default)]
pub(super) struct Customers {
    places: HashMap<Box<str>, usize>,
    /// How many stand in the payload, with an id or without.
    pub(super) sent: usize,
}

impl Customers {
    /// Counts the next customer; false when another one has the id.
    pub(super) fn add(&mut self, id: Option<Box<str>>) -> bool {
        let place = self.sent;
        self.sent += 1;
        id.is_none_or(|id| *self.places.entry(id).or_insert(place) == place)
    }
}

/// Judges `meta`.
pub(super) fn meta(reader: &mut Reader<'_>, path: &Path<'_>, record: &cdr::Meta<'_>, customers: &Customers) -> Meta {
    reader.findings.begin_scope();
    let mut site = Site::new(reader, path, record);
    let client_reference = site.optional("clientReference", record.client_reference, value::client_reference);
    let as_of = site.timed("asOf", record.as_of, Need::Optional, value::date);
    let period_start = site.timed("reportingPeriodStartDate", record.period_start, Need::Optional, value::date);
    let period_end = site.timed("reportingPeriodEndDate", record.period_end, Need::Optional, value::date);
    if period_start.zip(period_end).is_some_and(|(start, end)| start > end) {
        let detail = "The reporting period starts after its end.";
        site.violation(ViolationKind::Contradiction, "reportingPeriodStartDate", record.period_start, detail);
    }
    let mut orders = orders(&mut site, record, customers);
    let declared = site.object("declared", &record.declared, Need::Optional, declared);
    if declared.is_some() {
        belongs(&mut site, &mut orders, declared);
    }
    Meta { client_reference, as_of, period_start, period_end, orders }
}

/// Gives `meta.declared` to the only order. With several nobody knows whose it is, and to drop what an applicant declares would be
/// worse than to refuse it.
fn belongs(site: &mut Site<'_, '_, '_>, orders: &mut [Order], declared: Option<Declared>) {
    match orders {
        [order] if order.declared.is_none() => order.declared = declared,
        [_] => site.contradiction("declared", "The only order carries a declared of its own."),
        _ => site.contradiction("declared", "There are several orders: each carries its own declared."),
    }
}

fn orders(site: &mut Site<'_, '_, '_>, record: &cdr::Meta<'_>, customers: &Customers) -> Vec<Order> {
    let (mut orders, mut sent, mut ids) = (Vec::new(), 0_usize, HashSet::new());
    let mut is_ordered = vec![false; customers.sent];
    site.records("orders", record.orders, Need::Optional, |site, record: &cdr::Order<'_>| {
        sent += 1;
        let order = order(site, record, customers);
        if let Some(id) = order.order_id
            && !ids.insert(id)
        {
            let detail = "Another order of the payload has the same orderId.";
            site.violation(ViolationKind::Contradiction, "orderId", record.order_id, detail);
        }
        order.customers.iter().for_each(|customer| is_ordered[*customer] = true);
        if sent <= MAX_ORDERS {
            orders.push(order);
        }
    });
    if sent > MAX_ORDERS {
        let detail = "A submission may have 100 orders at most.";
        site.violation(ViolationKind::Unprocessable, "orders", record.orders, detail);
    }
    if sent == 0 {
        return vec![Order { order_id: None, customers: (0..customers.sent).collect(), declared: None }];
    }
    let unordered = is_ordered.iter().enumerate().filter(|(_, is_ordered)| !**is_ordered);
    for (customer, _) in unordered {
        let (data, rank) = (Path::ROOT.member("data"), (site.reader.pass.position(), customer));
        let customers = data.member("customers");
        site.reader.findings.warning(Lenience::CustomerNotOrdered, rank, &customers.index(customer));
    }
    orders
}

fn order(site: &mut Site<'_, '_, '_>, record: &cdr::Order<'_>, known: &Customers) -> Order {
    let order_id = site.optional("orderId", record.order_id, |leaf| {
        named(value::said(leaf, |id| match parse_insights_id(&id) {
            Some(id) => Read::Value(id),
            None => Read::Bad(ViolationKind::Invalid, "A UUID in lower case is due."),
        }))
    });
    let (mut customers, mut sent) = (Vec::new(), 0_usize);
    let malformed = site.reader.findings.malformed();
    site.values(
        "customerIds",
        record.customer_ids,
        |leaf| named(value::id::<Box<str>>(leaf)),
        |reader, path, rank, id| {
            sent += 1;
            match known.places.get(&id) {
                Some(customer) if customers.contains(customer) => reader.findings.warning(Lenience::RepeatedCustomer, rank, path),
                // More than the limit are not looked through: the payload is refused for them.
                Some(customer) if customers.len() < MAX_CUSTOMERS => customers.push(*customer),
                Some(_) => {}
                None => {
                    let detail = "No customer of the payload has this customerId.";
                    reader.findings.violation(ViolationKind::Contradiction, rank, path, detail);
                }
            }
        },
    );
    if sent == 0 && site.reader.findings.malformed() == malformed {
        site.violation(ViolationKind::Contradiction, "customerIds", record.customer_ids, "An order names at least one customer.");
    }
    let declared = site.object("declared", &record.declared, Need::Optional, declared);
    Order { order_id, customers, declared }
}

/// An empty id of an order is refused, where elsewhere it would be left out: the report would be over other people than was meant.
fn named<T>(read: Read<T>) -> Read<T> {
    match read {
        Read::Dropped(_) => Read::Bad(ViolationKind::Invalid, "An id may not be empty."),
        read => read,
    }
}

fn declared(site: &mut Site<'_, '_, '_>, record: &cdr::Declared<'_>) -> Declared {
    Declared {
        gross_annual_income: site.optional("grossAnnualIncome", record.gross_annual_income, value::amount),
        net_monthly_income: site.optional("netMonthlyIncome", record.net_monthly_income, value::amount),
        monthly_expenses: site.optional("monthlyExpenses", record.monthly_expenses, value::amount),
        dependants: site.optional("dependants", record.dependants, value::count),
        hem_benchmark: site.optional("hemBenchmark", record.hem_benchmark, value::amount),
    }
}
