//! The quality that was reached is kept: figures of the development benchmark over a few households, each held to its floor.
//!
//! The floors stand in `tests/accuracy/data/floors.tsv`, a little below (or above) what was measured when they were written;
//! `cargo run --release --no-default-features --example accuracy -- --floors` writes them anew. They are no bars: those are in
//! `docs/accuracy.md`.

use std::collections::BTreeMap;

use crate::accuracy::truth::Split;
use crate::accuracy::{FLOOR_HOUSEHOLDS, Recipe, household};
use crate::score::taxonomy::Taxonomy;
use crate::score::{self, Score, floor::floors};
use crate::support::RULES;

const FLOORS: &str = include_str!("../accuracy/data/floors.tsv");

#[test]
fn no_figure_of_the_benchmark_falls_below_its_floor() {
    let taxonomy = Taxonomy::of(&RULES);
    let mut scores: BTreeMap<Split, Score> = BTreeMap::new();
    for index in 0..FLOOR_HOUSEHOLDS {
        let made = household(Recipe { seed: 1, split: None, months: None }, index);
        scores.entry(made.truth.split).or_default().add(&made.truth, &score::report(&made, &RULES), &taxonomy);
    }
    let mut fallen = Vec::new();
    let mut held = 0;
    for (split, score) in &scores {
        let sections = score.sections();
        for floor in floors(FLOORS, *split) {
            held += 1;
            fallen.extend(floor.missed(&sections).map(|value| format!("{split:?}: {}: {value} against {:?}", floor.name, floor.bar)));
        }
    }
    assert!(held >= 40, "{held} floors");
    assert!(fallen.is_empty(), "fallen below their floor:\n{}", fallen.join("\n"));
}
