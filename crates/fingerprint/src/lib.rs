//! Which errors are one: an ERROR or CRITICAL document becomes a [`Fingerprint`], and documents with the
//! same fingerprint are one error group.
//!
//! Pure and total: no clock, no I/O, no state, and any bytes that are a JSON object have a fingerprint.
//! What an algorithm once answered it answers for ever: groups are pinned to the [`Version`] that made
//! them. A better algorithm is another version: the old one's answers stay, and every place where the
//! two differ asks which one is at work.
//! Whether a document is an error at all is the caller's question.

mod algorithm;
mod document;
mod fingerprint;
mod short_text;
mod trace;

pub use document::{DocumentError, ErrorDocument};
pub use fingerprint::{Fingerprint, Frame, Source, Version};

/// The fingerprint of an error by the newest algorithm.
pub fn fingerprint<'a>(document: &'a ErrorDocument<'_>) -> Fingerprint<'a> {
    fingerprint_by(Version::NEWEST, document)
}

/// The fingerprint of an error by the algorithm to which a group is pinned.
pub fn fingerprint_by<'a>(version: Version, document: &'a ErrorDocument<'_>) -> Fingerprint<'a> {
    algorithm::fingerprint(version, document)
}

/// The id alone of that fingerprint: 32 hexadecimal digits. For errors of groups that are known it costs less than
/// all that people read of a group.
pub fn group_id(version: Version, document: &ErrorDocument<'_>) -> String {
    algorithm::group_id(version, document)
}

#[cfg(test)]
mod tests;
