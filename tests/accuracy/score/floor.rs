//! Floors: what a figure must not fall below, as lines of a file.

use super::Score;
use super::figure::{Bar, Section};
use crate::accuracy::truth::Split;

/// One line of the file.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    pub(crate) name: String,
    pub(crate) bar: Bar,
}

/// Room between what was measured and the floor.
const ROOM: f64 = 0.03;
/// Figures over fewer than so many are too uneven to hold.
const LEAST: u64 = 30;

impl Floor {
    /// The value in words, when it has fallen below or is there no more.
    pub(crate) fn missed(&self, sections: &[Section]) -> Option<String> {
        let figure =
            sections.iter().filter(|section| section.built).flat_map(|section| &section.figures).find(|figure| figure.name == self.name);
        let value = figure.and_then(|figure| figure.value);
        let holds = match (self.bar, value) {
            (Bar::AtLeast(floor), Some(value)) => value >= floor,
            (Bar::AtMost(floor), Some(value)) => value <= floor,
            (Bar::Shown, _) => true,
            (_, None) => false,
        };
        (!holds).then(|| value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:.4}")))
    }
}

/// The floors of a split: lines `split`, `at least` or `at most`, value, figure.
pub(crate) fn floors(file: &str, split: Split) -> Vec<Floor> {
    let of = |line: &str| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().expect("four fields");
        let (of_split, side, value, name) = (field(), field(), field(), field());
        let value: f64 = value.parse().expect("a number");
        let bar = if side == "at least" { Bar::AtLeast(value) } else { Bar::AtMost(value) };
        (of_split == format!("{split:?}")).then(|| Floor { name: name.to_owned(), bar })
    };
    file.lines().filter(|line| !line.starts_with('#')).filter_map(of).collect()
}

/// The lines of what a score has reached, with some room.
pub(crate) fn reached(score: &Score, split: Split) -> Vec<String> {
    let mut lines = Vec::new();
    for section in score.sections().iter().filter(|section| section.built) {
        for figure in section.figures.iter().filter(|figure| figure.of >= LEAST) {
            let Some(value) = figure.value else { continue };
            let (side, floor) = match figure.bar {
                Bar::AtLeast(_) => ("at least", (value - ROOM).max(0.0)),
                Bar::AtMost(_) => ("at most", value + ROOM),
                Bar::Shown => continue,
            };
            lines.push(format!("{split:?}\t{side}\t{floor:.3}\t{}", figure.name));
        }
    }
    lines
}
