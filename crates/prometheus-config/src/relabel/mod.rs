//! Relabelling: rules that rewrite label sets, or drop them. Scrapes, alerts and remote writes share it.

mod apply;
mod pattern;
mod rule;
mod template;

pub use apply::{apply, relabel};
pub use pattern::Pattern;
pub use rule::{Action, RelabelConfig};
