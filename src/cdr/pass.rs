//! The one pass over the body: containers that take note of a wrong type instead of failing, and the depth of what is kept or passed
//! over unread.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::span::{Json, Leaf};

/// What one pass over a body learns about the whole of it.
#[derive(Debug)]
pub struct Pass {
    max_depth: usize,
    /// Address behind the last span that was read; only ever compared.
    reached: Cell<usize>,
    /// Address of the first bracket that opens a container too many.
    too_deep: Cell<Option<usize>>,
}

/// Where in the body a value stands: the pass, and how many containers are open around the value.
#[derive(Clone, Copy, Debug)]
pub struct At<'s> {
    pass: &'s Pass,
    depth: usize,
}

impl Pass {
    /// A pass over a body whose containers may be nested so deep.
    #[must_use]
    pub const fn new(max_depth: usize) -> Self {
        Self { max_depth, reached: Cell::new(0), too_deep: Cell::new(None) }
    }

    /// The outermost value.
    #[must_use]
    pub const fn root(&self) -> At<'_> {
        At { pass: self, depth: 0 }
    }

    /// A number that grows along the body: what is read later stands further back.
    #[must_use]
    pub fn position(&self) -> usize {
        self.reached.get()
    }

    /// The byte of `body` that opens a container too many, if one does.
    #[must_use]
    pub fn too_deep(&self, body: &str) -> Option<usize> {
        Some(self.too_deep.get()?.saturating_sub(address(body)))
    }

    fn keep<'a>(&self, span: &'a str, depth: usize) -> Leaf<'a> {
        let leaf = Leaf::new(span);
        let start = address(span);
        self.reached.set(start + span.len());
        if matches!(leaf.json(), Json::Array | Json::Object) && self.too_deep.get().is_none() {
            self.too_deep.set(deeper_than(span, self.max_depth.saturating_sub(depth)).map(|at| start + at));
        }
        leaf
    }
}

impl<'s> At<'s> {
    /// The pass.
    #[must_use]
    pub const fn pass(self) -> &'s Pass {
        self.pass
    }

    const fn inside(self) -> Self {
        Self { pass: self.pass, depth: self.depth + 1 }
    }
}

/// Where a span stands in memory: spans of one body are in its order.
pub(super) fn address(span: &str) -> usize {
    span.as_ptr() as usize
}

/// Where the text of a container nests deeper than `limit` levels, itself counted.
fn deeper_than(span: &str, limit: usize) -> Option<usize> {
    // A level takes two brackets: most spans are too short to be searched.
    if span.len() / 2 <= limit {
        return None;
    }
    let (mut open, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in span.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                open += 1;
                if open > limit {
                    return Some(at);
                }
            }
            b']' | b'}' if !in_string => open -= 1,
            _ => {}
        }
    }
    None
}

/// Any value, kept as its span.
impl<'a> DeserializeSeed<'a> for At<'_> {
    type Value = Leaf<'a>;
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Leaf<'a>, D::Error> {
        let span: &'a RawValue = Deserialize::deserialize(deserializer)?;
        Ok(self.pass.keep(span.get(), self.depth))
    }
}

/// The name of a member: borrowed unless it has escapes.
struct Name<'s> {
    pass: &'s Pass,
}

impl<'a> DeserializeSeed<'a> for Name<'_> {
    type Value = Cow<'a, str>;
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Cow<'a, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Name<'_> {
    type Value = Cow<'a, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<Failure>(self, name: &'a str) -> Result<Cow<'a, str>, Failure> {
        self.pass.reached.set(address(name) + name.len());
        Ok(Cow::Borrowed(name))
    }
    fn visit_str<Failure>(self, name: &str) -> Result<Cow<'a, str>, Failure> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// What kind of value stood where a container is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `null`.
    Null,
    /// An array.
    Array,
    /// An object.
    Object,
    /// A string, a number, a Boolean.
    Scalar,
}

/// The members of an object, as they come.
pub trait Fields<'a> {
    /// Takes the value of a member; false, without having taken it, when the member is unknown.
    ///
    /// # Errors
    /// Broken JSON.
    fn field<A: MapAccess<'a>>(&mut self, name: &str, value: &mut A, at: At<'_>) -> Result<bool, A::Error>;

    /// Tells where the object begins.
    fn begin(&mut self, _position: usize) {}
}

/// The elements of an array, as they come.
pub trait Each<'a> {
    /// Takes the next element; false when there is none.
    ///
    /// # Errors
    /// Broken JSON.
    fn element<A: SeqAccess<'a>>(&mut self, index: usize, elements: &mut A, at: At<'_>) -> Result<bool, A::Error>;
}

/// One record of the Data Standards or of the envelope.
pub trait Record<'a>: Fields<'a> + Default {
    /// Where the object begins; comparable with [`Pass::position`].
    fn position(&self) -> usize;
    /// Members that stand more than once; the first of each counts.
    fn repeated(&self) -> &[&'static str];
}

/// Reads a whole body.
///
/// # Errors
/// Broken JSON, or something behind its end.
pub fn read<'a, F: Fields<'a>>(body: &'a str, fields: &mut F, pass: &Pass) -> Result<Shape, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let shape = Members { fields, at: pass.root() }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(shape)
}

/// Reads the elements of a kept array.
///
/// # Errors
/// A string or a number that no Rust value can hold stands where an object is due.
pub fn elements<'a, E: Each<'a>>(array: Leaf<'a>, each: &mut E, pass: &Pass) -> Result<Shape, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(array.span().unwrap_or("null"));
    Elements { each, at: pass.root() }.deserialize(&mut deserializer)
}

/// An object that is given to a [`Fields`] member by member; of any other value only the kind is told.
#[derive(Debug)]
pub struct Members<'s, 'f, F> {
    /// Who takes the members.
    pub fields: &'f mut F,
    /// Where the object stands.
    pub at: At<'s>,
}

/// An array that is given to an [`Each`] element by element; of any other value only the kind is told.
#[derive(Debug)]
pub struct Elements<'s, 'e, E> {
    /// Who takes the elements.
    pub each: &'e mut E,
    /// Where the array stands.
    pub at: At<'s>,
}

/// The kinds of value that end a visit at once.
macro_rules! scalars {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }
        fn visit_unit<Failure>(self) -> Result<Shape, Failure> {
            Ok(Shape::Null)
        }
        fn visit_bool<Failure>(self, _: bool) -> Result<Shape, Failure> {
            Ok(Shape::Scalar)
        }
        fn visit_u64<Failure>(self, _: u64) -> Result<Shape, Failure> {
            Ok(Shape::Scalar)
        }
        fn visit_i64<Failure>(self, _: i64) -> Result<Shape, Failure> {
            Ok(Shape::Scalar)
        }
        fn visit_f64<Failure>(self, _: f64) -> Result<Shape, Failure> {
            Ok(Shape::Scalar)
        }
        fn visit_str<Failure>(self, _: &str) -> Result<Shape, Failure> {
            Ok(Shape::Scalar)
        }
    };
}

impl<'a, F: Fields<'a>> DeserializeSeed<'a> for Members<'_, '_, F> {
    type Value = Shape;
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, F: Fields<'a>> Visitor<'a> for Members<'_, '_, F> {
    type Value = Shape;
    scalars!();

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<Shape, A::Error> {
        while elements.next_element_seed(self.at.inside())?.is_some() {}
        Ok(Shape::Array)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<Shape, A::Error> {
        let at = self.at.inside();
        self.fields.begin(at.pass.position());
        while let Some(name) = members.next_key_seed(Name { pass: at.pass })? {
            if !self.fields.field(&name, &mut members, at)? {
                members.next_value_seed(at)?;
            }
        }
        Ok(Shape::Object)
    }
}

impl<'a, E: Each<'a>> DeserializeSeed<'a> for Elements<'_, '_, E> {
    type Value = Shape;
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, E: Each<'a>> Visitor<'a> for Elements<'_, '_, E> {
    type Value = Shape;
    scalars!();

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<Shape, A::Error> {
        let at = self.at.inside();
        let mut index = 0;
        while self.each.element(index, &mut elements, at)? {
            index += 1;
        }
        Ok(Shape::Array)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<Shape, A::Error> {
        let at = self.at.inside();
        while members.next_key_seed(Name { pass: at.pass })?.is_some() {
            members.next_value_seed(at)?;
        }
        Ok(Shape::Object)
    }
}

/// A member that should be an object.
#[derive(Clone, Debug, Default)]
pub enum Object<T> {
    /// Not there.
    #[default]
    Absent,
    /// `null`, which says the same.
    Null,
    /// Something else.
    Wrong,
    /// The object.
    Is(T),
}

impl<'a, T: Record<'a>> Object<T> {
    /// Reads the value of a member.
    ///
    /// # Errors
    /// Broken JSON.
    pub fn read<A: MapAccess<'a>>(value: &mut A, at: At<'_>) -> Result<Self, A::Error> {
        let mut record = T::default();
        Ok(match value.next_value_seed(Members { fields: &mut record, at })? {
            Shape::Object => Self::Is(record),
            Shape::Null => Self::Null,
            Shape::Array | Shape::Scalar => Self::Wrong,
        })
    }
}

impl<T> Object<T> {
    /// True when the member stands in the body, if only as `null`.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The object, if it is one.
    #[must_use]
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Is(object) => Some(object),
            Self::Absent | Self::Null | Self::Wrong => None,
        }
    }
}

/// What a member of a record may be read as.
pub(super) trait Slot<'a>: Sized {
    fn take<A: MapAccess<'a>>(value: &mut A, at: At<'_>) -> Result<Self, A::Error>;
}

impl<'a> Slot<'a> for Leaf<'a> {
    fn take<A: MapAccess<'a>>(value: &mut A, at: At<'_>) -> Result<Self, A::Error> {
        value.next_value_seed(at)
    }
}

impl<'a, T: Record<'a>> Slot<'a> for Object<T> {
    fn take<A: MapAccess<'a>>(value: &mut A, at: At<'_>) -> Result<Self, A::Error> {
        Self::read(value, at)
    }
}

/// Elements that should be records, one at a time: none is kept.
#[derive(Debug)]
pub struct Records<T, F> {
    each: F,
    record: PhantomData<fn() -> T>,
}

impl<T, F: FnMut(usize, Option<&T>)> Records<T, F> {
    /// Gives every element to `each` with its index; `None` is something else than an object.
    pub const fn new(each: F) -> Self {
        Self { each, record: PhantomData }
    }
}

impl<'a, T: Record<'a>, F: FnMut(usize, Option<&T>)> Each<'a> for Records<T, F> {
    fn element<A: SeqAccess<'a>>(&mut self, index: usize, elements: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        let mut record = T::default();
        let Some(shape) = elements.next_element_seed(Members { fields: &mut record, at })? else { return Ok(false) };
        (self.each)(index, (shape == Shape::Object).then_some(&record));
        Ok(true)
    }
}

/// Elements of any kind, one at a time.
#[derive(Debug)]
pub struct Leaves<F>(pub F);

impl<'a, F: FnMut(usize, Leaf<'a>)> Each<'a> for Leaves<F> {
    fn element<A: SeqAccess<'a>>(&mut self, index: usize, elements: &mut A, at: At<'_>) -> Result<bool, A::Error> {
        let Some(leaf) = elements.next_element_seed(at)? else { return Ok(false) };
        (self.0)(index, leaf);
        Ok(true)
    }
}
