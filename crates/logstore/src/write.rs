//! The path of a write: prepared by its caller, decided and logged by the writer, then visible.

pub mod admission;
pub mod apply;
pub mod decide;
pub mod prepare;
pub mod writer;
