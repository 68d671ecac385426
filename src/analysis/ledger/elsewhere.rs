//! Own accounts that the payload does not hold: a transfer to the applicant's own name, to an account's number alone, or in words of own
//! transfers, whose other half is nowhere here.
//!
//! Another person of that name, and a saved payee's number, cannot be told from it by one row: the confidence says so.

use std::sync::Arc;

use super::names::Names;
use super::{Ledger, LedgerAccount, Marks};
use crate::analysis::days::{Window, plus};
use crate::analysis::label::narrative::Channel;
use crate::analysis::label::{Layer, Narratives, Verdict};
use crate::analysis::ruleset::{Ruleset, words};
use crate::submission::{Transaction, TransactionType};

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

/// Labels the transfers to and from own accounts elsewhere.
pub(super) fn relabel(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    let known = ruleset.known();
    let may_be = [known.transfer_in, known.transfer_out, known.internal_transfer, known.uncategorised, known.uncategorised_credit];
    let rules: [Arc<str>; 3] = ["own-account-elsewhere:name", "own-account-elsewhere:words", "own-account-elsewhere:number"].map(Arc::from);
    let mut names = None;
    let people = People::of(ledger);
    for (at, row) in ledger.rows.iter().enumerate() {
        let account = &ledger.accounts[row.account];
        let category = verdicts[at].category;
        let is_apart = row.marks.any(Marks::UNPAIRABLE) || row.pair.is_some() || account.is_loan() || account.is_revolving();
        if is_apart || !may_be.contains(&category) || !is_transfer(row.transaction(), narratives, at) {
            continue;
        }
        let names = names.get_or_insert_with(|| Names::of(ledger));
        let Some(clue) = names.clue(row.transaction(), row.account, &narratives[at], &verdicts[at], ruleset) else { continue };
        // An employer writes whom it pays: only a row that names nobody else moves money to oneself.
        let own_name = people.own_name(account, row.transaction(), &narratives[at].folded).filter(|_| !clue.names_somebody());
        let is_plain = category == known.uncategorised || category == known.uncategorised_credit;
        let may_be_elsewhere = !is_plain && !clue.names_one_here();
        let own_words = category == known.internal_transfer && (clue.gives_other_number() || is_nowhere_here(ledger, at));
        let number_alone = category != known.internal_transfer && clue.gives_other_number() && !clue.names_somebody();
        let found = match own_name {
            Some(sure) => Some((sure, 0)),
            None if may_be_elsewhere && own_words => Some((OWN_WORDS, 1)),
            None => (may_be_elsewhere && number_alone).then_some((NUMBER, 2)),
        };
        if let Some((sure, rule)) = found {
            let verdict = &mut verdicts[at];
            let was = std::mem::replace(&mut verdict.category, known.own_account_elsewhere);
            verdict.confidence = if was == known.internal_transfer { verdict.confidence.min(sure) } else { sure };
            verdict.layer = Layer::Ledger;
            verdict.rule = Arc::clone(&rules[rule]);
        }
    }
}

fn is_transfer(row: &Transaction, narratives: &Narratives, at: usize) -> bool {
    let narrative = &narratives[at];
    let is_by_type = matches!(row.kind, TransactionType::TransferIncoming | TransactionType::TransferOutgoing);
    let is_by_words = narrative.says_transfer_to || narrative.says_transfer_from;
    is_by_type || is_by_words || matches!(narrative.channel, Channel::InternetTransfer | Channel::Osko | Channel::Unknown)
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

    /// How sure it is that a row names a holder of its account.
    fn own_name(&self, account: &LedgerAccount<'_>, row: &Transaction, folded: &str) -> Option<u16> {
        let holders = account.applicants.iter().filter_map(|&applicant| self.0[applicant].as_ref());
        holders.filter_map(|person| named(person, row, folded)).max()
    }
}

fn named((given, surname): &(Vec<String>, String), row: &Transaction, folded: &str) -> Option<u16> {
    let in_words = |text: &str| {
        let all: Vec<&str> = words::words(text).collect();
        if all.iter().any(|word| matches!(*word, "PTY" | "LTD" | "LIMITED" | "TRUST" | "TRUSTEE" | "SUPER" | "SMSF")) {
            return None;
        }
        let at = all.iter().position(|word| *word == surname.as_str())?;
        let word = |index: Option<usize>| index.and_then(|index| all.get(index)).copied().unwrap_or_default();
        let middle = if word(at.checked_sub(1)).len() == 1 { word(at.checked_sub(2)) } else { "" };
        let beside = [word(at.checked_sub(1)), middle, word(Some(at + 1))];
        let is_given = |word: &&str| given.iter().any(|name| name == word);
        let is_initial = |word: &&str| word.len() == 1 && given[0].starts_with(word);
        if beside.iter().any(|word| word.len() > 1 && is_given(word)) {
            return Some(FULL_NAME);
        }
        [beside[0], beside[2]].iter().any(is_initial).then_some(INITIAL)
    };
    let extended = row.extended.as_deref();
    let party = extended.and_then(|extended| if row.amount.is_negative() { extended.payee.as_deref() } else { extended.payer.as_deref() });
    in_words(folded).or_else(|| party.and_then(|party| in_words(&words::fold(words::readable(party)))))
}
