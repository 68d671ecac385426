//! Own accounts that the payload does not hold: a transfer to the applicant's own name, to an account's number alone, or in words of own
//! transfers, whose other half is nowhere here.
//!
//! Another person of that name, and a saved payee's number, cannot be told from it by one row: the confidence says so.

use std::sync::Arc;

use super::evidence::is_moved;
use super::names::Names;
use super::vocabulary::{APP_WORDS, TRANSFER_WORDS};
use super::{Ledger, LedgerAccount, Marks};
use crate::analysis::days::{Window, plus};
use crate::analysis::label::narrative::{Channel, Narrative};
use crate::analysis::label::{Layer, Narratives, Verdict};
use crate::analysis::ruleset::{Ruleset, words};
use crate::submission::Transaction;

/// Given name and surname.
const FULL_NAME: u16 = 930;
/// Initial and surname: a relative's may be the same.
const INITIAL: u16 = 780;
/// Words of own transfers.
const OWN_WORDS: u16 = 900;
/// The number of an account that is not here, and no name.
const NUMBER: u16 = 650;
/// Days around a transfer on which its other half is posted.
const REACH: i64 = 4;

/// What the pass reads.
struct Reading<'c, 'l> {
    ledger: &'c Ledger<'l>,
    narratives: &'c Narratives,
    ruleset: &'c Ruleset,
    names: Names<'c>,
    people: People,
}

/// Labels the transfers to and from own accounts elsewhere.
pub(super) fn relabel(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let rules: [Arc<str>; 3] = ["own-account-elsewhere:name", "own-account-elsewhere:words", "own-account-elsewhere:number"].map(Arc::from);
    let mut reading = Reading { ledger, narratives, ruleset, names: Names::of(ledger), people: People::of(ledger) };
    let known = ruleset.known();
    for (at, row) in ledger.rows.iter().enumerate() {
        let account = &ledger.accounts[row.account];
        let is_apart = row.marks.any(Marks::UNPAIRABLE) || row.pair.is_some() || account.is_loan() || account.is_revolving();
        if is_apart {
            continue;
        }
        if let Some((sure, rule)) = reading.found(at, &verdicts[at]) {
            let verdict = &mut verdicts[at];
            let was = std::mem::replace(&mut verdict.category, known.own_account_elsewhere);
            verdict.confidence = if was == known.internal_transfer { verdict.confidence.min(sure) } else { sure };
            verdict.layer = Layer::Ledger;
            verdict.rule = Arc::clone(&rules[rule]);
            verdict.merchant = None;
        }
    }
}

impl Reading<'_, '_> {
    /// How sure it is that a row is a transfer to or from an own account elsewhere, and by which rule.
    fn found(&mut self, at: usize, verdict: &Verdict) -> Option<(u16, usize)> {
        let known = self.ruleset.known();
        let (row, narrative) = (&self.ledger.rows[at], &self.narratives[at]);
        let category = verdict.category;
        let is_plain = category == known.uncategorised || category == known.uncategorised_credit;
        let is_transfer = [known.transfer_in, known.transfer_out, known.internal_transfer].contains(&category);
        let is_moved = is_moved(row.transaction(), narrative, narrative.folded.split(' '));
        // A memo may read like spending: HOLIDAY.
        let by_memo = is_moved && matches!(verdict.layer, Layer::Name | Layer::Cue);
        if !(is_plain || is_transfer || by_memo) || is_pay(narrative) {
            return None;
        }
        let account = &self.ledger.accounts[row.account];
        if (is_transfer || is_moved)
            && let Some(sure) = self.people.own_name(account, row.transaction(), &narrative.folded)
        {
            return Some((sure, 0));
        }
        if !is_transfer {
            return None;
        }
        let clue = self.names.clue(row.transaction(), row.account, narrative, verdict, self.ruleset)?;
        if clue.names_one_here() {
            return None;
        }
        if category == known.internal_transfer {
            return (clue.gives_other_number() || is_nowhere_here(self.ledger, at)).then_some((OWN_WORDS, 1));
        }
        (clue.gives_other_number() && !clue.names_somebody()).then_some((NUMBER, 2))
    }
}

/// An employer writes whom it pays.
fn is_pay(narrative: &Narrative) -> bool {
    let says_pay = |word: &str| matches!(word, "SALARY" | "PAYROLL" | "WAGE" | "WAGES" | "PENSION" | "DIVIDEND");
    narrative.channel == Channel::DirectCredit || narrative.folded.split(' ').any(says_pay)
}

/// True where every other account of the order speaks of the days on which the other half would stand: it is in none of them.
fn is_nowhere_here(ledger: &Ledger<'_>, row: usize) -> bool {
    let of = &ledger.rows[row];
    let Some(near) = of.day.and_then(|day| Window::new(plus(day, -REACH), plus(day, REACH).min(ledger.as_of))) else { return false };
    let covers = |account: &LedgerAccount<'_>| {
        account.coverage.is_some_and(|coverage| coverage.window.contains(near.from) && coverage.window.contains(near.to))
    };
    (0..ledger.accounts.len()).filter(|account| *account != of.account).all(|account| covers(&ledger.accounts[account]))
}

/// The applicants' names as words: given names, and the surname last.
struct People(Vec<Option<(Vec<String>, String)>>);

impl People {
    fn of(ledger: &Ledger<'_>) -> Self {
        let person = |name: &str| {
            let folded = words::fold(words::readable(name));
            let mut all: Vec<String> = words::words(&folded)
                .filter(|word| !matches!(*word, "MR" | "MRS" | "MS" | "MISS" | "DR" | "MX"))
                .map(str::to_owned)
                .collect();
            let surname = all.pop().filter(|surname| surname.len() > 1)?;
            (!all.is_empty()).then_some((all, surname))
        };
        Self(ledger.applicants.iter().map(|applicant| applicant.name.and_then(person)).collect())
    }

    /// How sure it is that a row names a holder of its account as its other party.
    fn own_name(&self, account: &LedgerAccount<'_>, row: &Transaction, folded: &str) -> Option<u16> {
        let extended = row.extended.as_deref();
        let party =
            extended.and_then(|extended| if row.amount.is_negative() { extended.payee.as_deref() } else { extended.payer.as_deref() });
        let party = party.map(|party| words::fold(words::readable(party)));
        let texts = [Some(folded), party.as_deref()];
        let holders = account.applicants.iter().filter_map(|&applicant| self.0[applicant].as_ref());
        let named = holders.flat_map(|person| texts.into_iter().flatten().filter_map(move |text| named(person, text)));
        named.max()
    }
}

/// How sure it is that a text names a person and nobody before. What stands behind the name is a memo.
fn named((given, surname): &(Vec<String>, String), text: &str) -> Option<u16> {
    let all: Vec<&str> = words::words(text).collect();
    if all.iter().any(|word| matches!(*word, "PTY" | "LTD" | "LIMITED" | "TRUST" | "TRUSTEE" | "SUPER" | "SMSF")) {
        return None;
    }
    let at = all.iter().position(|word| *word == surname.as_str())?;
    let word = |index: Option<usize>| index.and_then(|index| all.get(index)).copied().unwrap_or_default();
    let is_given = |word: &str| word.len() > 1 && given.iter().any(|name| name == word);
    let is_initial = |word: &str| word.len() == 1 && given[0].starts_with(word);
    let before = at.checked_sub(1);
    let has_middle = word(before).len() == 1 && is_given(word(at.checked_sub(2)));
    let (from, sure) = if is_given(word(before)) {
        (at - 1, FULL_NAME)
    } else if has_middle {
        (at - 2, FULL_NAME)
    } else if is_given(word(Some(at + 1))) {
        (at, FULL_NAME)
    } else if is_initial(word(before)) {
        (at - 1, INITIAL)
    } else if is_initial(word(Some(at + 1))) {
        (at, INITIAL)
    } else {
        return None;
    };
    let is_lead = |word: &&str| {
        let has_letters = word.bytes().filter(u8::is_ascii_alphabetic).count() > 2;
        !has_letters
            || word.bytes().any(|byte| byte.is_ascii_digit())
            || [TRANSFER_WORDS, APP_WORDS].iter().any(|known| known.binary_search(word).is_ok())
    };
    (from == 0 || matches!(all[from - 1], "TO" | "FROM") || all[..from].iter().all(is_lead)).then_some(sure)
}
