//! Protocols over HTTP: one folder each, with its own errors in its own shape.
//!
//! Handlers know the traits of `query` and `model` and never a store behind them. Who may come in
//! is decided once for all of them, in [`guard`].

pub mod elastic;
pub mod guard;
pub mod native;
pub mod prometheus;
