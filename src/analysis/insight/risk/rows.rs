//! Indicators that are rows of a category: gambling, cash, crypto, collectors, fines, small loans.

use super::details::{Details, Net};
use super::figures::Draft;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::scope::{Entry, Role, Scope};
use crate::analysis::ledger::Marks;
use crate::analysis::ruleset::{Category, Known};
use crate::money::Cents;
use crate::submission::ProductCategory;

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

/// The entries of a scope by category: those that count in sums, and the payments that came back.
pub(super) struct ByCategory<'s> {
    entries: Vec<Vec<&'s Entry>>,
    returned: Vec<Vec<&'s Entry>>,
}

impl<'s> ByCategory<'s> {
    pub(super) fn of(context: &Context<'_>, scope: &'s Scope) -> Self {
        let categories = context.ruleset.categories().len();
        let (mut entries, mut returned) = (vec![Vec::new(); categories], vec![Vec::new(); categories]);
        for entry in &scope.entries {
            let is_returned = context.ledger.rows[entry.row].marks.any(Marks::RETURNED);
            match (entry.role == Role::Apart, is_returned) {
                (false, _) => entries[usize::from(entry.category.0)].push(entry),
                (true, true) => returned[usize::from(entry.category.0)].push(entry),
                (true, false) => {}
            }
        }
        Self { entries, returned }
    }

    /// The entries of a category that count in sums, in the ledger's order.
    pub(super) fn get(&self, category: Category) -> &[&'s Entry] {
        &self.entries[usize::from(category.0)]
    }

    /// Payments of a category: counted and named, those that came back too; summed without them, and what was refunded is taken off.
    fn spend(&self, mut draft: Draft, category: Category) -> Draft {
        let returned: Vec<&Entry> =
            self.returned[usize::from(category.0)].iter().filter(|entry| entry.amount.is_negative()).copied().collect();
        for entry in self.get(category) {
            draft.add(entry.row, entry.day, -entry.amount);
        }
        let paid = self.get(category).iter().filter(|entry| entry.amount.is_negative()).count();
        let more =
            if returned.is_empty() { String::new() } else { format!("{} of them came back and are not in the sum.", returned.len()) };
        let last = self.get(category).iter().chain(&returned).map(|entry| entry.day).max();
        draft.with_rows(returned.iter().map(|entry| entry.row)).counted(paid + returned.len()).last_on(last).saying(&more)
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
        entries.spend(draft, category)
    });
    drafts.collect()
}

/// Betting and gaming, gross and net of what was won.
pub(super) fn gambling(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let draft = Draft::new("GAMBLING", "riskGambling", "payment to betting or gaming", "payments to betting or gaming");
    let won: Vec<&Entry> = entries.get(known.gambling_winnings).to_vec();
    net(context, entries.spend(draft, known.gambling), entries.get(known.gambling), &won, "was won")
}

/// Money to crypto exchanges, gross and net of what they paid out.
pub(super) fn crypto(context: &Context<'_>, entries: &ByCategory<'_>) -> Draft {
    let known = context.ruleset.known();
    let draft = Draft::new("CRYPTO", "riskCrypto", "payment to a crypto exchange", "payments to crypto exchanges");
    let is_crypto = |entry: &&&Entry| {
        let merchant = context.verdicts[entry.row].merchant.as_deref();
        merchant.is_some_and(|name| context.ruleset.is_crypto_merchant(name))
    };
    let sold: Vec<&Entry> = entries.get(known.investment_proceeds).iter().filter(is_crypto).copied().collect();
    net(context, entries.spend(draft, known.crypto), entries.get(known.crypto), &sold, "was paid out")
}

/// With what came back beside what went out: its rows stand apart, for they are no such payments.
fn net(context: &Context<'_>, draft: Draft, out: &[&Entry], back: &[&Entry], verb: &str) -> Draft {
    if draft.found() == 0 {
        return draft;
    }
    let gross: Cents = out.iter().map(|entry| -entry.amount).sum();
    let received: Cents = back.iter().map(|entry| entry.amount).sum();
    let received_transaction_ids = context.ids_of(back.iter().map(|entry| entry.row));
    let details = Net { gross, received, net: gross - received, received_transaction_ids };
    let more = if back.is_empty() { String::new() } else { format!("{received} {verb}: {} net.", details.net) };
    draft.saying(&more).detailed(Details::Net(details))
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

fn with_proceeds(draft: Draft, entries: &ByCategory<'_>, repayment: Category, proceeds: Category) -> Draft {
    let draft = entries.spend(draft, repayment);
    let paid_out: Vec<&Entry> = entries.get(proceeds).to_vec();
    let Some(latest) = paid_out.iter().map(|entry| entry.day).max() else { return draft };
    let received: Cents = paid_out.iter().map(|entry| entry.amount).sum();
    let (count, last) = (draft.found() + paid_out.len(), draft.last_day().max(Some(latest)));
    let draft = draft.with_rows(paid_out.iter().map(|entry| entry.row)).counted(count).last_on(last);
    draft.saying(&format!("The sum is what was repaid; {received} was paid out."))
}

/// What is repaid to buy-now-pay-later providers, shared accounts included.
pub(super) fn buy_now_pay_later(context: &Context<'_>, scope: &Scope, entries: &ByCategory<'_>) -> Draft {
    let (known, ledger) = (context.ruleset.known(), context.ledger);
    let draft = Draft::new(
        "BUY_NOW_PAY_LATER",
        "riskBuyNowPayLater",
        "repayment to a buy-now-pay-later provider",
        "repayments to buy-now-pay-later providers",
    );
    let mut draft = entries.spend(draft, known.bnpl_repayment);
    let is_provider = |account: usize| ledger.accounts[account].first().product_category == ProductCategory::BuyNowPayLater;
    let (mut count, mut last) = (draft.found(), draft.last_day());
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
                (count, last) = (count + 1, last.max(Some(entry.day)));
            }
        }
    }
    draft.counted(count).last_on(last)
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
