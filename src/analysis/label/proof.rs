//! Every hand-written line held to its own words: it decides its example, and not its counter-example.

use std::sync::Arc;

use super::narrative::Narrative;
use super::{Verdict, label};
use crate::analysis::ruleset::{Category, Example, Ruleset};
use crate::money::Cents;
use crate::submission::{Account, Currency, Ownership, ProductCategory, Status, Transaction, TransactionType};

/// A line that does not do what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// `file:line`.
    pub rule: Arc<str>,
    /// The narrative of the line.
    pub narrative: Box<str>,
    /// Whether it was asked as money in.
    pub is_credit: bool,
    /// The category that the line gives; `None` for a counter-example, which the line must not decide.
    pub due: Option<Category>,
    /// What decided instead.
    pub verdict: Verdict,
    /// The line is the operator's.
    pub is_operators: bool,
}

impl Contradiction {
    /// One line for an editor: file, line, what is wrong.
    #[must_use]
    pub fn text(&self, ruleset: &Ruleset) -> String {
        let (file, line) = self.rule.rsplit_once(':').unwrap_or((&self.rule, "0"));
        let sign = if self.is_credit { "money in" } else { "money out" };
        let Verdict { category, rule, matched, .. } = &self.verdict;
        match self.due {
            Some(due) => format!(
                "{file}, line {line}: its example {} ({sign}) is not decided by it: {} is due, {} came by {rule} [{matched}]",
                self.narrative,
                ruleset.code(due),
                ruleset.code(*category)
            ),
            None => format!("{file}, line {line}: it decides its counter-example {} ({sign})", self.narrative),
        }
    }
}

/// Asks every example and counter-example of a ruleset, in file order; yields those that contradict their line.
#[must_use]
pub fn prove(ruleset: &Ruleset) -> Vec<Contradiction> {
    ruleset
        .examples()
        .iter()
        .flat_map(|example| [false, true].map(|is_credit| (example, is_credit)))
        .flat_map(|(example, is_credit)| ask(example, is_credit, ruleset))
        .collect()
}

fn ask(example: &Example, is_credit: bool, ruleset: &Ruleset) -> Vec<Contradiction> {
    if example.is_credit.is_some_and(|due| due != is_credit) {
        return Vec::new();
    }
    let contradiction = |narrative: &str, due: Option<Category>, verdict: Verdict| Contradiction {
        rule: example.rule.clone(),
        narrative: narrative.into(),
        is_credit,
        due,
        verdict,
        is_operators: example.is_operators,
    };
    let mut found = Vec::new();
    let verdict = answer(example, &example.narrative, is_credit, ruleset);
    if verdict.category != example.category || verdict.rule != example.rule {
        found.push(contradiction(&example.narrative, Some(example.category), verdict));
    }
    if let Some(counter) = &example.counter {
        let verdict = answer(example, counter, is_credit, ruleset);
        if verdict.rule == example.rule {
            found.push(contradiction(counter, None, verdict));
        }
    }
    found
}

/// The label of a narrative on an ordinary row that has what the line asks for.
fn answer(example: &Example, narrative: &str, is_credit: bool, ruleset: &Ruleset) -> Verdict {
    let row = Transaction {
        account: 0,
        transaction_id: None,
        status: Status::Posted,
        kind: example.kind.unwrap_or(TransactionType::Other),
        description: narrative.into(),
        reference: None,
        posted: None,
        executed: None,
        value: None,
        amount: Cents::new(if is_credit { 10_000 } else { -10_000 }),
        currency: Currency::AUD,
        merchant_name: None,
        merchant_category_code: example.merchant_category_code,
        biller_code: None,
        biller_name: None,
        crn: None,
        apca_number: None,
        instalment_plan_id: None,
        extended: None,
    };
    let is_debt = example.is_debt == Some(true);
    let account = Account {
        account_id: "example".into(),
        display_name: None,
        nickname: None,
        product_name: None,
        is_open: true,
        is_owned: true,
        ownership: Ownership::OneParty,
        masked_number: None,
        product_category: if is_debt { ProductCategory::PersLoans } else { ProductCategory::TransAndSavingsAccounts },
        bsb: None,
        account_number: None,
        institution_name: None,
        cdr_arrangement_id: None,
        consent_expires_at: None,
        data_from: None,
        data_to: None,
        credit_card: None,
        loan: None,
        lending_rate_millionths: None,
    };
    label(&row, &account, &Narrative::new(narrative, ruleset), ruleset)
}
