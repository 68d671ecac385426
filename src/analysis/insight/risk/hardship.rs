//! Facts that can mean violence or disaster. Not looked for unless the operator's profile turns them on; never on a first page, never
//! in the aggregate view.

use super::figures::Draft;
use super::rows::ByCategory;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::scope::Scope;

/// What the profile asks for.
pub(super) fn when_turned_on(context: &Context<'_>, scope: &Scope, entries: &ByCategory<'_>) -> Vec<Draft> {
    let profile = &context.ruleset.profile().risk;
    let words = profile.hardship_words.then(|| hardship_words(context, scope, &profile.hardship_phrases));
    let crisis = profile.government_crisis_payment.then(|| {
        let mut draft = Draft::new(
            "GOVERNMENT_CRISIS_PAYMENT",
            "riskOfCategory",
            "government payment for a crisis or disaster",
            "government payments for a crisis or disaster",
        );
        let known = context.ruleset.known();
        entries.get(known.gov_crisis).iter().for_each(|entry| draft.add(entry.row, entry.day, entry.amount));
        draft
    });
    words.into_iter().chain(crisis).collect()
}

/// Rows that name hardship in the words of the profile. Whole words; a row counts once.
fn hardship_words(context: &Context<'_>, scope: &Scope, phrases: &[Box<str>]) -> Draft {
    let mut draft = Draft::new("HARDSHIP_WORDS", "riskHardshipWords", "row that names hardship", "rows that name hardship");
    for entry in &scope.entries {
        let folded = &*context.narratives[entry.row].folded;
        if phrases.iter().any(|phrase| says(folded, phrase)) {
            draft.add(entry.row, entry.day, entry.amount.abs());
        }
    }
    draft
}

/// True where the words of a phrase stand in a text, one after the other.
fn says(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, found)| {
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
        let before = at.checked_sub(1).map(|before| &text.as_bytes()[before]);
        is_edge(before) && is_edge(text.as_bytes().get(at + found.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        assert!(says("CENTRELINK HARDSHIP ADVANCE", "HARDSHIP"));
        assert!(says("HARDSHIP", "HARDSHIP"));
        assert!(!says("HARDSHIPS", "HARDSHIP") && !says("XHARDSHIP", "HARDSHIP"));
        assert!(!says("EMERGENCY FUND RELIEF", "EMERGENCY RELIEF"));
    }
}
