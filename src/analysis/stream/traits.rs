//! What single words of a payer's text say.

use crate::analysis::ruleset::{Ruleset, Traits};

/// What a word may be; several at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word(u8);

impl Word {
    /// A given name.
    pub(super) const GIVEN: Self = Self(1);
    /// A surname.
    pub(super) const SURNAME: Self = Self(2);
    /// No person's name has it.
    pub(super) const COMPANY: Self = Self(4);
    /// A word of pay.
    pub(super) const PAY: Self = Self(8);
    /// A relative or a friend.
    pub(super) const KIN: Self = Self(16);

    /// Both together.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True where the word may be any of these.
    pub(super) const fn any(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }
}

/// What a word is known to be.
pub(super) fn of(word: &str, ruleset: &Ruleset) -> Word {
    let known = ruleset.traits(word);
    let pairs =
        [(Traits::GIVEN, Word::GIVEN), (Traits::SURNAME, Word::SURNAME), (Traits::COMPANY, Word::COMPANY), (Traits::KIN, Word::KIN)];
    let of_pay = if is_word_of_pay(word) { Word::PAY.0 } else { 0 };
    Word(pairs.into_iter().filter(|(trait_, _)| known.any(*trait_)).fold(of_pay, |all, (_, own)| all | own.0))
}

/// True for the legal form of a company.
pub(super) fn is_company_form(word: &str) -> bool {
    matches!(word, "PTY" | "LTD" | "LIMITED" | "PL" | "INC" | "INCORPORATED" | "LLC" | "CORP" | "CORPORATION" | "ATF" | "TRUST" | "TRUSTEE")
}

/// True for a word that people call the company by that holds what is theirs.
pub(super) fn is_holding(word: &str) -> bool {
    matches!(word, "CO" | "COMPANY" | "CONSULTING" | "ENTERPRISE" | "ENTERPRISES" | "FAMILY" | "HOLDINGS" | "INVESTMENTS" | "PROPERTIES")
}

/// True for a word of a company's name that says nothing of a trade.
pub(super) fn is_general(word: &str) -> bool {
    const WORDS: [&str; 14] = [
        "BUSINESS",
        "CO",
        "COMPANY",
        "CONSULTING",
        "ENTERPRISE",
        "ENTERPRISES",
        "FAMILY",
        "GROUP",
        "HOLDINGS",
        "INVESTMENTS",
        "MANAGEMENT",
        "PROPERTIES",
        "SERVICES",
        "TRADING",
    ];
    WORDS.contains(&word)
}

/// True for a word that stands around a pay and names nobody.
#[must_use]
pub(crate) fn is_word_of_pay(word: &str) -> bool {
    PAY.binary_search(&word).is_ok()
}

/// True for the beginning of a word of pay, where a narrative's width has cut it: SAL, PAYR.
pub(super) fn is_cut_pay(word: &str) -> bool {
    word.len() >= 2 && ["SALARY", "WAGES", "PAYROLL", "PAYMENT"].iter().any(|whole| whole.starts_with(word))
}

/// Words that stand around a pay and name nobody. Sorted.
const PAY: &[&str] = &[
    "ADVICE",
    "ALLOWANCE",
    "BACK",
    "BACKPAY",
    "BONUS",
    "CASUAL",
    "EMPLOYEE",
    "ENDING",
    "FINAL",
    "FN",
    "FNIGHT",
    "FORTNIGHT",
    "FORTNIGHTLY",
    "LEAVE",
    "LOADING",
    "MONTH",
    "MONTHLY",
    "NET",
    "OVERTIME",
    "PAY",
    "PAYMENT",
    "PAYROLL",
    "PAYRUN",
    "PAYSLIP",
    "PERIOD",
    "RUN",
    "SALARIES",
    "SALARY",
    "SLIP",
    "STAFF",
    "WAGE",
    "WAGES",
    "WEEK",
    "WEEKLY",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(PAY.is_sorted());
    }
}
