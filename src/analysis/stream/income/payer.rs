//! What the payer of a group of credits is: a person, a business, one that gives credit.

use super::super::traits::{self, Word};
use super::Look;
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::Channel;
use crate::analysis::ledger::TRANSFER_WORDS;
use crate::analysis::ruleset::{Direction, Kind, words};
use crate::analysis::stream::Stream;

/// Words of budgeting services and of those who look after an insolvent estate: they pay out allowances of the customer's own money.
const ALLOWANCE: &[&str] = &[
    " BUDGET ",
    " BUDGETING ",
    " ALLOWANCE ",
    " INSOLVENCY ",
    " BANKRUPT ",
    " BANKRUPTCY ",
    " PUBLIC TRUSTEE ",
    " STATE TRUSTEES ",
    " NSW TRUSTEE ",
    " LIVING EXPENSES ",
];
/// Words of money that is not earned.
const UNEARNED: &[&str] = &[
    " BOARD ",
    " REFUND ",
    " REBATE ",
    " REIMBURSEMENT ",
    " REIMB ",
    " BOND ",
    " LOAN ",
    " ADVANCE ",
    " REDRAW ",
    " SALE OF ",
    " SOLD ",
    " GIFT ",
    " CLAIM ",
    " NDIS ",
    " CASHBACK ",
    " WINNINGS ",
    " SHARE ",
    " BILLS ",
    " POCKET MONEY ",
    " SAVINGS ",
    " TRANSFER FROM ACCOUNT ",
];

/// True where the payer is a person.
pub(super) fn is_person(look: &Look<'_, '_, '_>, stream: &Stream, verdicts: &[Verdict]) -> bool {
    let ruleset = look.finder.ruleset;
    let row = stream.rows[0];
    if &*verdicts[row].rule == "words:person" {
        return true;
    }
    let mut list: Vec<&str> = words::words(&look.finder.narratives[row].text).collect();
    list.retain(|word| !traits::of(word, ruleset).any(Word::PAY) && !matches!(*word, "RENT" | "RENTAL"));
    let has = |at: usize, kind: Word| list.get(at).is_some_and(|word| traits::of(word, ruleset).any(kind));
    let is_initial = list.first().is_some_and(|word| word.len() == 1);
    let is_company = (0..list.len()).any(|at| has(at, Word::COMPANY)) || says_company_form(look, stream);
    !is_company
        && (has(0, Word::KIN)
            || ((has(0, Word::GIVEN) || is_initial) && has(1, Word::SURNAME))
            || (has(0, Word::SURNAME) && has(1, Word::GIVEN)))
}

/// True where the money came as one person or account sends it to another.
pub(super) fn is_transfer(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    matches!(look.finder.narratives[stream.rows[0]].channel, Channel::Osko | Channel::InternetTransfer)
}

/// True where the legal form of a company stands in the text.
pub(super) fn says_company_form(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    words::words(&look.finder.narratives[stream.rows[0]].folded).any(traits::is_company_form)
}

/// True where a word of companies and offices stands in the text.
pub(super) fn says_company(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let ruleset = look.finder.ruleset;
    words::words(&look.finder.narratives[stream.rows[0]].folded)
        .any(|word| traits::of(word, ruleset).any(Word::COMPANY) || traits::is_company_form(word))
}

/// True where the text says that the money is not earned, or the payer is one whose money never is: a lender, a bookmaker, an insurer, a
/// budgeting service.
pub(super) fn is_unearned(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let (ruleset, known) = (look.finder.ruleset, look.known);
    let text = words::padded(words::readable(&look.finder.narratives[stream.rows[0]].folded));
    if ALLOWANCE.iter().chain(UNEARNED).any(|word| text.contains(word)) {
        return true;
    }
    let insurers = [known.general_insurance, known.life_insurance, known.health_insurance];
    ruleset.hits(&text).flat_map(|hit| hit.rules).filter(|rule| rule.direction != Direction::In).any(|rule| {
        let kind = ruleset.kind(rule.category);
        (matches!(kind, Kind::Commitment | Kind::Risk | Kind::Transfer) || insurers.contains(&rule.category)) && rule.merchant.is_some()
    })
}

/// The words that name the payer, in order: no leads, no words of pay, no forms, no numbers, no invoices.
pub(super) fn name(look: &Look<'_, '_, '_>, stream: &Stream) -> Vec<String> {
    let ruleset = look.finder.ruleset;
    let row = stream.rows[0];
    let extended = look.finder.ledger.rows[row].transaction().extended.as_deref();
    let field = extended.and_then(|extended| extended.payer.as_deref()).map(|payer| words::fold(words::readable(payer)));
    let text = field.as_deref().unwrap_or(&look.finder.narratives[row].text);
    let names = |word: &&str| {
        word.len() >= 2
            && !traits::of(word, ruleset).any(Word::PAY)
            && !traits::is_cut_pay(word)
            && !traits::is_company_form(word)
            && !matches!(*word, "CR" | "INV" | "INVOICE")
            && TRANSFER_WORDS.binary_search(word).is_err()
            && !word.bytes().any(|byte| byte.is_ascii_digit())
    };
    words::words(text).filter(names).map(str::to_owned).collect()
}

/// Words that tell this payer from others, sorted: its name without what many are called.
pub(super) fn distinctive(look: &Look<'_, '_, '_>, stream: &Stream) -> Vec<String> {
    let mut found = name(look, stream);
    found.retain(|word| word.len() >= 3 && !traits::of(word, look.finder.ruleset).any(Word::COMPANY));
    found.sort_unstable();
    found.dedup();
    found
}
