//! How sure an answer is: what a line states, turned into how often such lines are right, and what other witnesses make of the odds.
//!
//! Both are data, `confidence.tsv`, fitted on rows whose truth is known. A line's own number stays what its author meant: which of two
//! lines is believed. The number in the report is a frequency.

use super::RulesError;
use super::table::Table;

/// Which kind of answer has a curve of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Words of a structured narrative.
    Phrase,
    /// A hand-written name.
    Name,
    /// A name of the public index.
    Brand,
    /// A word of a trade.
    Cue,
    /// A merchant category code.
    Code,
    /// Money back from where it was spent.
    Back,
    /// A rule in code over fields and channel words.
    Rule,
    /// The other side of a payment between accounts.
    Party,
}

/// Something beside the rule that makes the answer surer or less sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The merchant category code says the same.
    SameCode,
    /// The merchant category code says another group.
    OtherCode,
    /// Another field of the row says the same.
    SameField,
    /// Another rule says another category with as much right.
    Disputed,
    /// Only the beginning of the name stands there.
    CutOff,
    /// A trade's word where one person may be paying another.
    CueInTransfer,
    /// One word as a name there.
    WordInTransfer,
    /// The words are also the name of a place.
    Place,
    /// A trade's word that another trade's word follows.
    Followed,
}

const CLASSES: [(&str, Class); 8] = [
    ("PHRASE", Class::Phrase),
    ("NAME", Class::Name),
    ("BRAND", Class::Brand),
    ("CUE", Class::Cue),
    ("CODE", Class::Code),
    ("BACK", Class::Back),
    ("RULE", Class::Rule),
    ("PARTY", Class::Party),
];

const WITNESSES: [(&str, Witness); 9] = [
    ("SAME_CODE", Witness::SameCode),
    ("OTHER_CODE", Witness::OtherCode),
    ("SAME_FIELD", Witness::SameField),
    ("DISPUTED", Witness::Disputed),
    ("CUT_OFF", Witness::CutOff),
    ("CUE_IN_TRANSFER", Witness::CueInTransfer),
    ("WORD_IN_TRANSFER", Witness::WordInTransfer),
    ("PLACE", Witness::Place),
    ("FOLLOWED", Witness::Followed),
];

impl Witness {
    /// As the file names it.
    pub(crate) fn name(self) -> &'static str {
        WITNESSES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

impl Class {
    /// As the file names it.
    pub(crate) fn name(self) -> &'static str {
        CLASSES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

/// Witnesses of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Witnesses(u16);

impl Witnesses {
    pub(crate) const fn with(self, witness: Witness) -> Self {
        Self(self.0 | 1 << witness as u16)
    }

    pub(crate) const fn with_if(self, is_so: bool, witness: Witness) -> Self {
        if is_so { self.with(witness) } else { self }
    }

    pub(crate) const fn has(self, witness: Witness) -> bool {
        self.0 & (1 << witness as u16) != 0
    }

    /// Those that are there, in the order of the file.
    pub(crate) fn each(self) -> impl Iterator<Item = Witness> {
        WITNESSES.iter().map(|(_, witness)| *witness).filter(move |witness| self.has(*witness))
    }
}

/// The curves and the odds, read from the file.
#[derive(Clone, Debug)]
pub(crate) struct Confidence {
    /// For each class what is stated and what it is worth, ascending, thousandths.
    curves: [Vec<(u16, u16)>; CLASSES.len()],
    /// For each witness what it makes of the odds of being wrong, in hundredths.
    odds: [u16; WITNESSES.len()],
}

impl Confidence {
    pub(super) fn read(file: &str, text: &str) -> Result<Self, RulesError> {
        let table = Table::new(file, text);
        let (mut curves, mut odds) = ([const { Vec::new() }; CLASSES.len()], [None; WITNESSES.len()]);
        for row in table.rows_under(["what", "given", "gives", "why"])? {
            let row = row?;
            let [what, stated, gives, _] = row.cells;
            let number = |text: &str| text.parse::<u16>().map_err(|_| row.wrong(format!("{text} is no whole number")));
            let gives = number(gives)?;
            if let Some((_, class)) = CLASSES.iter().find(|(name, _)| *name == what) {
                let curve: &mut Vec<(u16, u16)> = &mut curves[*class as usize];
                let stated = number(stated)?;
                if stated > 1000 || gives == 0 || gives > 999 {
                    return Err(row.wrong("thousandths are due: what is given up to 1000, what it gives from 1 to 999"));
                }
                if curve.last().is_some_and(|(before, worth)| *before >= stated || *worth > gives) {
                    return Err(row.wrong(format!("the curve of {what} must rise from line to line")));
                }
                curve.push((stated, gives));
            } else if let Some((_, witness)) = WITNESSES.iter().find(|(name, _)| *name == what) {
                if !(1..=10_000).contains(&gives) {
                    return Err(row.wrong("hundredths from 1 to 10000 are due: what the witness makes of the odds of being wrong"));
                }
                if odds[*witness as usize].replace(gives).is_some() {
                    return Err(row.wrong(format!("{what} stands twice")));
                }
            } else {
                return Err(row.wrong(format!("{what} is no class of answers and no witness")));
            }
        }
        if let Some((name, _)) = CLASSES.iter().find(|(_, class)| curves[*class as usize].len() < 2) {
            return Err(table.wrong(0, format!("the curve of {name} needs two points at least")));
        }
        let missing = WITNESSES.iter().find(|(_, witness)| odds[*witness as usize].is_none());
        if let Some((name, _)) = missing {
            return Err(table.wrong(0, format!("the witness {name} is missing")));
        }
        Ok(Self { curves, odds: odds.map(|percent| percent.unwrap_or(100)) })
    }

    /// How often answers are right whose line states this much, thousandths: between the points of the curve in a straight line.
    pub(crate) fn worth(&self, class: Class, stated: u16) -> u16 {
        let curve = &self.curves[class as usize];
        let above = curve.partition_point(|(given, _)| *given < stated);
        match (above.checked_sub(1).and_then(|below| curve.get(below)), curve.get(above)) {
            (None, Some((_, worth))) | (Some((_, worth)), None) => *worth,
            (Some(low), Some(high)) => {
                let rise = u32::from(high.1 - low.1) * u32::from(stated - low.0) / u32::from(high.0 - low.0);
                low.1 + u16::try_from(rise).unwrap_or(0)
            }
            (None, None) => stated,
        }
    }

    /// What a witness makes of the odds of being wrong, in hundredths.
    pub(crate) fn odds(&self, witness: Witness) -> u16 {
        self.odds[witness as usize]
    }

    /// How sure an answer is, thousandths from 1 to 999: each witness multiplies the odds of being wrong.
    pub(crate) fn of(&self, class: Class, stated: u16, witnesses: Witnesses) -> u16 {
        let worth = u64::from(self.worth(class, stated).clamp(1, 999));
        let (mut wrong, mut right) = (1000 - worth, worth);
        for witness in witnesses.each() {
            // Both stay far below the end of the type: seven digits are more than the answer has.
            let odds = u64::from(self.odds(witness));
            (wrong, right) = (wrong * odds, right * 100);
            while wrong > 1 << 40 || right > 1 << 40 {
                (wrong, right) = (wrong >> 8, right >> 8);
            }
        }
        u16::try_from(((1000 * right + u64::midpoint(right, wrong)) / (right + wrong)).clamp(1, 999)).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Confidence {
        let curves: Vec<String> = CLASSES.iter().map(|(name, _)| format!("{name}\t500\t400\t-\n{name}\t900\t980\t-\n")).collect();
        let odds: Vec<String> = WITNESSES.iter().map(|(name, _)| format!("{name}\t-\t200\t-\n")).collect();
        let (curves, odds) = (curves.concat(), odds.concat());
        Confidence::read("confidence.tsv", &format!("what\tgiven\tgives\twhy\n{curves}{odds}")).expect("a table")
    }

    #[test]
    fn a_curve_is_straight_between_its_points_and_flat_beyond() {
        let table = table();
        for (stated, worth) in [(100, 400), (500, 400), (700, 690), (900, 980), (1000, 980)] {
            assert_eq!(table.of(Class::Cue, stated, Witnesses::default()), worth, "{stated}");
        }
    }

    #[test]
    fn a_witness_multiplies_the_odds_of_being_wrong() {
        let table = table();
        let one = Witnesses::default().with(Witness::CutOff);
        // 20 to 980 becomes 40 to 980, then 80 to 980.
        assert_eq!(table.of(Class::Name, 900, one), 961);
        assert_eq!(table.of(Class::Name, 900, one.with(Witness::Place)), 925);
        // 600 to 400 becomes 2400 to 400.
        assert_eq!(table.of(Class::Name, 100, one.with(Witness::Place)), 143);
    }
}
