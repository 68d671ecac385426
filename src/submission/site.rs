//! A record and the place where it stands: asks for its members and files what is found.

use jiff::Timestamp;

use super::ViolationKind;
use super::clock::DayClock;
use super::findings::{Findings, Lenience, Path, Rank};
use super::value::{self, ARRAY_DUE, OBJECT_DUE, Read};
use crate::cdr::{self, Json, Leaf, Object, Pass, Record, Records};

/// What reading a payload carries along.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    pub(super) findings: Findings,
    pub(super) clock: DayClock,
    pub(super) now: Timestamp,
    pub(super) pass: &'r Pass,
}

impl Reader<'_> {
    /// Files a member that stands twice, where the pass has come to. Its value is to be passed over.
    pub(super) fn repeated(&mut self, path: &Path<'_>) {
        self.findings.violation(ViolationKind::Invalid, (self.pass.position(), 0), path, REPEATED);
    }
}

/// Must a member be there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The contract requires it.
    Required,
    /// The standard requires it, the contract does not.
    Expected,
    Optional,
}

/// A record that is being judged.
#[derive(Debug)]
pub(super) struct Site<'j, 'p, 'r> {
    pub(super) reader: &'j mut Reader<'r>,
    path: &'p Path<'p>,
    /// Where the record begins: the place of what is missing from it.
    start: usize,
}

pub(super) const MISSING: &str = "The member is required.";
const EMPTY: &str = "The member is required and may not be empty.";
const REPEATED: &str = "The member stands more than once in its object.";
const NULL_ELEMENT: &str = "An element of the array is null.";
const UNREADABLE: &str = "The array holds a string or a number that cannot be read.";

impl<'j, 'p, 'r> Site<'j, 'p, 'r> {
    /// A record at `path`. What stands more than once in it is filed at once.
    pub(super) fn new<'a>(reader: &'j mut Reader<'r>, path: &'p Path<'p>, record: &impl Record<'a>) -> Self {
        let mut site = Self { reader, path, start: record.position() };
        for name in record.repeated() {
            site.violation(ViolationKind::Invalid, name, Leaf::default(), REPEATED);
        }
        site
    }

    /// A member that the contract requires.
    pub(super) fn required<'a, T>(&mut self, name: &'static str, leaf: Leaf<'a>, read: impl FnOnce(Leaf<'a>) -> Read<T>) -> Option<T> {
        let judged = read(leaf);
        self.judged(name, leaf, Need::Required, judged)
    }

    /// A member that the standard requires.
    pub(super) fn expected<'a, T>(&mut self, name: &'static str, leaf: Leaf<'a>, read: impl FnOnce(Leaf<'a>) -> Read<T>) -> Option<T> {
        let judged = read(leaf);
        self.judged(name, leaf, Need::Expected, judged)
    }

    /// A member that may be missing.
    pub(super) fn optional<'a, T>(&mut self, name: &'static str, leaf: Leaf<'a>, read: impl FnOnce(Leaf<'a>) -> Read<T>) -> Option<T> {
        if !leaf.is_set() {
            return None;
        }
        let judged = read(leaf);
        self.judged(name, leaf, Need::Optional, judged)
    }

    /// A member that needs the clock to be read.
    pub(super) fn timed<'a, T>(
        &mut self,
        name: &'static str,
        leaf: Leaf<'a>,
        need: Need,
        read: impl FnOnce(&mut DayClock, Leaf<'a>) -> Read<T>,
    ) -> Option<T> {
        let judged = read(&mut self.reader.clock, leaf);
        self.judged(name, leaf, need, judged)
    }

    fn judged<T>(&mut self, name: &'static str, leaf: Leaf<'_>, need: Need, judged: Read<T>) -> Option<T> {
        match judged {
            Read::Value(value) => Some(value),
            Read::Lenient(value, lenience) => {
                self.warning(lenience, name, leaf);
                Some(value)
            }
            Read::Absent => {
                self.absent(name, leaf, need);
                None
            }
            Read::Dropped(_) if need == Need::Required => {
                self.violation(ViolationKind::Invalid, name, leaf, EMPTY);
                None
            }
            Read::Dropped(lenience) => {
                self.warning(lenience, name, leaf);
                None
            }
            Read::Bad(kind, detail) => {
                self.violation(kind, name, leaf, detail);
                None
            }
        }
    }

    fn absent(&mut self, name: &'static str, leaf: Leaf<'_>, need: Need) {
        match need {
            Need::Required => self.violation(ViolationKind::Missing, name, leaf, MISSING),
            Need::Expected => self.warning(Lenience::MissingMember, name, leaf),
            Need::Optional => {}
        }
    }

    /// A member that should be an object: judged by `judge` at its own place.
    pub(super) fn object<'a, T: Record<'a>, R>(
        &mut self,
        name: &'static str,
        object: &Object<T>,
        need: Need,
        judge: impl FnOnce(&mut Site<'_, '_, 'r>, &T) -> R,
    ) -> Option<R> {
        match object {
            Object::Is(record) => {
                let path = self.path.member(name);
                Some(judge(&mut Site::new(self.reader, &path, record), record))
            }
            Object::Absent | Object::Null => {
                self.absent(name, Leaf::default(), need);
                None
            }
            Object::Wrong => {
                self.violation(ViolationKind::Invalid, name, Leaf::default(), OBJECT_DUE);
                None
            }
        }
    }

    /// A member that should be an array of records: each is judged by `judge` at its own place. True when it is an array.
    pub(super) fn records<'a, T: Record<'a>>(
        &mut self,
        name: &'static str,
        leaf: Leaf<'a>,
        need: Need,
        mut judge: impl FnMut(&mut Site<'_, '_, 'r>, &T),
    ) -> bool {
        let path = self.path.member(name);
        let pass = self.reader.pass;
        let start = self.rank(leaf).0;
        let Some(()) = self.array(name, leaf, need) else { return false };
        let reader = &mut *self.reader;
        let mut each = Records::new(|index, record: Option<&T>| {
            let path = path.index(index);
            match record {
                Some(record) => judge(&mut Site::new(reader, &path, record), record),
                None => reader.findings.violation(ViolationKind::Invalid, (start, index), &path, OBJECT_DUE),
            }
        });
        let is_read = cdr::elements(leaf, &mut each, pass).is_ok();
        if !is_read {
            self.violation(ViolationKind::Invalid, name, leaf, UNREADABLE);
        }
        is_read
    }

    /// A member that should be an array of values: each is read by `read` and given to `keep` with its place. True when it is an array.
    pub(super) fn values<'a, T>(
        &mut self,
        name: &'static str,
        leaf: Leaf<'a>,
        read: impl Fn(Leaf<'a>) -> Read<T>,
        mut keep: impl FnMut(&mut Reader<'r>, &Path<'_>, Rank, T),
    ) -> bool {
        let path = self.path.member(name);
        let pass = self.reader.pass;
        if self.array(name, leaf, Need::Optional).is_none() {
            return false;
        }
        let reader = &mut *self.reader;
        let mut each = cdr::Leaves(|index, element: Leaf<'a>| {
            let path = path.index(index);
            let rank = (element.position().unwrap_or_default(), 0);
            match read(element) {
                Read::Value(value) => keep(reader, &path, rank, value),
                Read::Lenient(value, lenience) => {
                    reader.findings.warning(lenience, rank, &path);
                    keep(reader, &path, rank, value);
                }
                Read::Dropped(lenience) => reader.findings.warning(lenience, rank, &path),
                Read::Absent => reader.findings.violation(ViolationKind::Invalid, rank, &path, NULL_ELEMENT),
                Read::Bad(kind, detail) => reader.findings.violation(kind, rank, &path, detail),
            }
        });
        cdr::elements(leaf, &mut each, pass).is_ok()
    }

    /// When a consent ends; one that has ended is a violation.
    pub(super) fn consent(&mut self, name: &'static str, leaf: Leaf<'_>) -> Option<Timestamp> {
        let end = self.optional(name, leaf, value::instant)?;
        if end <= self.reader.now {
            self.violation(ViolationKind::Contradiction, name, leaf, "The consent has ended.");
        }
        Some(end)
    }

    fn array(&mut self, name: &'static str, leaf: Leaf<'_>, need: Need) -> Option<()> {
        match leaf.json() {
            Json::Array => Some(()),
            Json::Absent => {
                self.absent(name, leaf, need);
                None
            }
            Json::Text(_) | Json::Number(_) | Json::Bool(_) | Json::Object => {
                self.violation(ViolationKind::Invalid, name, leaf, ARRAY_DUE);
                None
            }
        }
    }

    /// Files a violation at a member.
    pub(super) fn violation(&mut self, kind: ViolationKind, name: &'static str, leaf: Leaf<'_>, detail: &str) {
        let rank = self.rank(leaf);
        self.reader.findings.violation(kind, rank, &self.path.member(name), detail);
    }

    /// Files a contradiction at a member that is an object.
    pub(super) fn contradiction(&mut self, name: &'static str, detail: &str) {
        self.violation(ViolationKind::Contradiction, name, Leaf::default(), detail);
    }

    /// Files a warning at a member.
    pub(super) fn warning(&mut self, lenience: Lenience, name: &'static str, leaf: Leaf<'_>) {
        let rank = self.rank(leaf);
        self.reader.findings.warning(lenience, rank, &self.path.member(name));
    }

    fn rank(&self, leaf: Leaf<'_>) -> Rank {
        (leaf.position().unwrap_or(self.start), 0)
    }
}
