//! The only axum: every route and layer on one page.

pub mod auth;
pub mod limits;
