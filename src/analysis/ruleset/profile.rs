//! The operator's profile: haircuts, thresholds, mappings and flags, read from `profile.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::RulesError;
use super::taxonomy::{Category, Taxonomy};
use crate::money::Cents;

/// What an operator may choose. Shares are in thousandths.
#[derive(Clone, Debug)]
pub struct Profile {
    /// For each category the share of ongoing income that the assessment leaves out.
    haircuts: Vec<u16>,
    /// Days that a use of the report wants covered, by name.
    pub coverage_for: BTreeMap<Box<str>, u16>,
    /// Thresholds of commitments.
    pub commitments: CommitmentsProfile,
    /// Thresholds and flags of the risk facts.
    pub risk: RiskProfile,
    /// Thresholds of the expenses.
    pub expenses: ExpensesProfile,
    /// For each category how often a year its bills usually come, where that is seldom.
    bills_a_year: Vec<Option<BillsAYear>>,
    /// The stress of the affordability block.
    pub affordability: AffordabilityProfile,
}

/// `[commitments]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitmentsProfile {
    /// Monthly repayment of a card, as a share of its limit.
    pub card_limit_share: u16,
    /// Largest small amount credit contract.
    #[serde(deserialize_with = "cents")]
    pub small_amount_limit: Cents,
    /// Share of a period's income that small amount repayments may take.
    pub protected_earnings_share: u16,
}

/// `[risk]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskProfile {
    /// `SPEND_ELSEWHERE` below this spend coverage.
    pub spend_coverage_below: u16,
    /// `LARGE_CREDIT` above this.
    #[serde(deserialize_with = "cents")]
    pub large_credit_above: Cents,
    /// `LARGE_CREDIT` above this share of the mean monthly income.
    pub large_credit_income_share: u16,
    /// `MINIMUM_CARD_PAYMENTS`: a month's payments up to this share of what was owed.
    pub minimum_payment_share: u16,
    /// `MINIMUM_CARD_PAYMENTS`: a month's payments up to this.
    #[serde(deserialize_with = "cents")]
    pub minimum_payment_floor: Cents,
    /// `ROUND_TRIP`: amounts from here on.
    #[serde(deserialize_with = "cents")]
    pub round_trip_above: Cents,
    /// `ROUND_TRIP`: share of what came in.
    pub round_trip_share: u16,
    /// `ROUND_TRIP`: hours in between.
    pub round_trip_hours: u16,
    /// Change of income over two consecutive pays.
    pub income_change_share: u16,
    /// `HARDSHIP_WORDS` is shown.
    pub hardship_words: bool,
    /// `HARDSHIP_WORDS`: the words, in upper case with single spaces.
    pub hardship_phrases: Vec<Box<str>>,
    /// `GOVERNMENT_CRISIS_PAYMENT` is shown.
    pub government_crisis_payment: bool,
}

/// `[expenses]`.
#[derive(Clone, Copy, Debug)]
pub struct ExpensesProfile {
    /// Days without a payment after which an essential is missing.
    pub essential_days: u16,
    /// The same for utilities.
    pub utility_days: u16,
}

/// How often a year a bill usually comes: one to four times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillsAYear {
    /// At least.
    pub fewest: u8,
    /// At most; the same where there is one usual number.
    pub most: u8,
}

/// `[affordability]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffordabilityProfile {
    /// Shares that income falls by.
    pub income_falls: Vec<u16>,
    /// Hundredths of a per cent that mortgage rates rise by.
    pub mortgage_rate_rise_basis_points: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    income: IncomeFile,
    coverage_for: BTreeMap<Box<str>, u16>,
    commitments: CommitmentsProfile,
    risk: RiskProfile,
    expenses: ExpensesFile,
    affordability: AffordabilityProfile,
    lixi: BTreeMap<Box<str>, Box<str>>,
    hem: BTreeMap<Box<str>, bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IncomeFile {
    haircut: BTreeMap<Box<str>, u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpensesFile {
    essential_days: u16,
    utility_days: u16,
    bills_a_year: BTreeMap<Box<str>, Vec<u8>>,
}

/// The whole, in thousandths.
const WHOLE: u16 = 1000;

impl Profile {
    /// Reads the profile and turns the taxonomy's mappings into the operator's.
    pub(super) fn read(file: &str, text: &str, taxonomy: &mut Taxonomy) -> Result<Self, RulesError> {
        let wrong = |line: usize, problem: String| RulesError { file: file.to_owned(), line, problem };
        let line_of =
            |key: &str| text.lines().position(|line| line.split('=').next().is_some_and(|name| name.trim() == key)).map_or(0, |at| at + 1);
        let read: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count());
            wrong(line, error.message().to_owned())
        })?;
        let category = |taxonomy: &Taxonomy, code: &str| {
            taxonomy.category(code).ok_or_else(|| wrong(line_of(code), format!("unknown category {code}")))
        };
        let default = read.income.haircut.get("default").copied().ok_or_else(|| wrong(0, "income.haircut has no default".to_owned()))?;
        let mut haircuts = vec![default; usize::from(taxonomy.category_count())];
        for (code, share) in read.income.haircut.iter().filter(|(code, _)| &***code != "default") {
            haircuts[usize::from(category(taxonomy, code)?.0)] = *share;
        }
        if let Some((code, share)) = read.income.haircut.iter().find(|(_, share)| **share > WHOLE) {
            return Err(wrong(line_of(code), format!("a haircut of {share} thousandths is more than the whole")));
        }
        let mut bills_a_year = vec![None; haircuts.len()];
        for (code, times) in &read.expenses.bills_a_year {
            let usual = match times[..] {
                [times] => BillsAYear { fewest: times, most: times },
                [fewest, most] => BillsAYear { fewest, most },
                _ => return Err(wrong(line_of(code), "bills come so many times a year, or between two numbers of times".to_owned())),
            };
            if usual.fewest == 0 || usual.most > 4 || usual.fewest > usual.most {
                return Err(wrong(line_of(code), "bills come one to four times a year, the smaller number first".to_owned()));
            }
            bills_a_year[usize::from(category(taxonomy, code)?.0)] = Some(usual);
        }
        for (code, lixi) in read.lixi {
            let category = category(taxonomy, &code)?;
            taxonomy.entry_mut(category).lixi = lixi;
        }
        for (code, hem) in read.hem {
            let category = category(taxonomy, &code)?;
            taxonomy.entry_mut(category).hem = hem;
        }
        let File { coverage_for, commitments, risk, affordability, expenses, .. } = read;
        let expenses = ExpensesProfile { essential_days: expenses.essential_days, utility_days: expenses.utility_days };
        Ok(Self { haircuts, coverage_for, commitments, risk, expenses, bills_a_year, affordability })
    }

    /// The share, in thousandths, of a category's ongoing income that the assessment leaves out.
    #[must_use]
    pub fn haircut(&self, category: Category) -> u16 {
        self.haircuts[usize::from(category.0)]
    }

    /// How often a year the bills of a category usually come; `None` where they come monthly or oftener, or are no bills.
    #[must_use]
    pub fn bills_a_year(&self, category: Category) -> Option<BillsAYear> {
        self.bills_a_year[usize::from(category.0)]
    }
}

fn cents<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    i64::deserialize(deserializer).map(|amount| Cents::new(i128::from(amount)))
}
