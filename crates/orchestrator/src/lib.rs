//! Dispatch: who works on what, until when, and what happens when it fails.
//!
//! The state machine is the store's; this room gives it a clock (the sweep), a door (HTTP on port
//! 8000, `docs/native-api.md`) and a voice (events on stdout, the four metrics). It knows the store
//! only as [`StateStore`](swarmscope_model::state::StateStore), and it never checks credentials:
//! whoever serves [`router`] puts a guard before it.

mod bell;
mod claiming;
pub mod demo;
mod dispatch;
mod events;
mod family;
mod http;
mod live;
mod room;
mod serve;
mod steer;
mod sweep;

pub use dispatch::{Config, Orchestrator};
pub use http::{document, router};
pub use serve::serve;
