//! Indicators that other blocks found: changes of income, new debts, credit that repays credit, what nothing pays.

use std::collections::BTreeSet;

use super::details::{Change, Changes, Coverage, Details, Missing, StreamsOf};
use super::figures::Draft;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::Blocks;
use crate::analysis::insight::commitments::{Commitments, Source};
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Id};
use crate::analysis::insight::expenses::{Essential, Expenses};
use crate::analysis::insight::income::Income;
use crate::analysis::insight::quality::{self, UnseenAccount};
use crate::analysis::insight::scope::{Role, Scope};

/// Days within which a change of income is told.
const CHANGE_DAYS: i64 = 60;

/// Debts that began in the last 90 days.
pub(super) fn new_debt(context: &Context<'_>, commitments: &Commitments) -> Draft {
    let mut draft =
        Draft::new("NEW_DEBT_90_DAYS", "riskNewDebt", "debt that began in the last 90 days", "debts that began in the last 90 days");
    let Some((rows, count)) = commitments.new_debt() else {
        return draft.because(commitments.new_debt_evidence().reason);
    };
    for row in rows {
        let of = &context.ledger.rows[row];
        if let Some(day) = of.day {
            draft.add(row, day, of.amount.abs());
        }
    }
    draft.counted(count).saying("The total is what lenders paid out and, where that is not seen, the first repayment.")
}

/// Repayments that were made from a credit account, or with a loan's money that had just come in.
pub(super) fn credit_funded_credit(context: &Context<'_>, commitments: &Commitments) -> Draft {
    let mut draft =
        Draft::new("CREDIT_FUNDED_CREDIT", "riskCreditFundedCredit", "repayment of credit with credit", "repayments of credit with credit");
    for row in commitments.funded_by_credit() {
        let of = &context.ledger.rows[row];
        match of.day {
            Some(day) if of.amount.is_negative() => draft.add(row, day, of.amount.abs()),
            _ => draft = draft.with_rows([row]),
        }
    }
    draft
}

/// Salary that began, ended or moved.
pub(super) fn income_change(context: &Context<'_>, scope: &Scope, income: &Income) -> Draft {
    let changes = income.salary_change();
    let share = context.ruleset.profile().risk.income_change_share;
    let mut draft =
        Draft::new("INCOME_CHANGE", "riskIncomeChange", "change of salary", "changes of salary").with_threshold(None, Some(share));
    if changes.is_empty() {
        let calendar = scope.calendar(context.ledger, &[Role::Income]);
        let is_short = calendar.common.window.is_some() && !calendar.has_days(CHANGE_DAYS);
        return draft.because(is_short.then_some(evidence::COVERAGE_TOO_SHORT));
    }
    let mut listed = Vec::new();
    for change in changes {
        let stream = &context.streams.all[change.stream];
        let is_end = change.kind == "ENDED";
        let since = |row: &usize| is_end || context.ledger.rows[*row].day.is_some_and(|day| day >= change.date);
        draft = draft.with_rows(stream.rows.iter().copied().filter(since));
        // What it moves a month: below zero where income falls.
        let moved = change.to.zip(change.from).map(|(to, from)| to - from);
        draft.add_event(change.date, moved.unwrap_or_default());
        listed.push(Change {
            kind: change.kind,
            stream_id: Id(stream.id.clone()),
            date: Day(change.date),
            monthly_before: change.from,
            monthly_after: change.to,
        });
    }
    draft.without_amount().detailed(Details::Changes(Changes { changes: listed }))
}

/// Salary from a company that seems to be the applicant's own.
pub(super) fn self_paid_salary(context: &Context<'_>, income: &Income) -> Draft {
    let draft = Draft::new(
        "SELF_PAID_SALARY",
        "riskSelfPaidSalary",
        "pay from what seems to be the applicant's own company",
        "pays from what seems to be the applicant's own company",
    );
    of_streams(context, draft, income.self_paid())
}

/// Income on joint accounts that cannot be said to be an applicant's.
pub(super) fn joint_account_unattributed(context: &Context<'_>, income: &Income) -> Draft {
    let draft = Draft::new(
        "JOINT_ACCOUNT_UNATTRIBUTED",
        "riskJointAccountUnattributed",
        "credit of income on a joint account that may be someone else's",
        "credits of income on joint accounts that may be someone else's",
    );
    of_streams(context, draft, income.unattributed())
}

fn of_streams(context: &Context<'_>, mut draft: Draft, streams: &[usize]) -> Draft {
    let mut ids = Vec::new();
    for &number in streams {
        let stream = &context.streams.all[number];
        ids.push(Id(stream.id.clone()));
        for &row in &stream.rows {
            let of = &context.ledger.rows[row];
            if let Some(day) = of.day.filter(|_| of.is_counted()) {
                draft.add(row, day, of.amount);
            }
        }
    }
    if ids.is_empty() { draft } else { draft.detailed(Details::Streams(StreamsOf { stream_ids: ids })) }
}

/// What every household pays and no row of this one does.
pub(super) fn missing_essentials(context: &Context<'_>, scope: &Scope, expenses: &Expenses) -> Draft {
    let missing: Vec<Essential> = expenses.missing_essentials().collect();
    let calendar = scope.calendar(context.ledger, &[Role::Expense]);
    let is_short = !calendar.has_days(context.ruleset.profile().expenses.essential_days.into());
    let reason = if calendar.common.window.is_some() { evidence::COVERAGE_TOO_SHORT } else { evidence::NO_COVERAGE };
    let draft = Draft::new("MISSING_ESSENTIALS", "riskMissingEssentials", "essential that no row pays", "essentials that no row pays")
        .without_amount()
        .counted(missing.len())
        .because((missing.is_empty() && is_short).then_some(reason));
    if missing.is_empty() { draft } else { draft.detailed(Details::Missing(Missing { essentials: missing })) }
}

/// Money to and from own-looking accounts, cards and loans that the payload does not hold. Rows that pay a shared debt whose own rows
/// did not come are not among them.
pub(super) fn unseen_account(context: &Context<'_>, unseen: &[UnseenAccount], commitments: &Commitments) -> Draft {
    let mut draft = Draft::new(
        "UNSEEN_ACCOUNT",
        "riskUnseenAccount",
        "payment to or from an account that was not shared",
        "payments to or from accounts that were not shared",
    );
    let of_shared = commitments.creditors().iter().filter(|creditor| creditor.source() == Source::Account);
    let shared: BTreeSet<usize> = of_shared.flat_map(|creditor| creditor.rows().iter().copied()).collect();
    let received = context.ruleset.known().debt_payment_received;
    for &row in unseen.iter().flat_map(UnseenAccount::rows) {
        let of = &context.ledger.rows[row];
        // What arrives on a shared debt comes from an account that was not shared.
        let is_seen = shared.contains(&row) && context.verdicts[row].category != received;
        if let Some(day) = of.day.filter(|_| !is_seen) {
            draft.add(row, day, of.amount.abs());
        }
    }
    draft
}

/// Less of the income than the profile wants stays where it can be seen.
pub(super) fn spend_elsewhere(context: &Context<'_>, scope: &Scope, unseen: &[UnseenAccount]) -> Draft {
    let below = context.ruleset.profile().risk.spend_coverage_below;
    let draft = Draft::new(
        "SPEND_ELSEWHERE",
        "riskSpendElsewhere",
        "payment to or from an account that was not shared and may be spent from",
        "payments to or from accounts that were not shared and may be spent from",
    )
    .with_threshold(None, Some(below));
    let (coverage, evidence) = quality::spend_coverage(context, scope, unseen);
    let Some(coverage) = coverage else { return draft.because(evidence.reason) };
    let mut draft = draft;
    if coverage < Fraction::units(i128::from(below) * 10) {
        let rows: BTreeSet<&Id> = evidence.transaction_ids.iter().flatten().collect();
        for &row in unseen.iter().flat_map(UnseenAccount::rows).filter(|row| rows.contains(&context.ids[**row])) {
            let of = &context.ledger.rows[row];
            if let Some(day) = of.day {
                draft.add(row, day, -of.amount);
            }
        }
        draft = draft.detailed(Details::Coverage(Coverage { spend_coverage: Some(coverage) }));
    }
    draft.saying(&format!("Of the income {coverage} stays where it can be seen."))
}

/// The indicators of other blocks, in the report's order.
pub(super) fn of_blocks(context: &Context<'_>, scope: &Scope, blocks: &Blocks) -> Vec<Draft> {
    let unseen = quality::unseen(context, scope);
    vec![
        new_debt(context, &blocks.commitments),
        credit_funded_credit(context, &blocks.commitments),
        unseen_account(context, &unseen, &blocks.commitments),
        spend_elsewhere(context, scope, &unseen),
        joint_account_unattributed(context, &blocks.income),
        missing_essentials(context, scope, &blocks.expenses),
        income_change(context, scope, &blocks.income),
        self_paid_salary(context, &blocks.income),
    ]
}
