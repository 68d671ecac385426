//! `riskIndicators[]`: facts with their rows, in plain sentences. No score, no verdict.
//!
//! Every code that is looked for is listed. A count of 0 says that it was looked for and not found; `null` that it cannot be said, and why.

mod balances;
mod blocks;
mod credits;
mod details;
mod failures;
mod figures;
mod hardship;
mod rows;

use super::Blocks;
use super::context::Context;
use super::scope::Scope;
use figures::Draft;
use rows::ByCategory;

pub use figures::RiskIndicator;

pub(super) fn draw(context: &Context<'_>, combined: &Scope, blocks: &Blocks) -> Vec<RiskIndicator> {
    let entries = ByCategory::of(context, combined);
    let failed = failures::find(context, combined);
    let mut drafts: Vec<Draft> = vec![rows::gambling(context, &entries)];
    drafts.extend(rows::of_category(context, &entries));
    drafts.extend([
        rows::crypto(context, &entries),
        rows::small_amount(context, &entries),
        rows::buy_now_pay_later(context, combined, &entries),
        rows::wage_advance(context, &entries),
        rows::loan_proceeds(context, &entries),
        rows::redraw(context, &entries),
        failed.dishonour(context),
        failed.loan_repayments(context),
        balances::overdrawn(context, combined),
        balances::limit_exceeded(context, combined),
        balances::minimum_card_payments(context, &blocks.commitments),
        credits::large(context, combined, &blocks.income),
        credits::round_trips(context, combined),
    ]);
    drafts.extend(blocks::of_blocks(context, combined, blocks));
    drafts.extend(hardship::when_turned_on(context, combined, &entries));
    drafts.into_iter().map(|draft| draft.finish(context, combined, &blocks.income)).collect()
}
