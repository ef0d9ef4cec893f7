//! From errors in the log store to error groups in the state store.
//!
//! A follower reads the log store in the order of its writes, errors alone, and hands them over in
//! batches together with the place it has come to ([`Follower`]). It comes after the writes: logging is
//! never slower for it, and whatever ends it, it goes on where the last batch ended. A document is counted
//! once, however often it is sent or replaced.
//!
//! Which errors belong together is `swarmscope_fingerprint`'s to say, and what a batch changes is the
//! state store's. Nothing here knows a store's type, and nothing here speaks HTTP.

mod batch;
mod counted;
mod document;
mod figures;
mod fingerprints;
mod follower;
mod membership;
mod pace;
mod reader;

pub use document::is_error;
pub use figures::{Figures, FollowerFigures};
pub use fingerprints::{Fingerprints, Newest};
pub use follower::{Follower, Stores};
pub use membership::{Membership, memberships};
