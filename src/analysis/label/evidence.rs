//! What a row offers to the rules: its narrative and its named fields as words, and the conditions that lines may ask for.

use std::borrow::Cow;
use std::ops::Range;

use super::narrative::{Channel, Narrative};
use crate::analysis::ruleset::{Direction, Need, Way, words};
use crate::submission::{Account, Extended, ProductCategory, Transaction, TransactionType};

/// The place of the payer or payee among the fields.
const PARTY_FIELD: usize = 2;
/// Legal forms of companies.
const COMPANY_FORMS: [&str; 7] = [" PTY ", " LTD ", " LIMITED ", " INC ", " CORP ", " CORPORATION ", " P L "];

/// Words to search: one space before, after and between.
pub(super) struct Segment<'a> {
    pub(super) padded: Cow<'a, str>,
    /// The party's own name in it; the rest is channel and place.
    pub(super) core: Range<usize>,
}

/// A row as the cascade sees it.
pub(super) struct Evidence<'a> {
    pub(super) row: &'a Transaction,
    pub(super) account: &'a Account,
    pub(super) narrative: &'a Narrative,
    /// The narrative first, then the fields that say something.
    pub(super) segments: Vec<Segment<'a>>,
    /// Which of them is the payer or payee that the payment itself names.
    pub(super) party_field: Option<usize>,
    pub(super) is_credit: bool,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(row: &'a Transaction, account: &'a Account, narrative: &'a Narrative) -> Self {
        let is_credit = row.amount.is_positive();
        let own = Segment { padded: Cow::Borrowed(narrative.padded()), core: narrative.core() };
        let mut evidence = Self { row, account, narrative, segments: vec![own], party_field: None, is_credit };
        let extended = row.extended.as_deref();
        let party = extended.and_then(|extended| if is_credit { extended.payer.as_deref() } else { extended.payee.as_deref() });
        let said = extended.and_then(|extended| extended.description.as_deref());
        let fields = [row.merchant_name.as_deref(), row.biller_name.as_deref(), party, said, row.reference.as_deref()];
        for (index, field) in fields.into_iter().enumerate() {
            let is_added = field.is_some_and(|field| evidence.add(field));
            if is_added && index == PARTY_FIELD {
                evidence.party_field = Some(evidence.segments.len() - 1);
            }
        }
        evidence
    }

    /// Adds a field, unless its words stand there already: most holders repeat the merchant or the description, which is no second
    /// witness.
    fn add(&mut self, field: &str) -> bool {
        let padded = words::padded(words::readable(field));
        let is_new = padded.len() > 2 && !self.says(&padded);
        if is_new {
            let core = 1..padded.len() - 1;
            self.segments.push(Segment { padded, core });
        }
        is_new
    }

    /// True where a company's legal form stands in the words.
    pub(super) fn says_company_form(&self) -> bool {
        COMPANY_FORMS.iter().any(|word| self.says(word))
    }

    /// True where the words, with spaces around them, stand in the narrative or a field.
    pub(super) fn says(&self, padded: &str) -> bool {
        self.segments.iter().any(|segment| segment.padded.contains(padded))
    }

    /// True where a condition of a line holds whose words stand at a place of a segment.
    pub(super) fn meets(&self, need: &Need, segment: usize, words: &Range<usize>) -> bool {
        match need {
            Need::Words(words) => words.iter().any(|word| self.says(word)),
            Need::NoWords(words) => !words.iter().any(|word| self.says(word)),
            Need::Way(ways) => ways.iter().any(|&way| self.went(way)),
            Need::Debt(is_debt) => self.is_debt() == *is_debt,
            Need::Type(kinds) => kinds.contains(&self.row.kind),
            Need::First => words.start <= self.segments[segment].core.start,
            Need::Last => words.end >= self.segments[segment].core.end,
            Need::Mcc(codes) => self.row.merchant_category_code.is_some_and(|code| codes.contains(&code)),
        }
    }

    pub(super) fn is_way(&self, direction: Direction) -> bool {
        match direction {
            Direction::In => self.is_credit,
            Direction::Out => !self.is_credit,
            Direction::Any => true,
        }
    }

    pub(super) const fn is_debt(&self) -> bool {
        self.account.product_category.is_debt()
    }

    pub(super) fn is_card_account(&self) -> bool {
        self.account.product_category == ProductCategory::CredAndChrgCards
    }

    pub(super) fn is_card(&self) -> bool {
        self.went(Way::Card)
    }

    /// Money between people or own accounts, as far as one row can say so.
    pub(super) fn is_transfer(&self) -> bool {
        self.went(Way::Transfer) || self.went(Way::Osko)
    }

    fn went(&self, way: Way) -> bool {
        let (channel, kind) = (self.narrative.channel, self.row.kind);
        match way {
            Way::Card => matches!(channel, Channel::CardPurchase | Channel::Eftpos) || self.row.merchant_category_code.is_some(),
            Way::Atm => channel == Channel::Atm,
            Way::Bpay => channel == Channel::Bpay || self.row.biller_code.is_some(),
            Way::DirectDebit => channel == Channel::DirectDebit || kind == TransactionType::DirectDebit,
            // Some print the payer's words alone.
            Way::DirectCredit => {
                channel == Channel::DirectCredit || (channel == Channel::Unknown && self.is_credit && !self.went(Way::Card))
            }
            Way::Osko => channel == Channel::Osko || self.row.extended.as_deref().is_some_and(is_person_service),
            Way::Transfer => {
                channel == Channel::InternetTransfer
                    || matches!(kind, TransactionType::TransferIncoming | TransactionType::TransferOutgoing)
            }
            Way::Fee => channel == Channel::Fee || kind == TransactionType::Fee,
            Way::Interest => {
                channel == Channel::Interest || matches!(kind, TransactionType::InterestCharged | TransactionType::InterestPaid)
            }
        }
    }
}

/// `X2P1` and its versions carry payments between people; `CATSCT` payroll, tax and super.
fn is_person_service(extended: &Extended) -> bool {
    extended.service.as_deref().is_some_and(|service| service.starts_with("X2P1"))
}
