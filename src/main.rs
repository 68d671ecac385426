//! The subcommands.

fn main() {}
