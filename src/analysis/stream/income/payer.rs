//! What the payer of a group of credits is: a person, a business, one that gives credit.

use super::super::traits::{self, Word};
use super::Look;
use crate::analysis::label::Verdict;
use crate::analysis::label::narrative::Channel;
use crate::analysis::ledger::TRANSFER_WORDS;
use crate::analysis::ruleset::{Category, Direction, Kind, Need, Rule, Source, words};
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

/// Letters of a cut word that still tell.
const CUT: usize = 4;
/// Rows of a group that are read: most say the same.
const MOST_READ: usize = 12;

/// True where the payer is a person.
pub(super) fn is_person(look: &Look<'_, '_, '_>, stream: &Stream, verdicts: &[Verdict]) -> bool {
    let ruleset = look.finder.ruleset;
    let row = stream.rows[0];
    if &*verdicts[row].rule == "words:person" {
        return true;
    }
    if names_merchant(look, stream) {
        return false;
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

/// True where a merchant that the rules know stands in the text: RAY WHITE is no person.
fn names_merchant(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let text = words::padded(words::readable(&look.finder.narratives[stream.rows[0]].folded));
    look.finder.ruleset.hits(&text).flat_map(|hit| hit.rules).any(|rule| rule.merchant.is_some() && rule.source != Source::Cue)
}

/// Median deviation from the median ÷ median of the amounts, in thousandths.
pub(super) fn spread(look: &Look<'_, '_, '_>, stream: &Stream) -> i128 {
    let middle = |mut amounts: Vec<i128>| {
        amounts.sort_unstable();
        amounts.get(amounts.len() / 2).copied().unwrap_or(0)
    };
    let amounts: Vec<i128> = stream.rows.iter().map(|&row| look.finder.ledger.rows[row].amount.get()).collect();
    let median = middle(amounts.clone());
    middle(amounts.iter().map(|amount| (amount - median).abs()).collect()) * 1_000 / median.max(1)
}

/// True where nearly all amounts are whole multiples of 50.00.
pub(super) fn pays_round(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let round = stream.rows.iter().filter(|&&row| look.finder.ledger.rows[row].amount.get() % 5_000 == 0).count();
    round * 10 >= stream.rows.len() * 8
}

/// True where most of the money came as one person or account sends it to another.
pub(super) fn is_transfer(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    came_by(look, stream, &[Channel::Osko, Channel::InternetTransfer])
}

/// True where most of the money came in one of these ways.
pub(super) fn came_by(look: &Look<'_, '_, '_>, stream: &Stream, channels: &[Channel]) -> bool {
    let so = stream.rows.iter().filter(|&&row| channels.contains(&look.finder.narratives[row].channel)).count();
    so * 2 > stream.rows.len()
}

/// True where a word of pay was cut by the width of the narrative: COMMONWEALTH DEFENCE SALA.
pub(super) fn says_cut_pay(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let is_cut = |word: &str| word.len() >= 3 && !"PAYMENT".starts_with(word) && traits::is_cut_pay(word);
    stream.rows.iter().take(MOST_READ).any(|&row| words::words(&look.finder.narratives[row].text).skip(1).any(is_cut))
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

/// True for a word of a dividend that names no company, cut or whole.
pub(super) fn is_of_dividends(word: &str) -> bool {
    const OTHERS: [&str; 6] = ["FINAL", "FNL", "INT", "INTERIM", "ITM", "SPECIAL"];
    is_dividend(word) || OTHERS.contains(&word)
}

fn is_dividend(word: &str) -> bool {
    matches!(word, "DIV" | "DIVS" | "DST" | "DIST" | "DIVIDENDS" | "DISTRIBUTIONS")
        || (word.len() >= 6 && ("DIVIDEND".starts_with(word) || "DISTRIBUTION".starts_with(word)))
}

/// True where a row gives back what an employee spent, whatever words of pay stand beside it.
pub(super) fn says_reimbursement(look: &Look<'_, '_, '_>, row: usize) -> bool {
    let is_so = |word: &str| word.starts_with("REIMB") || matches!(word, "CLAIM" | "EXPENSE" | "EXPENSES");
    words::words(&look.finder.narratives[row].folded).any(is_so)
}

/// True where SERVICES AUSTRALIA is the end of a company's name: HARTWELL FACILITY SERVICES AUSTRALIA is no agency.
pub(super) fn is_namesake_of_agency(look: &Look<'_, '_, '_>, row: usize) -> bool {
    let text = &look.finder.narratives[row].text;
    let before = text.find("SERVICES AUSTRALIA").map(|at| &text[..at]);
    let names = |word: &str| word.len() > 2 && !traits::is_word_of_pay(word) && TRANSFER_WORDS.binary_search(&word).is_err();
    before.is_some_and(|before| {
        words::words(before).any(|word| names(word) && !matches!(word, "GOV" | "AUS" | "AUST" | "GOVT" | "DHS" | "DEPT"))
    })
}

/// The kind of a benefit whose telling word the narrative's width has cut: CENTRELINK DISABILIT. The words are those that the rules of
/// the agency ask for.
pub(super) fn kind_of_cut_benefit(look: &Look<'_, '_, '_>, stream: &Stream) -> Option<Category> {
    let text = &look.finder.narratives[stream.rows[0]].text;
    let cut = words::words(text).filter(|word| !is_numeric(word)).last().filter(|word| word.len() >= CUT)?;
    let text = words::padded(text);
    let rules =
        look.finder.ruleset.hits(&text).flat_map(|hit| hit.rules).filter(|rule| rule.is_income && rule.category != look.known.gov_other);
    let asks = |rule: &&Rule| {
        let wanted = rule.needs.iter().filter_map(|need| if let Need::Words(words) = need { Some(words) } else { None });
        wanted.flatten().any(|word| word.trim().len() > cut.len() && word.trim().starts_with(cut))
    };
    let mut found: Vec<Category> = rules.filter(asks).map(|rule| rule.category).collect();
    found.sort_unstable();
    found.dedup();
    // One that may be two kinds is neither.
    <[Category; 1]>::try_from(found).ok().map(|[only]| only)
}

/// True where the payer says that it is a dividend or a distribution.
pub(super) fn says_dividend(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    words::words(&look.finder.narratives[stream.rows[0]].text).skip(1).any(is_dividend)
}

/// True where the payer settles the takings of a card terminal or a web shop.
pub(super) fn says_settlement(look: &Look<'_, '_, '_>, stream: &Stream) -> bool {
    let is_so = |word: &str| word == "PAYOUT" || word == "TAKINGS" || (word.len() >= 7 && "SETTLEMENT".starts_with(word));
    words::words(&look.finder.narratives[stream.rows[0]].text).skip(1).any(is_so)
}

/// True for a word with a digit.
pub(super) fn is_numeric(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Words that tell this payer from others, sorted: its name without what many are called.
pub(super) fn distinctive(look: &Look<'_, '_, '_>, stream: &Stream) -> Vec<String> {
    let mut found = look.name(stream);
    found.retain(|word| word.len() >= 3 && !traits::is_general(word) && !traits::of(word, look.finder.ruleset).any(Word::COMPANY));
    found.sort_unstable();
    found.dedup();
    found
}
