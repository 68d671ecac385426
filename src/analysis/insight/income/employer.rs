//! The declared employer against the payers of salary.

use serde::Serialize;

use crate::analysis::exact::Fraction;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::Evidence;
use crate::analysis::insight::scope::{Scope, Who};
use crate::analysis::ruleset::words;
use crate::analysis::stream::{Stream, is_word_of_pay};

/// Words of an employer's name that tell it from no other. Sorted.
const GENERAL: &[&str] = &[
    "AUST",
    "AUSTRALIA",
    "AUSTRALIAN",
    "CO",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "GROUP",
    "HOLDINGS",
    "INC",
    "INCORPORATED",
    "LIMITED",
    "LTD",
    "OF",
    "PL",
    "PTY",
    "SERVICES",
    "THE",
    "TRUST",
];
/// Letters from which a word that a payer cut short still tells.
const CUT: usize = 5;
/// Thousandths of the declared name that a partial match needs.
const PARTIAL: u32 = 500;
/// Score of initials: NAB for National Australia Bank.
const INITIALS: u32 = 700;
/// Score of a payer who says nothing but a part of the declared name.
const PART: u32 = 600;
const WHOLE: u32 = 1_000;

/// How well it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Match {
    None,
    Partial,
    Exact,
    NotDeclared,
}

/// `employerMatch`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmployerMatch {
    declared: Option<Box<str>>,
    payer: Option<Box<str>>,
    result: Match,
    score: Option<Fraction<2>>,
}

/// The declared employer of the scope against its streams of salary. Of several applicants the worst match stands: it is the one to ask about.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, salaries: &[&Stream]) -> (EmployerMatch, Evidence) {
    let customers = context.ledger.order.customers.iter().map(|&customer| &context.ledger.submission.customers[customer]);
    let is_in = |applicant_id: &str| match scope.who {
        Who::Combined => true,
        Who::Applicant(applicant) => context.ledger.applicants[applicant].applicant_id == applicant_id,
    };
    let declared = customers.filter(|customer| is_in(&customer.applicant_id)).filter_map(|customer| customer.declared_employer.as_deref());
    let evidence = Evidence::of("employerMatch").from_streams(salaries.iter().map(|stream| (&*stream.id).into()).collect());
    let worst = declared.map(|declared| best(declared, salaries)).min_by_key(|found| (found.result, found.score));
    let none = EmployerMatch { declared: None, payer: None, result: Match::NotDeclared, score: None };
    (worst.unwrap_or(none), evidence)
}

/// The payer that matches best.
fn best(declared: &str, salaries: &[&Stream]) -> EmployerMatch {
    let scored = salaries.iter().map(|stream| (score(declared, &stream.party), *stream));
    // Equal scores: the first stream.
    let found = scored.fold(
        None::<(u32, &Stream)>,
        |best, (score, stream)| {
            if best.is_none_or(|(most, _)| score > most) { Some((score, stream)) } else { best }
        },
    );
    let (score, payer) = found.map_or((0, None), |(score, stream)| (score, Some(stream.party.clone())));
    let result = match score {
        WHOLE => Match::Exact,
        PARTIAL.. => Match::Partial,
        _ => Match::None,
    };
    EmployerMatch {
        declared: Some(declared.into()),
        payer: payer.filter(|_| result != Match::None),
        result,
        score: Fraction::of(i128::from(score), i128::from(WHOLE)),
    }
}

fn telling(name: &str) -> Vec<String> {
    let folded = words::fold(words::readable(name));
    words::words(&folded).filter(|word| GENERAL.binary_search(word).is_err() && !is_word_of_pay(word)).map(str::to_owned).collect()
}

/// Thousandths of the declared name's letters that the payer's name has. The whole only where neither says more than the other.
fn score(declared: &str, payer: &str) -> u32 {
    let (own, theirs) = (telling(declared), telling(payer));
    let all: usize = own.iter().map(String::len).sum();
    if all == 0 || theirs.is_empty() {
        return 0;
    }
    let is_same = |a: &str, b: &str| a == b || (a.len().min(b.len()) >= CUT && (a.starts_with(b) || b.starts_with(a)));
    let has = |word: &String| theirs.iter().any(|other| is_same(word, other));
    let found: usize = own.iter().filter(|word| has(word)).map(String::len).sum();
    let initials: String = words::words(&words::fold(declared)).filter_map(|word| word.chars().next()).collect();
    let by_initials = initials.len() >= 3 && theirs.contains(&initials);
    let share = u32::try_from(found * 1_000 / all).unwrap_or(0);
    let says_no_more = theirs.iter().all(|word| own.iter().any(|other| is_same(other, word)));
    match share {
        WHOLE if says_no_more => WHOLE,
        WHOLE => WHOLE - 50,
        _ if by_initials => share.max(INITIALS),
        1.. if says_no_more => share.max(PART),
        _ => share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_tells_them_apart() {
        assert!(GENERAL.is_sorted());
        assert_eq!(score("Hartwell Engineering Pty Ltd", "HARTWELL ENGINEERING"), 1_000);
        assert_eq!(score("Hartwell Engineering", "HARTWELL ENGIN"), 1_000, "the payer's text was cut");
        assert_eq!(score("National Australia Bank", "NAB"), 700);
        assert_eq!(score("Hartwell Engineering", "HARTWELL GROUP SALARY"), 600);
        assert!(score("Hartwell Engineering", "HARTWELL MARINE") < 500);
        assert_eq!(score("Bramley Foods", "BRAMLEY FOODS SALARY"), 1_000);
        assert_eq!(score("Bramley Foods", "BRAMLEY FOODS NORTH"), 950);
        assert_eq!(score("Bramley Foods", "ORCHARD LOGISTICS"), 0);
        assert_eq!(score("The Group", "ANYONE"), 0);
    }
}
