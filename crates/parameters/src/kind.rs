//! What a variable part is.

/// What a variable part is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `38101a0b-2096-447d-96ea-a692162415ae`.
    Uuid,
    /// `0x7ffd12`, or at least seven hex digits with letters and digits among them: hashes, trace ids.
    Hex,
    /// With sign, decimals, exponent, thousands and unit: `-3`, `1e-9`, `12.5ms`, `1,024`, `50%`, `3rd`.
    Number,
    /// `1.2.3`, `v2.0.1-rc1`.
    Version,
    /// An IP or MAC address or the name of a host, with a port or without.
    Address,
    /// A date, a time of day, or both.
    Time,
    /// A file or a path of a URL: from the root, from a folder, or with a file's ending.
    Path,
    /// With its scheme.
    Url,
    Email,
    /// A text in quotes, which belong to it.
    Quoted,
    /// Letters with digits: `blk_-160899`, `task-8f3a`, `i-0abc12`, base64.
    Id,
}

/// Every kind.
pub const KINDS: [Kind; 11] = [
    Kind::Uuid,
    Kind::Hex,
    Kind::Number,
    Kind::Version,
    Kind::Address,
    Kind::Time,
    Kind::Path,
    Kind::Url,
    Kind::Email,
    Kind::Quoted,
    Kind::Id,
];

impl Kind {
    /// Its name in small letters.
    pub fn name(self) -> &'static str {
        let placeholder = self.placeholder();
        &placeholder[1..placeholder.len() - 1]
    }

    /// What stands in a template in its place: the name in angle brackets.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Uuid => "<uuid>",
            Self::Hex => "<hex>",
            Self::Number => "<number>",
            Self::Version => "<version>",
            Self::Address => "<address>",
            Self::Time => "<time>",
            Self::Path => "<path>",
            Self::Url => "<url>",
            Self::Email => "<email>",
            Self::Quoted => "<quoted>",
            Self::Id => "<id>",
        }
    }
}
