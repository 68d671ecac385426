//! Groups of one payer whose text differs from row to row: another lead, another reference, a cut.
//!
//! A name alone joins nothing: two people may work for one employer. Groups are one where the whole keeps its rhythm better than its parts.
//!
//! Bounded: groups are looked at by the first word of their name, and of those that share it so many at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{Judged, Judgement, Look, joined, payer};
use crate::analysis::label::Verdict;
use crate::analysis::ruleset::{Nature, words};
use crate::analysis::stream::{Cadence, Stream};

/// Groups of one first word that are tried one by one.
const MOST_TRIED: usize = 16;
/// Words of an account that are tried, groups that have a word, and rows of them: beyond that a word names no payer of income.
const MOST_WORDS: usize = 24;
const MOST_OF_A_WORD: usize = 24;
const MOST_ROWS: usize = 1_000;
/// Letters of a cut word.
const CUT: usize = 3;
/// Days between two pays at most.
const LONGEST: i64 = 31;
/// Weight of a slot that is filled or missed against a row beside the rhythm.
const SLOT: i64 = 4;
/// Rows of a bonus or a correction, which may stand beside the rhythm.
const FEW: usize = 2;

/// A group by its place among all, with the words of its name.
type Named = (usize, Vec<String>);

/// Joins the groups of one payer.
pub(super) fn namesakes(look: &Look<'_, '_, '_>, groups: &mut Vec<Judged>, verdicts: &[Verdict]) {
    let all: Vec<usize> = (0..groups.len()).filter(|&at| groups[at].kind != Judgement::Never).collect();
    let mut gone = BTreeSet::new();
    of_one_name(look, groups, &all, verdicts, &mut gone);
    by_word(look, groups, &all, verdicts, &mut gone);
    joined::drop_gone(groups, &gone);
}

/// Joins those of some groups that are one payer's; what was taken in is gone.
pub(super) fn of_one_name(
    look: &Look<'_, '_, '_>,
    groups: &mut [Judged],
    some: &[usize],
    verdicts: &[Verdict],
    gone: &mut BTreeSet<usize>,
) {
    // By the first word of the name, then by the second too: the first may be a frame's.
    for count in 1..=2 {
        let mut buckets: BTreeMap<(usize, String), Vec<Named>> = BTreeMap::new();
        for &at in some.iter().filter(|at| !gone.contains(at)) {
            let name = name(look, &groups[at], verdicts);
            for word in name.iter().take(count) {
                buckets.entry((groups[at].stream.account, word.clone())).or_default().push((at, name.clone()));
            }
        }
        for mut left in buckets.into_values() {
            left.retain(|(at, _)| !gone.contains(at));
            while left.len() > 1 {
                let (head, name) = left[0].clone();
                let is_alike =
                    |(at, other): &Named| *at == head || (are_alike(&name, other) && may_be_one(look, &groups[head], &groups[*at]));
                let (alike, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_alike);
                left = others;
                let alike: Vec<usize> = alike.into_iter().map(|(at, _)| at).collect();
                if alike.len() > 1 {
                    join(look, groups, &alike, verdicts, gone);
                }
            }
        }
    }
}

/// Joins groups that have a word in common, wherever it stands, where together they keep a rhythm that none of them keeps; or, where none
/// has a rhythm, more than one word. For texts whose frame nobody knows.
fn by_word(look: &Look<'_, '_, '_>, groups: &mut [Judged], some: &[usize], verdicts: &[Verdict], gone: &mut BTreeSet<usize>) {
    let mut of_word: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for &at in some.iter().filter(|at| !gone.contains(at)) {
        for word in look.name(&groups[at].stream).into_iter().collect::<BTreeSet<_>>() {
            of_word.entry((groups[at].stream.account, word)).or_default().push(at);
        }
    }
    let rows = |of: &[usize], groups: &[Judged]| of.iter().map(|&at| groups[at].stream.rows.len()).sum::<usize>();
    let mut words: Vec<(usize, std::cmp::Reverse<usize>, String, Vec<usize>)> = (of_word.into_iter())
        .filter(|(_, of)| (2..=MOST_OF_A_WORD).contains(&of.len()))
        .map(|((account, word), of)| (account, std::cmp::Reverse(rows(&of, groups)), word, of))
        .collect();
    words.sort_unstable();
    for of_account in words.chunk_by(|a, b| a.0 == b.0) {
        for (_, std::cmp::Reverse(rows), _, of) in of_account.iter().take(MOST_WORDS) {
            let left: Vec<usize> = of.iter().copied().filter(|at| !gone.contains(at)).collect();
            // Of equals the first.
            let most = |&at: &usize| (groups[at].kind == Judgement::Income, groups[at].stream.rows.len(), std::cmp::Reverse(at));
            let Some(head) = left.iter().copied().max_by_key(most) else { continue };
            let alike = left.into_iter().filter(|&at| {
                at == head || (may_be_one(look, &groups[head], &groups[at]) && joined::are_near(look, &groups[head], &groups[at], 600))
            });
            let alike: Vec<usize> = alike.collect();
            if alike.len() < 2 || *rows > MOST_ROWS {
                continue;
            }
            let Some(whole) = joined::union(look, alike.iter().map(|&at| &groups[at].stream), verdicts) else { continue };
            let parts: i64 = alike.iter().map(|&at| worth(&groups[at].stream)).sum();
            let keeps = whole.cadence != Cadence::Irregular && filled(&whole) * 10 >= whole.rows.len() * 8 && worth(&whole) > parts;
            let none_keeps = whole.cadence == Cadence::Irregular && alike.iter().all(|&at| !has_rhythm(look, &groups[at]));
            if keeps || (none_keeps && share_words(look, groups, &alike)) {
                absorb(look, groups, &alike, whole);
                gone.extend(&alike[1..]);
            }
        }
    }
}

/// True where the names of all groups have two words in common, or one that is nobody else's.
fn share_words(look: &Look<'_, '_, '_>, groups: &[Judged], of: &[usize]) -> bool {
    let names = of.iter().map(|&at| look.name(&groups[at].stream).into_iter().collect::<BTreeSet<_>>());
    let common = names.reduce(|a, b| a.intersection(&b).cloned().collect()).unwrap_or_default();
    common.len() >= 2 && common.iter().any(|word| word.len() > CUT)
}

/// Joins groups of like names: all of them where that is best, else one after the other.
fn join(look: &Look<'_, '_, '_>, groups: &mut [Judged], alike: &[usize], verdicts: &[Verdict], gone: &mut BTreeSet<usize>) {
    if let Some(stream) = better(look, groups, alike, verdicts) {
        absorb(look, groups, alike, stream);
        gone.extend(&alike[1..]);
        return;
    }
    let mut heads: Vec<usize> = Vec::new();
    for &at in alike.iter().take(MOST_TRIED) {
        let found = heads.iter().find_map(|&head| Some((head, better(look, groups, &[head, at], verdicts)?)));
        match found {
            Some((head, stream)) => {
                absorb(look, groups, &[head, at], stream);
                gone.insert(at);
            }
            None => heads.push(at),
        }
    }
}

/// The whole of some groups, where it keeps its rhythm no worse than its parts.
fn better(look: &Look<'_, '_, '_>, groups: &[Judged], parts: &[usize], verdicts: &[Verdict]) -> Option<Stream> {
    let whole = joined::union(look, parts.iter().map(|&at| &groups[at].stream), verdicts)?;
    let (regular, loose): (Vec<usize>, Vec<usize>) = parts.iter().partition(|&&at| has_rhythm(look, &groups[at]));
    let is_better = match *regular {
        [] => true,
        [only] => {
            let few: usize = loose.iter().map(|&at| groups[at].stream.rows.len()).sum();
            let are_alike = few <= FEW || loose.iter().all(|&at| joined::are_near(look, &groups[only], &groups[at], 600));
            // A rhythm of so small a part of the pays was an accident.
            let was_accident = whole.cadence == Cadence::Irregular && few * 2 >= groups[only].stream.rows.len();
            let keeps =
                filled(&whole) * 10 >= filled(&groups[only].stream) * 9 && (few <= FEW || filled(&whole) * 10 >= whole.rows.len() * 8);
            are_alike && (was_accident || keeps)
        }
        _ => worth(&whole) >= parts.iter().map(|&at| worth(&groups[at].stream)).sum(),
    };
    is_better.then_some(whole)
}

/// True for a rhythm that is none by accident: nobody is paid once a year, and two bonuses are no job.
fn has_rhythm(look: &Look<'_, '_, '_>, group: &Judged) -> bool {
    let days = group.stream.cadence.days();
    days.is_some_and(|days| days <= LONGEST || look.finder.ruleset.nature(group.category) != Nature::Pay)
}

fn filled(stream: &Stream) -> usize {
    stream.slots.iter().flatten().count()
}

/// How well a stream keeps its rhythm: slots filled, less those missed and rows beside it. Nothing without one.
fn worth(stream: &Stream) -> i64 {
    if stream.cadence == Cadence::Irregular {
        return 0;
    }
    let filled = filled(stream);
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    SLOT * (count(filled) - count(stream.missed.len())) - count(stream.rows.len() - filled)
}

/// The first group becomes the whole, and is what the surest of them is.
fn absorb(look: &Look<'_, '_, '_>, groups: &mut [Judged], parts: &[usize], stream: Stream) {
    let other = look.known.gov_other;
    // Of equals the first.
    let sure = parts.iter().copied().max_by_key(|&at| {
        let group = &groups[at];
        (group.kind == Judgement::Income, group.category != other, group.confidence, std::cmp::Reverse(at))
    });
    let from = groups[sure.unwrap_or(parts[0])].clone();
    let differs = parts.iter().any(|&at| groups[at].category != from.category);
    let rule = from.rule.or((differs && from.kind == Judgement::Income).then_some("stream:same-payer"));
    groups[parts[0]] = Judged { stream, rule, ..from };
}

/// True where two groups may be one by what they are.
fn may_be_one(look: &Look<'_, '_, '_>, a: &Judged, b: &Judged) -> bool {
    match (a.kind, b.kind) {
        (Judgement::Income, Judgement::Income) => joined::is_one_kind(look, a, b),
        (Judgement::Income, Judgement::Open) => joins_open(look, a, b),
        (Judgement::Open, Judgement::Income) => joins_open(look, b, a),
        (Judgement::Open, Judgement::Open) => true,
        _ => false,
    }
}

/// True where rows that say nothing may belong to income: about as large, and not called something else.
fn joins_open(look: &Look<'_, '_, '_>, income: &Judged, open: &Judged) -> bool {
    joined::are_near(look, income, open, 600) && !payer::is_unearned(look, &open.stream)
}

/// The words that name the payer, in order. What one agency or bank pays out is one name whatever its words.
fn name(look: &Look<'_, '_, '_>, group: &Judged, verdicts: &[Verdict]) -> Vec<String> {
    let code = look.finder.ruleset.code(group.category);
    if group.kind == Judgement::Income && (code.starts_with("GOV_") || group.category == look.known.interest_income) {
        return vec![if code.starts_with("GOV_") { "GOV_" } else { code }.to_owned()];
    }
    let merchant = verdicts[group.stream.rows[0]].merchant.as_deref().filter(|_| group.kind == Judgement::Income);
    if let Some(merchant) = merchant {
        return words::words(&words::fold(merchant)).map(str::to_owned).collect();
    }
    look.name(&group.stream)
}

/// True where two texts have one name: where one goes on from the other, or where both do once a word before them is left out, which may
/// be a frame's that nobody knows.
fn are_alike(a: &[String], b: &[String]) -> bool {
    begin_alike(a, b)
        || [(1, 0), (0, 1), (1, 1)].into_iter().any(|(of_a, of_b)| {
            let (a, b) = (a.get(of_a..).unwrap_or(&[]), b.get(of_b..).unwrap_or(&[]));
            a.len().min(b.len()) >= 2 && begin_alike(a, b)
        })
}

/// True where one name is the beginning of the other; its last word may be cut.
fn begin_alike(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let Some((last, before)) = short.split_last() else { return false };
    let is_cut =
        |word: &str| last == word || (last.len() >= CUT && word.starts_with(&**last)) || (word.len() >= CUT && last.starts_with(word));
    before == &long[..before.len()] && is_cut(&long[before.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_alike_where_it_goes_on_or_was_cut() {
        let name = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(are_alike(&name("TELSTRA CORPORATION"), &name("TELSTRA CORPORATION LIMITED")));
        assert!(are_alike(&name("BLUE GUM ENGIN"), &name("BLUE GUM ENGINEERING")));
        assert!(!are_alike(&name("BLUE GUM ENGINEERING"), &name("BLUE GUM PLUMBING")));
        assert!(!are_alike(&name("BLUE GUM"), &name("BLUE HILL")));
        assert!(!are_alike(&[], &name("BLUE HILL")));
    }
}
