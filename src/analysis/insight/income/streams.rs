//! `income.streams[]`: each stream with its figures, and what it counts for in a scope.

use jiff::civil::Date;
use serde::Serialize;

use super::accrual::Accrual;
use crate::analysis::days::Window;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{Evidence, Id};
use crate::analysis::insight::scope::{Scope, Who};
use crate::analysis::insight::window;
use crate::analysis::ruleset::{Category, Known};
use crate::analysis::stream::{Attribution, Cadence, KeyKind, Next, OwnName, People, Status, Stream};
use crate::money::Cents;

/// An irregular stream has fewer credits, or its account fewer complete months, than its figure needs.
const TOO_FEW: &str = "TOO_FEW_PAYMENTS";
/// It has no rhythm that could be kept.
const NO_RHYTHM: &str = "NO_RHYTHM";
/// No complete month lies inside the coverage of its account.
const NO_COMPLETE_MONTH: &str = "NO_COMPLETE_MONTH";

/// A stream of income in a scope.
#[derive(Clone, Debug)]
pub(super) struct Scoped<'c> {
    /// Index into `Streams::all`.
    pub(super) at: usize,
    pub(super) stream: &'c Stream,
    pub(super) attribution: Attribution,
    pub(super) applicant: Option<usize>,
    /// The payer bears an applicant's own name.
    pub(super) self_paid: bool,
    pub(super) accrual: Accrual,
}

/// Where the money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Origin {
    Employer,
    OwnCompany,
    Government,
    Fund,
    Customers,
    Investment,
    Property,
    Other,
}

/// One element of `streams[]`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IncomeStream {
    stream_id: Id,
    category: Box<str>,
    payer: Box<str>,
    payer_key: PayerKey,
    applicant_id: Option<Box<str>>,
    account_id: Box<str>,
    attribution: Attribution,
    origin: Origin,
    cadence: Cadence,
    status: Status,
    occurrences: usize,
    first_date: Option<Day>,
    last_date: Option<Day>,
    amount: Amounts,
    monthly_equivalent: Option<Cents>,
    annual_equivalent: Option<Cents>,
    stable_months: Option<u32>,
    secure_months: Option<u32>,
    consistency: Option<Fraction<4>>,
    regularity: Option<Fraction<4>>,
    next: Option<NextView>,
    missed_dates: Vec<Day>,
    outliers: Vec<Id>,
    confidence: Fraction<3>,
    transaction_ids: Vec<Id>,
    evidence: StreamEvidence,
}

#[derive(Clone, Debug, Serialize)]
struct PayerKey {
    kind: KeyKind,
    value: Box<str>,
}

/// Amounts of all rows of a stream.
#[derive(Clone, Debug, Serialize)]
struct Amounts {
    median: Option<Cents>,
    mean: Option<Cents>,
    last: Option<Cents>,
    min: Option<Cents>,
    max: Option<Cents>,
}

#[derive(Clone, Debug, Serialize)]
struct NextView {
    expected: Day,
    earliest: Day,
    latest: Day,
}

/// Why figures of one stream are null.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamEvidence {
    monthly_equivalent: Evidence,
    stable_months: Evidence,
    regularity: Evidence,
}

/// The streams of income on the accounts of a scope, in the order of [`Streams::all`](crate::analysis::stream::Streams::all).
pub(super) fn scoped<'c>(context: &Context<'c>, scope: &Scope) -> Vec<Scoped<'c>> {
    let people = People::of(context.ledger);
    let all = context.streams.all.iter().enumerate();
    all.filter(|(_, stream)| stream.is_income && scope.accounts[stream.account])
        .map(|(at, stream)| {
            let whose = people.whose(stream, context.ledger, context.narratives, context.ruleset);
            // To an applicant the pay that names another one is another's.
            let is_others = matches!((scope.who, whose.applicant), (Who::Applicant(own), Some(named)) if own != named);
            let attribution = if is_others { Attribution::OtherHolder } else { whose.attribution };
            Scoped {
                at,
                stream,
                attribution,
                applicant: whose.applicant,
                self_paid: is_self_paid(context, stream, &people),
                accrual: Accrual::of(stream, context.ledger),
            }
        })
        .collect()
}

fn is_self_paid(context: &Context<'_>, stream: &Stream, people: &People) -> bool {
    let known = context.ruleset.known();
    let row = stream.rows[0];
    let may_be = [known.salary, known.business_income, known.trust_distribution].contains(&stream.category);
    let named = may_be.then(|| people.own_name(&context.narratives[row].folded, context.ruleset)).flatten();
    matches!(named, Some(OwnName::Company | OwnName::Trust)) && context.verdicts[row].merchant.is_none()
}

impl Scoped<'_> {
    /// What it brings a month, where it goes on.
    pub(super) fn ongoing(&self) -> Option<Cents> {
        self.stream.monthly.filter(|_| self.goes_on())
    }

    /// It has not ended.
    pub(super) fn goes_on(&self) -> bool {
        self.stream.status != Status::Ended
    }

    /// The same amounts brought to a year, from one payment and not from a rounded month.
    fn annual(&self) -> Option<Cents> {
        let from_one = self.stream.amount.zip(self.stream.cadence.per_year()).and_then(|(amount, times)| amount.mul_div(times, 1));
        from_one.or_else(|| self.stream.monthly?.mul_div(12, 1))
    }

    /// As the report shows it.
    pub(super) fn view(&self, context: &Context<'_>) -> IncomeStream {
        let (ledger, stream) = (context.ledger, self.stream);
        let amounts: Vec<Cents> = stream.rows.iter().map(|&row| ledger.rows[row].amount).collect();
        let day = |row: Option<&usize>| row.and_then(|&row| ledger.rows[row].day).map(Day);
        let months = ledger.usable(stream.account).map(Window::months).unwrap_or_default();
        let steady = (!months.is_empty()).then(|| self.accrual.steady(&months));
        let id = |applicant: usize| ledger.applicants[applicant].applicant_id.into();
        IncomeStream {
            stream_id: (&*stream.id).into(),
            category: context.code(stream.category),
            payer: stream.party.clone(),
            payer_key: PayerKey { kind: stream.key_kind, value: stream.key.clone() },
            applicant_id: self.applicant.map(id),
            account_id: ledger.accounts[stream.account].first().account_id.clone(),
            attribution: self.attribution,
            origin: self.origin(context.ruleset.known(), &context.code(stream.category)),
            cadence: stream.cadence,
            status: stream.status,
            occurrences: stream.rows.len(),
            first_date: day(stream.rows.first()),
            last_date: day(stream.rows.last()),
            amount: Amounts {
                median: window::median(&amounts),
                mean: window::mean(&amounts),
                last: amounts.last().copied(),
                min: amounts.iter().min().copied(),
                max: amounts.iter().max().copied(),
            },
            monthly_equivalent: stream.monthly,
            annual_equivalent: self.annual(),
            stable_months: steady.map(|(stable, _)| stable),
            secure_months: steady.map(|(_, secure)| secure),
            consistency: consistency(&amounts),
            regularity: Fraction::of(i128::from(stream.on_time.0), i128::from(stream.on_time.1)),
            next: stream.next.map(NextView::of),
            missed_dates: stream.missed.iter().copied().map(Day).collect(),
            outliers: context.ids_of(stream.outliers.iter().map(|&at| stream.rows[at])),
            confidence: Fraction::units(i128::from(stream.confidence)),
            transaction_ids: context.ids_of(stream.rows.iter().copied()),
            evidence: StreamEvidence {
                monthly_equivalent: Evidence::of("monthlyEquivalent").because(stream.monthly.is_none().then_some(TOO_FEW)),
                stable_months: Evidence::of("stableMonths").because(steady.is_none().then_some(NO_COMPLETE_MONTH)),
                regularity: Evidence::of("regularity").because((stream.on_time.1 == 0).then_some(NO_RHYTHM)),
            },
        }
    }

    fn origin(&self, known: &Known, code: &str) -> Origin {
        let is = |of: &[Category]| of.contains(&self.stream.category);
        if self.self_paid {
            Origin::OwnCompany
        } else if is(&[known.salary, known.salary_packaging]) {
            Origin::Employer
        } else if code.starts_with("GOV_") {
            Origin::Government
        } else if is(&[known.superannuation_income, known.income_protection]) {
            Origin::Fund
        } else if is(&[known.business_income, known.gig_income]) {
            Origin::Customers
        } else if is(&[known.interest_income, known.investment_income, known.trust_distribution]) {
            Origin::Investment
        } else if is(&[known.rental_income]) {
            Origin::Property
        } else {
            Origin::Other
        }
    }
}

impl NextView {
    fn of(next: Next) -> Self {
        Self { expected: Day(next.expected), earliest: Day(next.earliest), latest: Day(next.latest) }
    }
}

/// 1 − MAD ÷ median of the amounts, not below 0; `None` where the median is not above 0.
fn consistency(amounts: &[Cents]) -> Option<Fraction<4>> {
    let median = window::median(amounts).filter(|median| median.is_positive())?;
    let off: Vec<Cents> = amounts.iter().map(|amount| (*amount - median).abs()).collect();
    let spread = window::median(&off)?;
    Fraction::of((median - spread).get().max(0), median.get())
}

/// First and last day of the rows of a stream.
pub(super) fn bounds(context: &Context<'_>, stream: &Stream) -> Option<(Date, Date)> {
    let day = |row: Option<&usize>| row.and_then(|&row| context.ledger.rows[row].day);
    day(stream.rows.first()).zip(day(stream.rows.last()))
}
