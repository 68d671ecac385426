//! Creditors, put together: from the terms of a shared account, or from the rows alone.

use super::super::context::Context;
use super::super::evidence::{self, Evidence, Id};
use super::super::scope::Scope;
use super::arrears;
use super::creditor::{Creditor, CreditorEvidence, Source};
use super::funding;
use super::level::{self, Basis, Habit, Level};
use super::payments::{self, Flow, Payment, Payments};
use super::refinance::{self, LeftOut};
use super::terms;
use super::trend::Trend;
use crate::analysis::days::Window;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::ledger::LedgerAccount;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::{Cadence, Status};
use crate::money::Cents;

/// The terms name no instalment, and no row pays.
const TERMS_UNKNOWN: &str = "TERMS_UNKNOWN";
/// The terms do not say how often the instalment falls due: a month is taken.
const FREQUENCY_ASSUMED: &str = "frequencyAssumed";
/// The balance is above zero, but the holder seems to turn the sign.
const BALANCE_SIGN_TURNED: &str = "balanceSignTurned";
/// Nothing that was bought with it can be seen, so that what is paid is the cost.
const PURCHASES_NOT_SHARED: &str = "purchasesNotShared";
/// One payment, taken as a month's.
const CADENCE_ASSUMED: &str = "cadenceAssumed";

/// Builds the creditors of a scope.
pub(super) struct Builder<'b> {
    context: &'b Context<'b>,
    /// What lenders paid out, and what was drawn on loans.
    proceeds: Vec<Payment>,
    /// What lenders paid into accounts that hold money.
    money: Vec<Payment>,
}

/// The monthly figures of a creditor.
struct Figures {
    basis: Basis,
    ongoing: Option<Cents>,
    servicing: Option<Cents>,
    ongoing_evidence: Evidence,
    servicing_evidence: Evidence,
}

impl<'b> Builder<'b> {
    pub(super) fn new(context: &'b Context<'b>, scope: &Scope) -> Self {
        Self { context, proceeds: refinance::proceeds(context, scope), money: funding::proceeds(context, scope) }
    }

    /// A shared account that owes or may owe; `None` for any other.
    pub(super) fn shared(&self, number: usize, payments: &Payments) -> Option<Creditor> {
        let account = &self.context.ledger.accounts[number];
        let known = self.context.ruleset.known();
        let limit = account.balance().and_then(|balance| balance.credit_limit).filter(|limit| limit.is_positive());
        // Money below zero is owed by an everyday account too, where its holder says how far that may go.
        let is_overdraft = !payments::is_debt(account) && limit.is_some() && !account.is_trust();
        let category = if is_overdraft { known.other_loan_repayment } else { terms::category(account.first().product_category, known)? };
        let paid = &payments.shared[number];
        let habit = if account.is_loan() { Habit::Instalments } else { Habit::Varying };
        let window = level::window_of(self.context, paid).or_else(|| self.context.ledger.usable(number));
        let mut level = level::of(self.context, paid, habit, window);
        let category = self.narrower(category, paid);
        let owed = terms::owed(account).map(|(owed, is_turned)| (if is_overdraft { owed.max(Cents::ZERO) } else { owed }, is_turned));
        let has_ended = !account.first().is_open || (account.is_loan() && owed.is_some_and(|(owed, _)| !owed.is_positive()));
        if account.is_loan() && !has_ended && !paid.is_empty() && level.status == Status::Ended {
            // It is owed, and was paid, and is not paid any more.
            level.status = Status::Late;
        }
        let mut figures = match (has_ended, account.is_loan()) {
            (true, _) => Figures::settled(Cents::ZERO, Cents::ZERO),
            (false, true) => self.of_loan(account, &level, paid),
            (false, false) => self.of_revolving(account, limit, &level, payments.first_row[number].is_some(), paid),
        };
        figures.ongoing_evidence = figures.ongoing_evidence.flagged(BALANCE_SIGN_TURNED, owed.is_some_and(|(_, is_turned)| is_turned));
        let mut creditor = self.creditor(payments::account_name(account), category, paid, Vec::new(), &level, figures, window);
        let hints = arrears::hints(self.context, paid, &payments.returned[number], &payments.charges[number], &level);
        creditor.arrears_hints = hints.into_iter().chain(arrears::growing(self.context, number, payments.last_drawn[number])).collect();
        creditor.source = Source::Account;
        creditor.account = Some(number);
        creditor.status = if has_ended { Status::Ended } else { stands(level.status) };
        creditor.limit = limit;
        creditor.balance = owed.map(|(owed, _)| owed);
        self.tell_terms(&mut creditor, account);
        Some(creditor)
    }

    /// A lender that shared no account in the scope.
    pub(super) fn unshared(&self, mut flow: Flow) -> Creditor {
        let known = self.context.ruleset.known();
        let varying = [known.credit_card_repayment, known.bnpl_repayment, known.wage_advance_repayment];
        let habit = if varying.contains(&flow.category) { Habit::Varying } else { Habit::Instalments };
        let all = flow.payments.clone();
        let left_out = refinance::leave_out(self.context, &mut flow, &self.proceeds);
        let window = level::window_of(self.context, &all);
        let level = level::of(self.context, &flow.payments, habit, window);
        let figures = Figures::observed(&level, &self.stream_ids(&level));
        let mut creditor = self.creditor(flow.name, flow.category, &all, left_out, &level, figures, window);
        creditor.arrears_hints = arrears::hints(self.context, &flow.payments, &flow.returned, &[], &level);
        creditor.account = flow.account;
        creditor.account_id = flow.account.map(|account| self.context.ledger.accounts[account].first().account_id.clone());
        creditor
    }

    /// What both kinds have in common.
    #[expect(clippy::too_many_arguments, reason = "the parts of one record")]
    fn creditor(
        &self,
        name: Box<str>,
        category: Category,
        paid: &[Payment],
        left_out: Vec<LeftOut>,
        level: &Level,
        figures: Figures,
        window: Option<Window>,
    ) -> Creditor {
        let context = self.context;
        let funded_rows = funding::by_credit(context, paid, &self.money);
        let trend = Trend::of(paid.iter().map(|payment| (payment.day, payment.amount)), window);
        let observed = if paid.is_empty() { None } else { level.monthly };
        let observed_reason = level.reason.or(paid.is_empty().then_some(evidence::NO_TRANSACTIONS));
        Creditor {
            name,
            code: context.code(category),
            category,
            lixi_liability: context.ruleset.lixi(category).map(Into::into),
            source: Source::Payments,
            status: level.status,
            account: None,
            account_id: None,
            balance: None,
            limit: None,
            rate: None,
            rate_millionths: None,
            repayment_type: None,
            end_date: None,
            remaining_months: None,
            instalment: None,
            cadence: level.cadence,
            basis: figures.basis,
            ongoing_monthly: figures.ongoing,
            servicing_monthly: figures.servicing,
            observed_monthly: observed,
            last_date: paid.last().map(|payment| Day(payment.day)),
            next: level.next.filter(|_| level.status != Status::Ended).map(Day),
            trend,
            arrears_hints: Vec::new(),
            funded_by_credit: !funded_rows.is_empty(),
            transaction_ids: context.ids_of(paid.iter().map(|payment| payment.row)),
            left_out,
            evidence: CreditorEvidence {
                ongoing_monthly: figures.ongoing_evidence,
                servicing_monthly: figures.servicing_evidence,
                observed_monthly: Evidence::of("creditorObservedMonthly").because(observed_reason),
                trend: Trend::evidence(trend.as_ref(), window.is_some()),
                funded_by_credit: Evidence::of("fundedByCredit").from_rows(context.ids_of(funded_rows.iter().copied())),
            },
            rows: paid.iter().map(|payment| payment.row).collect(),
            funded_rows,
        }
    }

    /// The instalment of the terms, as often as they say; without one what the rows come to.
    fn of_loan(&self, account: &LedgerAccount<'_>, level: &Level, paid: &[Payment]) -> Figures {
        let terms = account.first().loan.as_ref();
        let Some((instalment, terms)) = terms.and_then(|terms| terms::instalment(terms).map(|instalment| (instalment, terms))) else {
            if paid.is_empty() {
                return Figures::unknown(TERMS_UNKNOWN, account);
            }
            return Figures::observed(level, &self.stream_ids(level));
        };
        let said = terms.repayment_frequency.as_deref().and_then(terms::every);
        let seen = || level.cadence.and_then(Cadence::per_year).filter(|_| is_paid_in_instalments(instalment, paid));
        let every = said.or_else(|| seen().map(|times| (times, 1)));
        let monthly = every.map_or(Some(instalment), |every| terms::monthly(instalment, every));
        let mut figures = Figures::observed(level, &[]);
        (figures.basis, figures.ongoing, figures.servicing) = (Basis::Terms, monthly, monthly);
        figures.ongoing_evidence = Evidence::of("creditorOngoingMonthly").flagged(FREQUENCY_ASSUMED, every.is_none());
        figures.servicing_evidence = Evidence::of("creditorServicingMonthly");
        figures
    }

    /// A card, a buy-now-pay-later account, an overdraft: its purchases are the spend; the ratios count a share of the limit.
    fn of_revolving(&self, account: &LedgerAccount<'_>, limit: Option<Cents>, level: &Level, has_rows: bool, paid: &[Payment]) -> Figures {
        let share = i128::from(self.context.ruleset.profile().commitments.card_limit_share);
        let minimum = account.first().credit_card.as_ref().and_then(|terms| terms.min_payment);
        let by_terms = limit.and_then(|limit| limit.mul_div(share, 1000)).or(minimum);
        let is_overdraft = !account.is_revolving();
        let sees_purchases = has_rows || is_overdraft || paid.is_empty();
        let mut figures =
            if sees_purchases { Figures::settled(Cents::ZERO, Cents::ZERO) } else { Figures::observed(level, &self.stream_ids(level)) };
        figures.ongoing_evidence = figures.ongoing_evidence.flagged(PURCHASES_NOT_SHARED, !sees_purchases);
        // Buy now pay later has often neither; what is paid is then the best that is known.
        figures.servicing = by_terms.or(if paid.is_empty() { None } else { level.monthly });
        if figures.servicing.is_none() {
            figures.servicing_evidence = Figures::unknown(TERMS_UNKNOWN, account).servicing_evidence;
        }
        figures
    }

    fn tell_terms(&self, creditor: &mut Creditor, account: &LedgerAccount<'_>) {
        let as_of = self.context.ledger.as_of;
        let first = account.first();
        creditor.account_id = Some(first.account_id.clone());
        creditor.rate_millionths = first.lending_rate_millionths;
        creditor.rate = first.lending_rate_millionths.map(|rate| Fraction::units(i128::from(rate)));
        let due = if let Some(terms) = &first.loan {
            creditor.repayment_type.clone_from(&terms.repayment_type);
            creditor.end_date = terms.end_date.map(Day);
            creditor.remaining_months = terms.end_date.map(|end| terms::months_until(as_of, end));
            creditor.instalment = terms::instalment(terms);
            terms.next_instalment_date
        } else {
            creditor.instalment = first.credit_card.as_ref().and_then(|terms| terms.min_payment);
            first.credit_card.as_ref().and_then(|terms| terms.payment_due_date)
        };
        if creditor.status == Status::Ended {
            creditor.next = None;
        } else if let Some(due) = due.filter(|due| *due > as_of) {
            creditor.next = Some(Day(due));
        }
    }

    /// A personal loan that every repayment names a car loan is one.
    fn narrower(&self, of_product: Category, paid: &[Payment]) -> Category {
        let known = self.context.ruleset.known();
        let named = paid.last().map(|payment| self.context.verdicts[payment.row].category);
        let narrower = [known.vehicle_loan_repayment, known.student_loan_repayment, known.sacc_repayment, known.wage_advance_repayment];
        named.filter(|named| narrower.contains(named) && of_product == known.personal_loan_repayment).unwrap_or(of_product)
    }

    fn stream_ids(&self, level: &Level) -> Vec<Id> {
        level.streams.iter().map(|&stream| Id(self.context.streams.all[stream].id.clone())).collect()
    }
}

/// A shared debt that is owed goes on; when its repayments began says nothing of when it did.
fn stands(paid: Status) -> Status {
    if paid == Status::Late { Status::Late } else { Status::Active }
}

/// The last repayment is an instalment, give or take 5 %.
fn is_paid_in_instalments(instalment: Cents, paid: &[Payment]) -> bool {
    paid.last().is_some_and(|last| (last.amount - instalment).abs().get() * 20 <= instalment.get())
}

impl Figures {
    fn settled(ongoing: Cents, servicing: Cents) -> Self {
        Self {
            basis: Basis::Nothing,
            ongoing: Some(ongoing),
            servicing: Some(servicing),
            ongoing_evidence: Evidence::of("creditorOngoingMonthly"),
            servicing_evidence: Evidence::of("creditorServicingMonthly"),
        }
    }

    fn observed(level: &Level, streams: &[Id]) -> Self {
        let with = |formula| {
            let evidence = Evidence::of(formula).because(level.reason).flagged(CADENCE_ASSUMED, level.basis == Basis::OnePayment);
            if level.basis == Basis::Streams { evidence.from_streams(streams.to_vec()) } else { evidence }
        };
        Self {
            basis: level.basis,
            ongoing: level.monthly,
            servicing: level.monthly,
            ongoing_evidence: with("creditorOngoingMonthly"),
            servicing_evidence: with("creditorServicingMonthly"),
        }
    }

    fn unknown(reason: &'static str, account: &LedgerAccount<'_>) -> Self {
        let with = |formula| {
            let mut evidence = Evidence::of(formula).because(Some(reason));
            evidence.account_ids.push(account.name.clone());
            evidence
        };
        Self {
            basis: Basis::Nothing,
            ongoing: None,
            servicing: None,
            ongoing_evidence: with("creditorOngoingMonthly"),
            servicing_evidence: with("creditorServicingMonthly"),
        }
    }
}
