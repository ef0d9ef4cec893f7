//! The doorway of measurements and fuzzing to the encodings of segments. Not for other use: what is
//! behind it may change with every version.

pub use crate::block::strings::Strings;
pub use crate::segment::codec::{booleans, floats, integers, text};
