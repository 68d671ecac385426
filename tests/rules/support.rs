//! Rows and accounts as the label tests need them: only what a test names differs from an ordinary one.

use std::sync::LazyLock;

use cdr_insights::analysis::label::narrative::Narrative;
use cdr_insights::analysis::label::{Verdict, label};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::money::Cents;
use cdr_insights::submission::{Account, Currency, Extended, Ownership, ProductCategory, Status, Transaction, TransactionType};

/// The rules of the binary, read once for all tests.
pub(crate) fn embedded() -> &'static Ruleset {
    static RULES: LazyLock<Ruleset> = LazyLock::new(Ruleset::embedded);
    &RULES
}

/// One row to be labelled.
pub(crate) struct Question<'a> {
    pub(crate) row: Transaction,
    pub(crate) account: Account,
    rules: &'a Ruleset,
}

/// Money in.
pub(crate) fn credit<'a>(rules: &'a Ruleset, description: &str) -> Question<'a> {
    question(rules, description, 10_000)
}

/// Money out.
pub(crate) fn debit<'a>(rules: &'a Ruleset, description: &str) -> Question<'a> {
    question(rules, description, -10_000)
}

impl Question<'_> {
    pub(crate) fn on(mut self, product: ProductCategory) -> Self {
        self.account.product_category = product;
        self
    }

    pub(crate) fn kind(mut self, kind: TransactionType) -> Self {
        self.row.kind = kind;
        self
    }

    pub(crate) fn mcc(mut self, code: u16) -> Self {
        self.row.merchant_category_code = Some(code);
        self
    }

    pub(crate) fn merchant(mut self, name: &str) -> Self {
        self.row.merchant_name = Some(name.into());
        self
    }

    pub(crate) fn biller(mut self, name: &str) -> Self {
        self.row.biller_name = Some(name.into());
        self.row.biller_code = Some("12345".into());
        self
    }

    pub(crate) fn npp(mut self, payer: &str, purpose: Option<&str>) -> Self {
        self.row.extended = Some(Box::new(Extended {
            payer: Some(payer.into()),
            purpose_code: purpose.map(Into::into),
            service: Some("CATSCT".into()),
            ..Extended::default()
        }));
        self
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let narrative = Narrative::new(&self.row.description, self.rules);
        label(&self.row, &self.account, &narrative, self.rules)
    }

    pub(crate) fn code(&self) -> String {
        self.rules.code(self.verdict().category).to_owned()
    }
}

fn question<'a>(rules: &'a Ruleset, description: &str, cents: i128) -> Question<'a> {
    let row = Transaction {
        account: 0,
        transaction_id: None,
        status: Status::Posted,
        kind: TransactionType::Other,
        description: description.into(),
        reference: None,
        posted: None,
        executed: None,
        value: None,
        amount: Cents::new(cents),
        currency: Currency::AUD,
        merchant_name: None,
        merchant_category_code: None,
        biller_code: None,
        biller_name: None,
        crn: None,
        apca_number: None,
        instalment_plan_id: None,
        extended: None,
    };
    let account = Account {
        account_id: "everyday".into(),
        display_name: None,
        nickname: None,
        product_name: None,
        is_open: true,
        is_owned: true,
        ownership: Ownership::OneParty,
        masked_number: None,
        product_category: ProductCategory::TransAndSavingsAccounts,
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
    Question { row, account, rules }
}
