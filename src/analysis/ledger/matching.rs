//! Which debit goes with which credit, when several could: the assignment with the highest score.

use std::cmp::Reverse;

/// A possible pair: local numbers of a debit and a credit, and what speaks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// Local number of the debit.
    pub(super) debit: usize,
    /// Local number of the credit.
    pub(super) credit: usize,
    /// Above zero; the higher the likelier.
    pub(super) score: i64,
    /// Which of the caller's candidates it is.
    pub(super) candidate: usize,
}

/// Up to so many rows on the shorter side, and on the longer, the assignment is exact; beyond, the best pair is taken first.
const EXACT: (usize, usize) = (6, 64);

/// The pairs that together score highest, each row in at most one; by debit.
pub(super) fn assign(edges: &[Edge]) -> Vec<Edge> {
    let mut pairs = Vec::new();
    for component in components(edges) {
        let (debits, credits) = (ids(&component, |edge| edge.debit), ids(&component, |edge| edge.credit));
        if debits.len().min(credits.len()) <= EXACT.0 && debits.len().max(credits.len()) <= EXACT.1 {
            pairs.extend(exact(&component, &debits, &credits));
        } else {
            pairs.extend(greedy(component));
        }
    }
    pairs.sort_by_key(|pair| pair.debit);
    pairs
}

fn ids(edges: &[Edge], id: impl Fn(&Edge) -> usize) -> Vec<usize> {
    let mut ids: Vec<usize> = edges.iter().map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The edges by connected component.
fn components(edges: &[Edge]) -> Vec<Vec<Edge>> {
    let debits = edges.iter().map(|edge| edge.debit + 1).max().unwrap_or(0);
    let credits = edges.iter().map(|edge| edge.credit + 1).max().unwrap_or(0);
    let mut parent: Vec<usize> = (0..debits + credits).collect();
    for edge in edges {
        let (a, b) = (find(&mut parent, edge.debit), find(&mut parent, debits + edge.credit));
        parent[a.max(b)] = a.min(b);
    }
    let mut keyed: Vec<(usize, Edge)> = edges.iter().map(|edge| (find(&mut parent, edge.debit), *edge)).collect();
    keyed.sort_by_key(|(root, edge)| (*root, edge.debit, edge.credit));
    keyed.chunk_by(|a, b| a.0 == b.0).map(|component| component.iter().map(|(_, edge)| *edge).collect()).collect()
}

fn find(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// Takes the best edge that is still free, again and again.
fn greedy(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by_key(|edge| (Reverse(edge.score), edge.debit, edge.credit));
    let (mut debits, mut credits) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    edges.retain(|edge| {
        !debits.contains(&edge.debit) && !credits.contains(&edge.credit) && debits.insert(edge.debit) && credits.insert(edge.credit)
    });
    edges
}

/// Goes along the longer side and keeps the best score for every set of the shorter side that is taken: 64 × 2⁶ states at most.
fn exact(edges: &[Edge], debits: &[usize], credits: &[usize]) -> Vec<Edge> {
    let debits_are_short = debits.len() <= credits.len();
    let (short, long) = if debits_are_short { (debits, credits) } else { (credits, debits) };
    let ends = |edge: &Edge| if debits_are_short { (edge.debit, edge.credit) } else { (edge.credit, edge.debit) };
    let mut by_long: Vec<Vec<(usize, &Edge)>> = vec![Vec::new(); long.len()];
    for edge in edges {
        let (of_short, of_long) = ends(edge);
        let at = |ids: &[usize], id| ids.binary_search(&id).expect("an end of one of the edges");
        by_long[at(long, of_long)].push((at(short, of_short), edge));
    }
    // best[mask]: highest score so far with the set `mask` taken; choice[step][mask]: the edge that led there.
    let states = 1_usize << short.len();
    let mut best: Vec<Option<i64>> = vec![None; states];
    best[0] = Some(0);
    let mut choice: Vec<Vec<Option<(usize, &Edge)>>> = Vec::with_capacity(long.len());
    for options in &by_long {
        let mut next = best.clone();
        let mut chosen = vec![None; states];
        for (mask, score) in best.iter().enumerate() {
            let Some(score) = score else { continue };
            for (of_short, edge) in options.iter().filter(|(of_short, _)| mask & (1 << of_short) == 0) {
                let taken = mask | (1 << of_short);
                if next[taken].is_none_or(|known| known < score + edge.score) {
                    next[taken] = Some(score + edge.score);
                    chosen[taken] = Some((*of_short, *edge));
                }
            }
        }
        best = next;
        choice.push(chosen);
    }
    let mut mask = (0..states).max_by_key(|&mask| (best[mask], Reverse(mask))).unwrap_or(0);
    let mut pairs = Vec::new();
    for chosen in choice.iter().rev() {
        if let Some((of_short, edge)) = chosen[mask] {
            pairs.push(*edge);
            mask &= !(1 << of_short);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(pairs: &[Edge]) -> i64 {
        pairs.iter().map(|pair| pair.score).sum()
    }

    /// Tries everything.
    fn best_by_trying(edges: &[Edge]) -> i64 {
        let Some((first, rest)) = edges.split_first() else { return 0 };
        let free: Vec<Edge> = rest.iter().filter(|edge| edge.debit != first.debit && edge.credit != first.credit).copied().collect();
        best_by_trying(rest).max(first.score + best_by_trying(&free))
    }

    proptest! {
        #[test]
        fn small_groups_get_the_highest_score(scores in proptest::collection::btree_map((0..4_usize, 0..5_usize), 1..40_i64, 0..14)) {
            let edges: Vec<Edge> = scores.into_iter().map(|((debit, credit), score)| Edge { debit, credit, score, candidate: 0 }).collect();
            let pairs = assign(&edges);
            prop_assert_eq!(total(&pairs), best_by_trying(&edges));
            prop_assert_eq!(ids(&pairs, |pair| pair.debit).len(), pairs.len());
            prop_assert_eq!(ids(&pairs, |pair| pair.credit).len(), pairs.len());
        }
    }

    #[test]
    fn a_good_pair_gives_way_to_two_that_are_better_together() {
        let edge = |debit, credit, score| Edge { debit, credit, score, candidate: 0 };
        let pairs = assign(&[edge(0, 0, 10), edge(0, 1, 9), edge(1, 0, 9)]);
        assert_eq!(pairs, [edge(0, 1, 9), edge(1, 0, 9)]);
    }
}
