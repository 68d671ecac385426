//! The rules are held to what they say: every line's example and counter-example, the banks' shapes, noise that must not matter, and
//! directories that replace files.

mod cascade;
mod directory;
mod lines;
mod narratives;
mod support;
mod tricky;
