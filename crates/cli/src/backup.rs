//! Backups of a whole data directory: made beside their place, complete with their last step.
//!
//! A backup is a folder with the layout of a data directory and a file that lists every other one with
//! its length and checksum. That file is written last, and the folder takes its name after it: a
//! half-made backup has another name and no list.

pub mod alerts;
mod contents;
pub mod live;
mod making;
pub mod progress;
pub mod restoring;

pub use making::{Report, of_closed_directory};
