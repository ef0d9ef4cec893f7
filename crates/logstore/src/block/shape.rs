//! What is left of a document when its values are cut out: the same for all documents that one
//! statement of a program writes.
//!
//! A document is its shape and the values of its columns, in the order in which they stand in it. Only
//! values whose bytes cannot be told from the column are kept as bytes, as literals. A shape never
//! holds what differs from document to document.

use std::sync::{Arc, LazyLock};

use swarmscope_model::limits::{MAX_SHAPE_BYTES, MAX_SHAPE_SLOTS};
use swarmscope_query::document::ValueRef;
use swarmscope_query::document::spelling::Spelling;

use super::column::Kind;
use super::strings::Strings;
use crate::varint::{put, put_prefixed, take, take_text};

/// A place for a value in a shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Whose next value of the row belongs here. A literal may have a column, too: its value is
    /// searched there, and is passed over when the document is written.
    pub column: Option<(Arc<str>, Kind)>,
    pub spelling: Spelling,
}

/// A document without its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// What stands before, between and behind the values: one more than slots.
    fragments: Strings,
    slots: Vec<Slot>,
    /// For each slot, how many slots of the same column stand before it.
    places: Vec<u32>,
}

/// Documents kept as their bytes.
static WHOLE: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    let slot = Slot {
        column: None,
        spelling: Spelling::Literal,
    };
    let fragments = ["", ""].into_iter().collect();
    Arc::new(Shape::new(fragments, vec![slot]).expect("a slot between two fragments"))
});

impl Shape {
    /// The shape of these parts; `None` when they do not fit each other.
    pub fn new(fragments: Strings, slots: Vec<Slot>) -> Option<Self> {
        if fragments.len() != slots.len() + 1 || !slots.iter().all(Slot::is_sound) {
            return None;
        }
        let mut places = Vec::with_capacity(slots.len());
        for (at, slot) in slots.iter().enumerate() {
            let before = slots[..at]
                .iter()
                .rposition(|other| other.column == slot.column);
            places.push(before.map_or(0, |before| places[before] + 1));
        }
        Some(Self {
            fragments,
            slots,
            places,
        })
    }

    /// The shape of documents that are kept as their bytes: one literal.
    pub fn whole() -> Arc<Self> {
        Arc::clone(&WHOLE)
    }

    /// Whether documents of this shape are kept as their bytes.
    pub fn is_whole(&self) -> bool {
        self == &**WHOLE
    }

    /// Whether a document of so many values and so many bytes beside them is worth a shape.
    pub fn is_worthwhile(slots: usize, bytes: usize) -> bool {
        slots <= MAX_SHAPE_SLOTS && bytes <= MAX_SHAPE_BYTES
    }

    /// The places for values, in order.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// For each slot, how many slots of the same column stand before it.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// Memory that it takes, roughly.
    pub fn bytes(&self) -> usize {
        self.fragments.bytes() + self.slots.len() * (size_of::<Slot>() + 4)
    }

    /// Appends the document of one row. `values` gives the value of a slot: of the row's values of the
    /// slot's column, the one at [`Shape::places`]. `literals` gives the row's literals in order. `None`
    /// when one is missing; a part of the document may then have been appended.
    pub fn write<'v>(
        &self,
        values: &mut dyn FnMut(usize) -> Option<ValueRef<'v>>,
        literals: &mut dyn Iterator<Item = &'v str>,
        out: &mut String,
    ) -> Option<()> {
        for (at, slot) in self.slots.iter().enumerate() {
            out.push_str(self.fragments.get(at));
            match slot.spelling {
                Spelling::Literal => out.push_str(literals.next()?),
                spelling => spelling.write(values(at)?, out)?,
            }
        }
        out.push_str(self.fragments.get(self.slots.len()));
        Some(())
    }
}

impl Shape {
    /// Appends the shape's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put(out, self.slots.len() as u64);
        for slot in &self.slots {
            match &slot.column {
                None => out.push(NO_COLUMN),
                Some((path, kind)) => {
                    out.push(slot.spelling.code() << 4 | kind.code());
                    put_prefixed(out, path.as_bytes());
                }
            }
        }
        for fragment in self.fragments.iter() {
            put_prefixed(out, fragment.as_bytes());
        }
    }

    /// Reads the shape at the start of `bytes` and moves behind it; `None` when there is none.
    pub fn decode(bytes: &mut &[u8]) -> Option<Self> {
        let count = usize::try_from(take(bytes)?).ok()?;
        // A slot takes two bytes at least: its own and its fragment's.
        if count > MAX_SHAPE_SLOTS || count > bytes.len() {
            return None;
        }
        let mut slots = Vec::with_capacity(count);
        for _ in 0..count {
            let (code, rest) = bytes.split_first()?;
            *bytes = rest;
            slots.push(match *code {
                NO_COLUMN => Slot {
                    column: None,
                    spelling: Spelling::Literal,
                },
                code => Slot {
                    spelling: Spelling::from_code(code >> 4)?,
                    column: Some((Arc::from(take_text(bytes)?), Kind::from_code(code & 15)?)),
                },
            });
        }
        let mut fragments = Strings::default();
        for _ in 0..=count {
            fragments.push(take_text(bytes)?);
        }
        Self::new(fragments, slots)
    }
}

impl Slot {
    /// Whether the column can have the spelling.
    fn is_sound(&self) -> bool {
        match (&self.column, self.spelling) {
            (None, spelling) => spelling == Spelling::Literal,
            // Derived from the values, none of its own.
            (Some((_, Kind::Instant)), _) => false,
            (Some((_, kind)), Spelling::Ascii) => *kind == Kind::Text,
            (Some((_, kind)), Spelling::PointZero) => *kind == Kind::Integer,
            (Some(_), Spelling::Plain | Spelling::Literal) => true,
        }
    }
}

const NO_COLUMN: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let slot = |path: &str, kind, spelling| Slot {
            column: Some((Arc::from(path), kind)),
            spelling,
        };
        let slots = vec![
            slot("a", Kind::Integer, Spelling::Plain),
            slot("é", Kind::Text, Spelling::Ascii),
            slot("a", Kind::Integer, Spelling::Literal),
            slot("a", Kind::Integer, Spelling::PointZero),
        ];
        let fragments = ["{\"a\":[", ",{\"é\":", "},", ",", "]}"];
        Shape::new(fragments.into_iter().collect(), slots).expect("a shape")
    }

    #[test]
    fn values_take_their_places() {
        let numbers = [7, 1000, 12];
        let mut out = String::new();
        let shape = shape();
        assert_eq!(shape.places(), &[0, 0, 1, 2]);
        let mut values = |slot: usize| match &shape.slots()[slot].column {
            Some((path, _)) if **path == *"a" => {
                Some(ValueRef::Integer(numbers[shape.places()[slot] as usize]))
            }
            _ => Some(ValueRef::Text("ü")),
        };
        let written = shape.write(&mut values, &mut ["1e3"].into_iter(), &mut out);
        assert_eq!(written, Some(()));
        assert_eq!(out, r#"{"a":[7,{"é":"\u00fc"},1e3,12.0]}"#);
        let missing = shape.write(&mut values, &mut std::iter::empty(), &mut out);
        assert_eq!(missing, None);
    }

    #[test]
    fn bytes_come_back_or_are_refused() {
        for shape in [shape(), (*Shape::whole()).clone()] {
            let mut bytes = Vec::new();
            shape.encode(&mut bytes);
            let mut rest = &bytes[..];
            assert_eq!(Shape::decode(&mut rest), Some(shape));
            assert!(rest.is_empty());
            for at in 0..bytes.len() {
                assert_eq!(Shape::decode(&mut &bytes[..at]), None, "cut at {at}");
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[at] ^= 1 << bit;
                    // Checksums find what is changed; here it must only not be taken for more.
                    if let Some(shape) = Shape::decode(&mut &changed[..]) {
                        assert_eq!(shape.fragments.len(), shape.slots.len() + 1);
                    }
                }
            }
        }
    }
}
