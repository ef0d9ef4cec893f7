//! The kinds of variables in a text.

/// What kind of variable follows a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// None: the text ends.
    End,
    /// A decimal number without leading zeros.
    Integer,
    /// A decimal number of so many digits, with leading zeros where it has fewer.
    Padded,
    /// A decimal fraction with so many digits behind its point.
    Decimal,
    /// So many hex digits in lower case.
    HexLower,
    /// So many hex digits in upper case.
    HexUpper,
    UuidLower,
    UuidUpper,
    /// A point in time; the length is its notation.
    Time,
    /// Any other word.
    Word,
}

/// A kind, and the length that those have whose length is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    pub kind: Kind,
    pub length: u8,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::End,
        Kind::Integer,
        Kind::Padded,
        Kind::Decimal,
        Kind::HexLower,
        Kind::HexUpper,
        Kind::UuidLower,
        Kind::UuidUpper,
        Kind::Time,
        Kind::Word,
    ];

    /// The kind of that code on disk.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether values of this kind are numbers of 64 bits.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time
        )
    }
}

impl Shape {
    /// The end of a text.
    pub const END: Self = Self::plain(Kind::End);
    /// A word that is like no number.
    pub const WORD: Self = Self::plain(Kind::Word);

    /// A shape of a kind without a length.
    pub const fn plain(kind: Kind) -> Self {
        Self { kind, length: 0 }
    }

    /// A shape with a length.
    pub fn of_length(kind: Kind, length: usize) -> Option<Self> {
        let length = u8::try_from(length).ok()?;
        Some(Self { kind, length })
    }

    /// Whether a dictionary may hold it: no encoder writes another.
    pub fn is_sound(self) -> bool {
        match self.kind {
            Kind::Padded | Kind::Decimal => (1..=18).contains(&self.length),
            Kind::HexLower | Kind::HexUpper => self.length > 0,
            _ => true,
        }
    }
}
