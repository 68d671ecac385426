//! Whose money it is: the people of the order against the names that payers write.
//!
//! On an account of several holders a pay is an applicant's only where a name says so. A surname alone says nothing: partners share it.

use super::traits::{self, Word, is_word_of_pay};
use super::{Attribution, Stream};
use crate::analysis::label::Narratives;
use crate::analysis::ledger::{Ledger, TRANSFER_WORDS};
use crate::analysis::ruleset::{Ruleset, words};
use crate::submission::Ownership;

/// Rows of a stream that are read for names: payers write the same ones again and again.
const MOST_READ: usize = 12;
/// Words of a text that are read.
const MOST_WORDS: usize = 24;

/// A person of the order, as words.
#[derive(Clone, Debug)]
struct Person {
    /// Index into [`Ledger::applicants`].
    applicant: usize,
    given: Vec<Box<str>>,
    /// One word, or the two of a hyphenated one.
    surname: Vec<Box<str>>,
}

/// The people of the order.
#[derive(Clone, Debug, Default)]
pub(crate) struct People(Vec<Person>);

/// Whose a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    /// On an account of one holder, or of applicants only, always an applicant's.
    pub(crate) attribution: Attribution,
    /// The applicant that the text names, else the only one of the account.
    pub(crate) applicant: Option<usize>,
}

/// A payer that bears an applicant's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnName {
    /// Nothing but the name: an own account elsewhere.
    Person,
    /// A company of that name.
    Company,
    /// A company of that surname and a trade: it may be anyone's.
    Namesake,
    /// A trust of that name.
    Trust,
}

/// Who one text names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Named {
    applicant: Option<usize>,
    /// Several applicants.
    several: bool,
    other: bool,
}

impl People {
    /// The applicants that have a person's name.
    pub(crate) fn of(ledger: &Ledger<'_>) -> Self {
        let named = ledger.applicants.iter().enumerate().filter_map(|(applicant, known)| Some((applicant, known.name?)));
        Self(named.filter_map(|(applicant, name)| person(applicant, name)).collect())
    }

    /// Whose a stream is.
    pub(crate) fn whose(&self, stream: &Stream, ledger: &Ledger<'_>, narratives: &Narratives, ruleset: &Ruleset) -> Whose {
        let account = &ledger.accounts[stream.account];
        let only = match *account.applicants {
            [one] => Some(one),
            _ => None,
        };
        let is_shared = account.views.iter().any(|view| !matches!(view.account.ownership, Ownership::OneParty | Ownership::Unknown));
        if !is_shared && only.is_some() {
            return Whose { attribution: Attribution::Applicant, applicant: only };
        }
        let named = self.named_in(stream, ledger, narratives, ruleset);
        let all_known = account.applicants.len() > 1
            && account.views.iter().all(|view| !matches!(view.account.ownership, Ownership::ManyParty | Ownership::Other));
        let attribution = match named {
            _ if all_known => Attribution::Applicant,
            Named { other: true, applicant: None, .. } => Attribution::OtherHolder,
            Named { other: false, applicant: Some(_), .. } => Attribution::Applicant,
            _ => Attribution::Unknown,
        };
        let applicant =
            named.applicant.filter(|_| !named.several && !named.other).or(only.filter(|_| attribution == Attribution::Applicant));
        Whose { attribution, applicant }
    }

    /// Who the rows of a stream name, taken together.
    fn named_in(&self, stream: &Stream, ledger: &Ledger<'_>, narratives: &Narratives, ruleset: &Ruleset) -> Named {
        let mut all = Named::default();
        for &row in stream.rows.iter().rev().take(MOST_READ) {
            let transaction = ledger.rows[row].transaction();
            let extended = transaction.extended.as_deref();
            let fields = [transaction.reference.as_deref(), extended.and_then(|extended| extended.description.as_deref())];
            let payee = extended.and_then(|extended| extended.payee.as_deref());
            let mut hear = |named: Named| {
                all.several |= named.several || all.applicant.zip(named.applicant).is_some_and(|(a, b)| a != b);
                all.applicant = all.applicant.or(named.applicant);
                all.other |= named.other;
            };
            hear(self.named(&narratives[row].folded, false, ruleset));
            for field in fields.into_iter().flatten() {
                hear(self.named(&words::fold(words::readable(field)), false, ruleset));
            }
            if let Some(payee) = payee {
                hear(self.named(&words::fold(words::readable(payee)), true, ruleset));
            }
        }
        all
    }

    /// Who a folded text names. `is_name` where the whole text is a person's name.
    fn named(&self, folded: &str, is_name: bool, ruleset: &Ruleset) -> Named {
        let list: Vec<&str> = words::words(folded).take(MOST_WORDS).collect();
        let mut named = Named::default();
        for person in &self.0 {
            let (is_named, is_other) = person.in_words(&list, ruleset);
            named.several |= is_named && named.applicant.is_some();
            named.applicant = named.applicant.or(is_named.then_some(person.applicant));
            named.other |= is_other && !self.0.iter().any(|other| other.in_words(&list, ruleset).0);
        }
        named.other |= named.applicant.is_none() && self.is_stranger(&list, is_name, ruleset);
        named
    }

    /// True where a name stands behind a word of pay, or is the whole text, and is none of the order's.
    fn is_stranger(&self, list: &[&str], is_name: bool, ruleset: &Ruleset) -> bool {
        let from =
            if is_name { 0 } else { list.iter().position(|word| traits::of(word, ruleset).any(Word::PAY)).map_or(list.len(), |at| at + 1) };
        let of = |word: &&str| traits::of(word, ruleset);
        list[from..].windows(2).any(|pair| {
            let (first, second) = (of(&pair[0]), of(&pair[1]));
            let is_given = |word: &str, kind: Word| kind.any(Word::GIVEN) || is_initial(word);
            let is_person =
                (is_given(pair[0], first) && second.any(Word::SURNAME)) || (first.any(Word::SURNAME) && is_given(pair[1], second));
            is_person && !first.any(Word::COMPANY) && !second.any(Word::COMPANY) && !self.has_surname(pair[0]) && !self.has_surname(pair[1])
        })
    }

    fn has_surname(&self, word: &str) -> bool {
        self.0.iter().any(|person| person.surname.iter().any(|part| &**part == word))
    }

    /// What a payer that bears an applicant's name is; `None` where it bears none.
    pub(crate) fn own_name(&self, folded: &str, ruleset: &Ruleset) -> Option<OwnName> {
        let list: Vec<&str> = words::words(folded).take(MOST_WORDS).collect();
        self.0.iter().find_map(|person| person.as_payer(&list, ruleset))
    }
}

fn person(applicant: usize, name: &str) -> Option<Person> {
    let folded = words::fold(words::readable(name));
    // "CITIZEN, ALEX" puts the surname first.
    let turned = folded.split_once(',').map(|(surname, given)| format!("{} {}", given.trim(), surname.trim()));
    let folded = turned.unwrap_or(folded);
    let parts: Vec<&str> =
        folded.split(' ').filter(|part| !matches!(part.trim_end_matches('.'), "" | "MR" | "MRS" | "MS" | "MISS" | "DR" | "MX")).collect();
    if parts.iter().any(|part| traits::is_company_form(part)) {
        return None;
    }
    let (surname, given) = parts.split_last()?;
    let boxed = |text: &str| words::words(text).map(Into::into).collect::<Vec<Box<str>>>();
    let surname = boxed(surname);
    let given: Vec<Box<str>> = given.iter().flat_map(|part| boxed(part)).collect();
    (!surname.is_empty() && surname.iter().all(|part| part.len() > 1)).then_some(Person { applicant, given, surname })
}

fn is_initial(word: &str) -> bool {
    word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic()
}

fn is_number(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

impl Person {
    /// Where the surname stands.
    fn surname_at(&self, list: &[&str]) -> Option<usize> {
        list.windows(self.surname.len()).position(|run| run.iter().zip(&self.surname).all(|(word, part)| *word == &**part))
    }

    /// Whether the words name this person, and whether they name someone else of the same surname.
    fn in_words(&self, list: &[&str], ruleset: &Ruleset) -> (bool, bool) {
        let joined = |word: &&str| {
            let rest = self.surname.last().and_then(|surname| word.strip_suffix(&**surname));
            rest.is_some_and(|rest| !rest.is_empty() && (self.is_given(rest) || self.is_initials(rest)))
        };
        if self.surname.len() == 1 && list.iter().any(joined) {
            return (true, false);
        }
        let Some(at) = self.surname_at(list) else {
            // A given name by itself, where it is long enough to be no other word.
            let first = self.given.first().filter(|given| given.len() >= 4);
            return (first.is_some_and(|given| list.contains(&&**given)), false);
        };
        let end = at + self.surname.len();
        let before = &list[at.saturating_sub(3)..at];
        let after = &list[end..list.len().min(end + 2)];
        let is_own = |word: &&str| self.is_given(word) || self.is_initials(word);
        if before.last().is_some_and(is_own) || after.first().is_some_and(is_own) || before.iter().any(|word| self.is_given(word)) {
            return (true, false);
        }
        let is_other = |word: &&str| is_initial(word) || traits::of(word, ruleset).any(Word::GIVEN);
        (false, before.last().is_some_and(is_other) || after.first().is_some_and(is_other))
    }

    /// What a payer is whose words have this person's surname.
    fn as_payer(&self, list: &[&str], ruleset: &Ruleset) -> Option<OwnName> {
        let at = self.surname_at(list)?;
        // HARTWELL ENGINEERING SALARY A CITIZEN: the employer is named first, then who is paid.
        let is_lead = |word: &&str| {
            TRANSFER_WORDS.binary_search(word).is_ok()
                || is_word_of_pay(word)
                || is_number(word)
                || self.is_given(word)
                || self.is_initials(word)
        };
        if !list[..at].iter().all(|word| is_lead(word) || word.len() <= 2) {
            return None;
        }
        let (is_named, _) = self.in_words(list, ruleset);
        let of_company =
            |word: &&&str| traits::of(word, ruleset).any(Word::COMPANY) || traits::is_company_form(word) || traits::is_general(word);
        if list.iter().any(|word| matches!(*word, "TRUST" | "TRUSTEE" | "TRUSTEES" | "ATF")) {
            return Some(OwnName::Trust);
        }
        let tells = |word: &&&str| word.len() > 1 && !traits::of(word, ruleset).any(Word::PAY) && !is_number(word);
        let behind: Vec<&&str> = list[at + self.surname.len()..].iter().filter(tells).take(4).collect();
        if !list.iter().any(|word| of_company(&word)) {
            return is_named.then_some(OwnName::Person);
        }
        // CITIZEN HOLDINGS, A CITIZEN PLUMBING PTY LTD; CITIZEN PLUMBING may be a stranger's of that name, HARPER LEE BOOKSHOP is none.
        let is_holding = |word: &&&str| traits::is_company_form(word) || traits::is_holding(word);
        if is_named || (!behind.is_empty() && behind.iter().all(is_holding)) {
            return Some(OwnName::Company);
        }
        behind.iter().all(of_company).then_some(OwnName::Namesake)
    }

    fn is_given(&self, word: &str) -> bool {
        word.len() > 1 && self.given.iter().any(|given| &**given == word)
    }

    /// A, AB, B for Alex Blake.
    fn is_initials(&self, word: &str) -> bool {
        let initials: Vec<u8> = self.given.iter().filter_map(|given| given.bytes().next()).collect();
        let letters = word.as_bytes();
        (1..=3).contains(&letters.len()) && (letters == initials || (letters.len() == 1 && initials.contains(&letters[0])))
    }
}
