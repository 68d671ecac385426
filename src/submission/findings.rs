//! What is found while a payload is read: violations of two classes, and warnings. Bounded, whatever the payload holds, and never
//! with a value of it.

use std::fmt;

use super::{MAX_VIOLATIONS, MAX_WARNINGS, Rejection, Violation, ViolationKind, Warning};

/// A place in the payload, linked to the place around it; written out as a JSON Pointer only when something is found there.
///
/// Every name in it is ours: an unknown member is never pointed into. None holds `~` or `/`, so RFC 6901 has nothing to escape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Root,
    Member(&'static str),
    Index(usize),
}

impl<'p> Path<'p> {
    pub(super) const ROOT: Self = Self { parent: None, step: Step::Root };

    pub(super) fn member(&'p self, name: &'static str) -> Self {
        debug_assert!(!name.contains(['~', '/']), "a member's name would need escapes");
        Self { parent: Some(self), step: Step::Member(name) }
    }

    pub(super) const fn index(&'p self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// The member that the path ends with; indices are passed over.
    fn last_member(&self) -> &'static str {
        match (self.step, self.parent) {
            (Step::Member(name), _) => name,
            (Step::Index(_) | Step::Root, Some(parent)) => parent.last_member(),
            (Step::Index(_) | Step::Root, None) => "",
        }
    }
}

/// The JSON Pointer.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Member(name) => write!(f, "/{name}"),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// Where something stands in the payload, for the order of a list: a position of the pass, then an index behind it.
pub(super) type Rank = (usize, usize);

/// Something that is accepted though the standard says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lenience {
    AmountAsNumber,
    AmountRounded,
    CustomerNotOrdered,
    DateTimeForDate,
    EmptyMember,
    MaskedNumber,
    MissingMember,
    NoDate,
    OddBsb,
    OddDuration,
    OddValue,
    OldGeneration,
    RepeatedCustomer,
    UnknownValue,
    WindowReversed,
}

impl Lenience {
    const fn code(self) -> &'static str {
        match self {
            Self::AmountAsNumber => "AMOUNT_AS_NUMBER",
            Self::AmountRounded => "AMOUNT_ROUNDED",
            Self::CustomerNotOrdered => "CUSTOMER_NOT_ORDERED",
            Self::DateTimeForDate => "DATE_TIME_FOR_DATE",
            Self::EmptyMember => "EMPTY_MEMBER",
            Self::MaskedNumber => "MASKED_NUMBER",
            Self::MissingMember => "MISSING_MEMBER",
            Self::NoDate => "NO_DATE",
            Self::OddBsb => "ODD_BSB",
            Self::OddDuration => "ODD_DURATION",
            Self::OddValue => "ODD_VALUE",
            Self::OldGeneration => "OLD_GENERATION",
            Self::RepeatedCustomer => "REPEATED_CUSTOMER",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::WindowReversed => "WINDOW_REVERSED",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::AmountAsNumber => "A number stands where an amount is due as a string; it was read from its text, exactly.",
            Self::AmountRounded => "The amount has more than two decimals; it was rounded half away from zero to the cent.",
            Self::CustomerNotOrdered => "No order names this customer; the data are in no report.",
            Self::DateTimeForDate => "A date and time stand where a date is due; the day was taken from them.",
            Self::EmptyMember => "The member is an empty string; it was treated as absent.",
            Self::MaskedNumber => "The number is masked; it was left out.",
            Self::MissingMember => "The standard requires the member and it is missing.",
            Self::NoDate => "The date lies before 1900, as systems write that have none; it was left out.",
            Self::OddBsb => "The BSB is not six digits; it was left out, or read without its punctuation.",
            Self::OddDuration => "The interval is no ISO 8601 duration; it was kept as sent.",
            Self::OddValue => "The value has not the form that the standard gives it; it was left out.",
            Self::OldGeneration => "The record is of an earlier generation; it was read as such.",
            Self::RepeatedCustomer => "The order lists the customer more than once; the customer counts once.",
            Self::UnknownValue => "The standard does not know the value; it was treated as unknown.",
            Self::WindowReversed => "The window's first day is after its last; the window was left out.",
        }
    }
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    malformed: Violations,
    contradictory: Violations,
    warnings: Vec<Noted>,
    /// Where the warnings of the dataset that is being read begin: equal ones are counted, not listed.
    scope: usize,
    left_out: usize,
}

/// Equal warnings of one dataset.
#[derive(Debug)]
struct Noted {
    lenience: Lenience,
    member: &'static str,
    rank: Rank,
    pointer: String,
    count: usize,
}

/// The first violations in payload order, and the number of all.
#[derive(Debug, Default)]
struct Violations {
    listed: Vec<(Rank, Violation)>,
    total: usize,
    /// What stands here or behind comes after all that is listed.
    cutoff: Option<Rank>,
}

impl Violations {
    fn push(&mut self, rank: Rank, violation: impl FnOnce() -> Violation) {
        self.total += 1;
        if self.cutoff.is_some_and(|cutoff| rank >= cutoff) {
            return;
        }
        self.listed.push((rank, violation()));
        if self.listed.len() >= 2 * MAX_VIOLATIONS {
            self.trim();
        }
    }

    fn trim(&mut self) {
        self.listed.sort_by_key(|(rank, _)| *rank);
        if self.listed.len() >= MAX_VIOLATIONS {
            self.listed.truncate(MAX_VIOLATIONS);
            self.cutoff = self.listed.last().map(|(rank, _)| *rank);
        }
    }

    fn into_rejection(mut self) -> Rejection {
        self.trim();
        Rejection { violations: self.listed.into_iter().map(|(_, violation)| violation).collect(), total: self.total }
    }
}

impl Findings {
    /// True while nothing is wrong with the form of the payload (no 400).
    pub(super) const fn is_well_formed(&self) -> bool {
        self.malformed.total == 0
    }

    /// How many violations of the form there are.
    pub(super) const fn malformed(&self) -> usize {
        self.malformed.total
    }

    pub(super) fn violation(&mut self, kind: ViolationKind, rank: Rank, path: &Path<'_>, detail: &str) {
        let list = if kind >= ViolationKind::Contradiction { &mut self.contradictory } else { &mut self.malformed };
        list.push(rank, || Violation { kind, detail: detail.to_owned(), pointer: path.to_string() });
    }

    pub(super) fn warning(&mut self, lenience: Lenience, rank: Rank, path: &Path<'_>) {
        let member = path.last_member();
        let same = self.warnings[self.scope..].iter_mut().find(|noted| noted.lenience == lenience && noted.member == member);
        if let Some(noted) = same {
            noted.count += 1;
        } else if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Noted { lenience, member, rank, pointer: path.to_string(), count: 1 });
        } else {
            self.left_out += 1;
        }
    }

    /// A new dataset, or another part of the payload, begins.
    pub(super) const fn begin_scope(&mut self) {
        self.scope = self.warnings.len();
    }

    /// The warnings of a payload that is accepted, or why it is not: 400 before 422.
    pub(super) fn settle(mut self) -> Result<Vec<Warning>, Rejection> {
        if self.malformed.total > 0 {
            return Err(self.malformed.into_rejection());
        }
        if self.contradictory.total > 0 {
            return Err(self.contradictory.into_rejection());
        }
        self.warnings.sort_by_key(|noted| noted.rank);
        if self.left_out > 0 {
            self.left_out += self.warnings.pop().map_or(0, |noted| noted.count);
        }
        let mut warnings: Vec<_> = self.warnings.into_iter().map(Noted::into_warning).collect();
        if self.left_out > 0 {
            let detail = format!("{} more findings of these and other kinds were left out.", self.left_out);
            warnings.push(Warning { code: "MORE_WARNINGS", detail, pointer: String::new() });
        }
        Ok(warnings)
    }
}

impl Noted {
    fn into_warning(self) -> Warning {
        let detail = self.lenience.detail();
        let detail = if self.count > 1 { format!("{detail} ({} times; this is the first.)", self.count) } else { detail.to_owned() };
        Warning { code: self.lenience.code(), detail, pointer: self.pointer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_violations_are_kept_in_payload_order_whatever_order_they_are_found_in() {
        let mut findings = Findings::default();
        for place in (0..1_000).rev() {
            findings.violation(ViolationKind::Invalid, (place, 0), &Path::ROOT.index(place), "wrong");
        }
        let rejection = findings.settle().expect_err("there are violations");
        assert_eq!(rejection.total, 1_000);
        let pointers: Vec<_> = rejection.violations.iter().map(|violation| violation.pointer.as_str()).collect();
        assert_eq!(pointers, (0..100).map(|place| format!("/{place}")).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_warning_says_how_many_were_left_out() {
        let warnings = |distinct: usize| {
            let mut findings = Findings::default();
            for place in 0..distinct {
                findings.begin_scope();
                findings.warning(Lenience::OddValue, (place, 0), &Path::ROOT.index(place));
                findings.warning(Lenience::OddValue, (place, 1), &Path::ROOT.index(place));
            }
            findings.settle().expect("there are only warnings")
        };
        assert_eq!(warnings(100).len(), 100);
        assert_eq!(warnings(100)[99].code, "ODD_VALUE");
        let over = warnings(101);
        assert_eq!(over.len(), 100);
        assert_eq!(over[99].code, "MORE_WARNINGS");
        assert!(over[99].detail.starts_with("4 more"), "{}", over[99].detail);
    }
}
