//! `cashFlow`: what came in and went out each complete month, and what only moved between own accounts.
//!
//! Own transfers and voluntary saving are in no month; money from and to people is shown apart, because it is neither income nor spending.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::evidence::{self, Evidence};
use super::income::Income;
use super::scope::{Entry, Role, Scope};
use super::window::{Calendar, ENOUGH_MONTHS, Series, median, percentile};
use crate::analysis::days::Window;
use crate::analysis::ledger;
use crate::analysis::ruleset::Kind;
use crate::money::Cents;

/// What flows; transfers between own accounts and voluntary saving do not.
const FLOWS: [Role; 6] = [Role::Income, Role::Credit, Role::Expense, Role::Commitment, Role::Risk, Role::Person];
const IN: [Role; 2] = [Role::Income, Role::Credit];
const OUT: [Role; 3] = [Role::Expense, Role::Commitment, Role::Risk];

/// The block. Money out is positive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CashFlow {
    months: Vec<Month>,
    #[serde(rename = "netCashFlow")]
    net: NetCashFlow,
    months_in_deficit: Option<usize>,
    transfers: Transfers,
    evidence: CashFlowEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Month {
    /// `YYYY-MM`
    #[serde(rename = "month")]
    name: Box<str>,
    #[serde(rename = "in")]
    money_in: Cents,
    out: Cents,
    net: Cents,
    in_with_person_money: Cents,
    out_with_person_money: Cents,
    net_with_person_money: Cents,
}

#[derive(Clone, Debug, Serialize)]
struct NetCashFlow {
    median: Option<Cents>,
    p20: Option<Cents>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Transfers {
    own: Moved,
    household: Moved,
    elsewhere: Moved,
    unmatched: Moved,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Moved {
    count: usize,
    #[serde(rename = "in")]
    money_in: Cents,
    out: Cents,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CashFlowEvidence {
    months: Evidence,
    net_cash_flow: Evidence,
    months_in_deficit: Evidence,
    transfers: Evidence,
}

/// Draws the block of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, income: &Income) -> CashFlow {
    let calendar = scope.calendar_of_spending(context.ledger, &FLOWS);
    let nets = accrued_nets(scope, &calendar, income);
    let amounts: Vec<Cents> = nets.iter().map(|(_, net)| *net).collect();
    let is_enough = amounts.len() >= ENOUGH_MONTHS;
    let mut net_evidence = calendar.evidence_of_months("netCashFlow", ENOUGH_MONTHS);
    let mut deficit_evidence = calendar.evidence_of_months("monthsInDeficit", 1);
    for (evidence, least) in [(&mut net_evidence, ENOUGH_MONTHS), (&mut deficit_evidence, 1)] {
        if amounts.len() < least {
            evidence.reason.get_or_insert(evidence::COVERAGE_TOO_SHORT);
        }
    }
    CashFlow {
        months: months(scope, &calendar),
        net: NetCashFlow { median: median(&amounts).filter(|_| is_enough), p20: percentile(&amounts, 20).filter(|_| is_enough) },
        months_in_deficit: (!amounts.is_empty()).then(|| amounts.iter().filter(|net| net.is_negative()).count()),
        transfers: transfers(context, scope),
        evidence: CashFlowEvidence {
            months: calendar.evidence_of_months("cashFlowMonths", 1),
            net_cash_flow: net_evidence,
            months_in_deficit: deficit_evidence,
            transfers: Evidence::of("ownTransfers"),
        },
    }
}

fn months(scope: &Scope, calendar: &Calendar) -> Vec<Month> {
    let of = |roles: &[Role], is_in: Option<bool>| -> Series {
        let entries = scope.of_roles(roles).filter(|entry| is_in.is_none_or(|is_in| entry.amount.is_negative() != is_in));
        calendar.series(entries.map(|entry| (entry.day, entry.amount)))
    };
    let (money_in, out) = (of(&IN, None), of(&OUT, None));
    let (from_people, to_people) = (of(&[Role::Person], Some(true)), of(&[Role::Person], Some(false)));
    let month = |(at, month): (usize, &Window)| {
        let (arrived, left) = (money_in.months[at], -out.months[at]);
        let (with_people_in, with_people_out) = (arrived + from_people.months[at], left - to_people.months[at]);
        Month {
            name: format!("{:04}-{:02}", month.from.year(), month.from.month()).into(),
            money_in: arrived,
            out: left,
            net: arrived - left,
            in_with_person_money: with_people_in,
            out_with_person_money: with_people_out,
            net_with_person_money: with_people_in - with_people_out,
        }
    };
    calendar.months.iter().enumerate().map(month).collect()
}

/// The net of each complete month without person money, each pay spread over the days that it is for; months that the income does not
/// cover are left out.
fn accrued_nets(scope: &Scope, calendar: &Calendar, income: &Income) -> Vec<(Date, Cents)> {
    let other = [Role::Credit, Role::Expense, Role::Commitment, Role::Risk];
    let series = calendar.series(scope.of_roles(&other).map(|entry| (entry.day, entry.amount)));
    let accrued = accrued(scope, income);
    let net = |(month, other): (&Window, &Cents)| Some((month.from, accrued.of(month.from)? + *other));
    calendar.months.iter().zip(&series.months).filter_map(net).collect()
}

/// Income by month, as it accrued.
pub(super) struct Accrued {
    months: BTreeMap<Date, Cents>,
    has_income: bool,
}

/// The accrued income of a scope; 0 in every month where there is none at all.
pub(super) fn accrued(scope: &Scope, income: &Income) -> Accrued {
    Accrued { months: income.accrued_months().iter().copied().collect(), has_income: scope.of_roles(&[Role::Income]).next().is_some() }
}

impl Accrued {
    /// Of the month that begins on a day; `None` where the income does not cover it.
    pub(super) fn of(&self, month: Date) -> Option<Cents> {
        if self.has_income { self.months.get(&month).copied() } else { Some(Cents::ZERO) }
    }
}

/// What moved between own accounts, over all counted rows. A repayment of a loan is no transfer on its paying side.
fn transfers(context: &Context<'_>, scope: &Scope) -> Transfers {
    let known = context.ruleset.known();
    let mut moved = Transfers::default();
    let (mut own, mut household) = (BTreeSet::new(), BTreeSet::new());
    for entry in scope.of_roles(&[Role::Transfer, Role::Person]) {
        match context.ledger.rows[entry.row].pair.map(|pair| context.ledger.pairing.pairs[pair]) {
            // What arrives on a loan: its paying side is a commitment.
            Some(pair) if context.ruleset.kind(context.verdicts[pair.debit].category) == Kind::Commitment => {}
            Some(pair) if pair.scope == ledger::Scope::Household => {
                household.insert(pair.transfer);
                moved.household.add(entry);
            }
            Some(pair) if entry.role == Role::Transfer => {
                own.insert(pair.transfer);
                moved.own.add(entry);
            }
            None if entry.role == Role::Transfer => {
                let of = if entry.category == known.own_account_elsewhere { &mut moved.elsewhere } else { &mut moved.unmatched };
                of.count += 1;
                of.add(entry);
            }
            _ => {}
        }
    }
    (moved.own.count, moved.household.count) = (own.len(), household.len());
    moved
}

impl Moved {
    fn add(&mut self, entry: &Entry) {
        if entry.amount.is_negative() {
            self.out += -entry.amount;
        } else {
            self.money_in += entry.amount;
        }
    }
}
