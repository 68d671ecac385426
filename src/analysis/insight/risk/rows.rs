//! Indicators that are rows of a category: gambling, cash, crypto, collectors, fines, small loans.

use super::details::{Details, Net};
use super::figures::Draft;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::scope::{Entry, Role, Scope};
use crate::analysis::ruleset::{Category, Known};
use crate::money::Cents;
use crate::submission::ProductCategory;

/// The rule file whose merchants deal in crypto: what they pay out is what they were paid.
const CRYPTO_NAMES: &str = "names/crypto";

/// One indicator of a category.
struct OfCategory {
    code: &'static str,
    category: fn(&Known) -> Category,
    /// Money in.
    is_credit: bool,
    one: &'static str,
    many: &'static str,
}

const OF_CATEGORY: [OfCategory; 9] = [
    OfCategory {
        code: "LOTTERY",
        category: |known| known.lottery,
        is_credit: false,
        one: "payment to a lottery",
        many: "payments to lotteries",
    },
    OfCategory {
        code: "CASH_WITHDRAWAL",
        category: |known| known.cash_withdrawal,
        is_credit: false,
        one: "cash withdrawal",
        many: "cash withdrawals",
    },
    OfCategory {
        code: "CASH_ADVANCE",
        category: |known| known.cash_advance,
        is_credit: false,
        one: "cash advance on a credit account",
        many: "cash advances on credit accounts",
    },
    OfCategory {
        code: "DEBT_COLLECTION",
        category: |known| known.debt_collection,
        is_credit: false,
        one: "payment to a debt collector or debt buyer",
        many: "payments to debt collectors or debt buyers",
    },
    OfCategory {
        code: "DEBT_AGREEMENT",
        category: |known| known.debt_agreement,
        is_credit: false,
        one: "payment under a debt agreement or to an insolvency service",
        many: "payments under debt agreements or to insolvency services",
    },
    OfCategory {
        code: "TAX_DEBT",
        category: |known| known.tax_debt_payment,
        is_credit: false,
        one: "payment of a tax debt",
        many: "payments of a tax debt",
    },
    OfCategory {
        code: "CONSUMER_LEASE",
        category: |known| known.consumer_lease,
        is_credit: false,
        one: "payment of a lease",
        many: "payments of leases",
    },
    OfCategory { code: "FINES", category: |known| known.fines, is_credit: false, one: "payment of a fine", many: "payments of fines" },
    OfCategory {
        code: "SUPER_RELEASE",
        category: |known| known.super_release,
        is_credit: true,
        one: "early release of superannuation",
        many: "early releases of superannuation",
    },
];

/// The entries of a scope by category, without what failed.
pub(super) struct ByCategory<'s> {
    entries: Vec<Vec<&'s Entry>>,
}

impl<'s> ByCategory<'s> {
    pub(super) fn of(context: &Context<'_>, scope: &'s Scope) -> Self {
        let mut entries = vec![Vec::new(); context.ruleset.categories().len()];
        for entry in scope.entries.iter().filter(|entry| entry.role != Role::Apart) {
            entries[usize::from(entry.category.0)].push(entry);
        }
        Self { entries }
    }

    /// The entries of a category, in the ledger's order.
    pub(super) fn get(&self, category: Category) -> &[&'s Entry] {
        &self.entries[usize::from(category.0)]
    }

    /// Money out of a category as events, above zero; what was refunded of it is taken off.
    fn spend(&self, draft: &mut Draft, category: Category) {
        for entry in self.get(category) {
            draft.add(entry.row, entry.day, -entry.amount);
        }
    }

    /// How many payments of a category went out.
    fn payments(&self, category: Category) -> usize {
        self.get(category).iter().filter(|entry| entry.amount.is_negative()).count()
    }
}

/// The indicators of one category each.
pub(super) fn of_category(context: &Context<'_>, entries: &ByCategory<'_>) -> Vec<Draft> {
    let drafts = OF_CATEGORY.iter().map(|of| {
        let category = (of.category)(context.ruleset.known());
        let mut draft = Draft::new(of.code, "riskOfCategory", of.one, of.many);
        if of.is_credit {
            entries.get(category).iter().for_each(|entry| draft.add(entry.row, entry.day, entry.amount));
            return draft;
        }
        entries.spend(&mut draft, category);
        draft.counted(entries.payments(category))
    });
    drafts.collect()
}

/// Betting and gaming, gross and net of what was won.
pub(super) fn gambling(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let mut draft = Draft::new("GAMBLING", "riskGambling", "payment to betting or gaming", "payments to betting or gaming");
    entries.spend(&mut draft, known.gambling);
    let won: Vec<&Entry> = entries.get(known.gambling_winnings).to_vec();
    net(draft.counted(entries.payments(known.gambling)), entries.get(known.gambling), &won, "was won")
}

/// Money to crypto exchanges, gross and net of what they paid out.
pub(super) fn crypto(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let mut draft = Draft::new("CRYPTO", "riskCrypto", "payment to a crypto exchange", "payments to crypto exchanges");
    entries.spend(&mut draft, known.crypto);
    let is_crypto = |entry: &&&Entry| {
        let verdict = &context.verdicts[entry.row];
        verdict.rule.contains(CRYPTO_NAMES)
    };
    let sold: Vec<&Entry> = entries.get(known.investment_proceeds).iter().filter(is_crypto).copied().collect();
    net(draft.counted(entries.payments(known.crypto)), entries.get(known.crypto), &sold, "was paid out")
}

/// With what came back beside what went out.
fn net(draft: Draft, out: &[&Entry], back: &[&Entry], verb: &str) -> Draft {
    let gross: Cents = out.iter().map(|entry| -entry.amount).sum();
    let received: Cents = back.iter().map(|entry| entry.amount).sum();
    let details = Net { gross, received, net: gross - received };
    let more = if back.is_empty() { String::new() } else { format!("{received} {verb}: {} net.", details.net) };
    let (count, last) = (draft.found() + back.len(), out.iter().chain(back).map(|entry| entry.day).max());
    let has_rows = count > 0;
    let draft = draft.with_rows(back.iter().map(|entry| entry.row)).last_on(last).saying(more);
    if has_rows { draft.detailed(Details::Net(details)) } else { draft }
}

/// Repayments to small lenders, and what they paid out.
pub(super) fn small_amount(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let draft = Draft::new(
        "SMALL_AMOUNT_CREDIT",
        "riskWithProceeds",
        "repayment to or payment from a small lender",
        "repayments to and payments from small lenders",
    );
    with_proceeds(draft, entries, known.sacc_repayment, known.sacc_proceeds)
}

/// Repayments of wage advances, and the advances.
pub(super) fn wage_advance(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let draft = Draft::new("WAGE_ADVANCE", "riskWithProceeds", "wage advance or repayment of one", "wage advances and repayments of them");
    with_proceeds(draft, entries, known.wage_advance_repayment, known.wage_advance_proceeds)
}

fn with_proceeds(mut draft: Draft, entries: &ByCategory<'_>, repayment: Category, proceeds: Category) -> Draft {
    entries.spend(&mut draft, repayment);
    let paid_out: Vec<&Entry> = entries.get(proceeds).to_vec();
    let received: Cents = paid_out.iter().map(|entry| entry.amount).sum();
    let more = if paid_out.is_empty() { String::new() } else { format!("The total is what was repaid; {received} was paid out.") };
    let last = paid_out.iter().chain(entries.get(repayment)).map(|entry| entry.day).max();
    let count = entries.payments(repayment) + paid_out.len();
    draft.with_rows(paid_out.iter().map(|entry| entry.row)).counted(count).last_on(last).saying(more)
}

/// What is repaid to buy-now-pay-later providers, shared accounts included.
pub(super) fn buy_now_pay_later(context: &Context<'_>, scope: &Scope, entries: &ByCategory<'_>) -> Draft {
    let (known, ledger) = (context.ruleset.known(), context.ledger);
    let mut draft = Draft::new(
        "BUY_NOW_PAY_LATER",
        "riskBuyNowPayLater",
        "repayment to a buy-now-pay-later provider",
        "repayments to buy-now-pay-later providers",
    );
    entries.spend(&mut draft, known.bnpl_repayment);
    let is_provider = |account: usize| ledger.accounts[account].first().product_category == ProductCategory::BuyNowPayLater;
    let mut count = entries.payments(known.bnpl_repayment);
    // A transfer is named where it leaves; where that is outside the payload, where it arrives.
    for category in [known.internal_transfer, known.debt_payment_received] {
        for entry in entries.get(category) {
            let pair = ledger.rows[entry.row].pair.map(|pair| &ledger.pairing.pairs[pair]);
            let repays = match pair {
                Some(pair) => {
                    let leaves = scope.accounts[ledger.rows[pair.debit].account];
                    is_provider(ledger.rows[pair.credit].account) && entry.row == if leaves { pair.debit } else { pair.credit }
                }
                None => category == known.debt_payment_received && is_provider(ledger.rows[entry.row].account),
            };
            if repays {
                draft.add(entry.row, entry.day, entry.amount.abs());
                count += 1;
            }
        }
    }
    draft.counted(count)
}

/// Money from lenders.
pub(super) fn loan_proceeds(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let mut draft = Draft::new("LOAN_PROCEEDS", "riskProceeds", "payment from a lender", "payments from lenders");
    for category in [known.loan_proceeds, known.sacc_proceeds] {
        entries.get(category).iter().for_each(|entry| draft.add(entry.row, entry.day, entry.amount));
    }
    draft
}

/// What was drawn again from a loan: rows that say so, and transfers out of a shared loan.
pub(super) fn redraw(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let (known, ledger) = (context.ruleset.known(), context.ledger);
    let mut draft = Draft::new("REDRAW", "riskRedraw", "redraw from a loan", "redraws from loans");
    for category in [known.redraw, known.internal_transfer] {
        for entry in entries.get(category).iter().filter(|entry| entry.amount.is_positive()) {
            let drawn = ledger.rows[entry.row].pair.is_some_and(|pair| {
                let pair = &ledger.pairing.pairs[pair];
                let loan = &ledger.accounts[ledger.rows[pair.debit].account];
                loan.is_loan() && !ledger.accounts[ledger.rows[pair.credit].account].is_loan()
            });
            if category == known.redraw || drawn {
                draft.add(entry.row, entry.day, entry.amount);
            }
        }
    }
    draft
}
