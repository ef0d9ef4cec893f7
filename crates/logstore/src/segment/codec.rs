//! The encodings of a segment's pages: values in, bytes out, and back.
//!
//! Pure functions. They know no file, no checksum and no row; whoever calls them keeps the length of
//! what they wrote. Every decoder answers `None` to bytes that no encoder wrote, and allocates no more
//! than the bytes justify.

mod bits;
pub mod booleans;
mod compress;
pub mod floats;
pub mod integers;
pub mod text;
