//! One value of the body, kept as its text.

use std::borrow::Cow;

use memchr::memchr;

/// A value as it stands in the body, or nothing. Copying it copies no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaf<'a>(Option<&'a str>);

/// What a [`Leaf`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// Not there, or `null`: the same.
    Absent,
    /// A string.
    Text(Quoted<'a>),
    /// A number, as it is written.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A string with its quotes and escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted<'a>(&'a str);

/// A string escapes one half of a surrogate pair: there is no such character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoneSurrogate;

impl<'a> Leaf<'a> {
    /// A value of valid JSON, without white space around it.
    #[must_use]
    pub const fn new(span: &'a str) -> Self {
        Self(Some(span))
    }

    /// True when the member stands in the body, if only as `null`.
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// The text of the value.
    #[must_use]
    pub const fn span(self) -> Option<&'a str> {
        self.0
    }

    /// Where the value stands: a number that grows along the body.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        self.0.map(|span| span.as_ptr() as usize)
    }

    /// What the value is.
    #[must_use]
    pub fn json(self) -> Json<'a> {
        let Some(span) = self.0 else { return Json::Absent };
        match span.as_bytes().first() {
            Some(b'"') => Json::Text(Quoted(span)),
            Some(b'{') => Json::Object,
            Some(b'[') => Json::Array,
            Some(b't') => Json::Bool(true),
            Some(b'f') => Json::Bool(false),
            Some(b'n') | None => Json::Absent,
            Some(_) => Json::Number(span),
        }
    }
}

impl<'a> Quoted<'a> {
    /// The text that the string stands for: borrowed unless it has escapes.
    ///
    /// # Errors
    /// [`LoneSurrogate`], the one thing that can be wrong with a string of valid JSON.
    pub fn decode(self) -> Result<Cow<'a, str>, LoneSurrogate> {
        let inner = &self.0[1..self.0.len() - 1];
        if memchr(b'\\', inner.as_bytes()).is_none() {
            return Ok(Cow::Borrowed(inner));
        }
        serde_json::from_str(self.0).map(Cow::Owned).map_err(|_| LoneSurrogate)
    }
}
