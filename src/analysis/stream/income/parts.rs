//! Groups of one payer, parted by what their rows say: an employer pays salary and gives expenses back.

use std::collections::BTreeMap;

use super::{Judgement, Look, SAID, payer};
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ruleset::{Category, Kind};
use crate::analysis::stream::Stream;
use crate::money::Cents;

/// A label of credits that is believed.
const SURE: u16 = 850;
/// Rows that say nothing belong to what the payer's other rows say while they are not so many times larger or smaller than those.
const ALIKE: (i128, i128) = (5, 2);

/// What a row's label says of income.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Income of a kind.
    Income(Category),
    /// Nothing.
    Open,
    /// Something else.
    Never(Category),
}

impl Class {
    pub(super) const fn judgement(self) -> Judgement {
        match self {
            Self::Income(_) => Judgement::Income,
            Self::Open => Judgement::Open,
            Self::Never(_) => Judgement::Never,
        }
    }
}

/// What the label of a row says.
pub(super) fn class(row: usize, verdicts: &[Verdict], look: &Look<'_, '_, '_>) -> Class {
    let (known, verdict) = (look.known, &verdicts[row]);
    let category = verdict.category;
    if category == known.salary && payer::says_reimbursement(look, row) {
        return Class::Never(known.employer_reimbursement);
    }
    let is_income = look.finder.ruleset.kind(category) == Kind::Income;
    if is_income && look.finder.narratives[row].failure {
        return Class::Never(known.reversal);
    }
    if category == known.gov_other && payer::is_namesake_of_agency(look, row) {
        return Class::Open;
    }
    match () {
        () if is_income && verdict.confidence >= SAID => Class::Income(category),
        // A shop's name on a bank credit may be an employer's.
        () if category == known.uncategorised_credit || category == known.other_credit && verdict.layer == Layer::Abstained => Class::Open,
        () if category == known.refund && verdict.confidence < SURE && matches!(verdict.layer, Layer::Name | Layer::Cue) => Class::Open,
        () if category == known.transfer_in && &*verdict.rule != "words:person" => Class::Open,
        // Proceeds by the name of a fund alone: a word may say that it is a dividend.
        () if category == known.investment_proceeds && verdict.confidence <= SURE => Class::Open,
        () => Class::Never(category),
    }
}

/// The parts of a group: one for each kind that its rows say. Rows that say nothing go with what most of the others say.
pub(super) fn part(look: &Look<'_, '_, '_>, stream: Stream, verdicts: &[Verdict]) -> Vec<(Class, Stream)> {
    let mut by_class: BTreeMap<Class, Vec<usize>> = BTreeMap::new();
    for &row in &stream.rows {
        by_class.entry(class(row, verdicts, look)).or_default().push(row);
    }
    let most = by_class.iter().filter(|(class, _)| matches!(class, Class::Income(_))).max_by_key(|(_, rows)| rows.len());
    if let Some(most) = most.map(|(class, _)| *class) {
        join_open(look, &mut by_class, most);
    }
    if by_class.len() < 2 {
        return by_class.into_keys().map(|class| (class, stream.clone())).collect();
    }
    let mut returned = stream.returned;
    let parted = by_class.into_iter().filter_map(|(class, mut rows)| {
        // What came back belongs to the first part: it is shown once.
        rows.append(&mut returned);
        rows.sort_unstable();
        Some((class, look.finder.measure(&rows, verdicts)?))
    });
    parted.collect()
}

fn join_open(look: &Look<'_, '_, '_>, by_class: &mut BTreeMap<Class, Vec<usize>>, most: Class) {
    let Some(open) = by_class.remove(&Class::Open) else { return };
    let amount = |row: usize| look.finder.ledger.rows[row].amount;
    let Some(rows) = by_class.get_mut(&most) else { return };
    let mut amounts: Vec<Cents> = rows.iter().map(|&row| amount(row)).collect();
    amounts.sort_unstable();
    let middle = amounts[amounts.len() / 2].get();
    let is_alike = |row: &usize| {
        let cents = amount(*row).get();
        cents * ALIKE.1 <= middle * ALIKE.0 && middle * ALIKE.1 <= cents * ALIKE.0
    };
    let (alike, other): (Vec<usize>, Vec<usize>) = open.into_iter().partition(is_alike);
    rows.extend(alike);
    rows.sort_unstable();
    if !other.is_empty() {
        by_class.insert(Class::Open, other);
    }
}
