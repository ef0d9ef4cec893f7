//! What the pages of one column of one row group have in common.

use std::ops::AddAssign;
use std::sync::OnceLock;

use super::shape::{Kind, Shape};
use super::word_filter::WordFilter;
use crate::segment::codec::compress::{put_section, take_section};
use crate::varint::{put, take_u32};

/// The fragments and the templates, which are sequences of fragments.
#[derive(Debug, Default)]
pub struct TextDictionary {
    text: Vec<u8>,
    fragments: Vec<Fragment>,
    /// The fragments of all templates; each ends with one that ends a text.
    parts: Vec<u32>,
    /// Where the parts of each template end.
    ends: Vec<u32>,
    /// The variables of each template.
    variables: Vec<Variables>,
    /// Once somebody has looked for words.
    filter: OnceLock<WordFilter>,
}

/// How many variables there are that are not numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Variables {
    pub uuids: usize,
    /// Bytes of hex digits.
    pub hex: usize,
    pub words: usize,
}

impl Variables {
    /// Counts the variable that follows a fragment.
    pub fn add(&mut self, shape: Shape) {
        match shape.kind {
            Kind::UuidLower | Kind::UuidUpper => self.uuids += 1,
            Kind::HexLower | Kind::HexUpper => self.hex += usize::from(shape.length).div_ceil(2),
            Kind::Word => self.words += 1,
            _ => {}
        }
    }
}

impl AddAssign for Variables {
    fn add_assign(&mut self, other: Self) {
        self.uuids += other.uuids;
        self.hex += other.hex;
        self.words += other.words;
    }
}

/// Where a fragment's text is, and what follows it.
#[derive(Debug, Clone, Copy)]
struct Fragment {
    start: u32,
    end: u32,
    shape: Shape,
}

/// Appends a dictionary.
pub fn write<'a>(
    fragments: impl Iterator<Item = (Shape, &'a str)>,
    templates: impl Iterator<Item = &'a [u32]>,
    out: &mut Vec<u8>,
) {
    let (mut kinds, mut lengths, mut text) = (Vec::new(), Vec::new(), Vec::new());
    for (shape, fragment) in fragments {
        kinds.extend([shape.kind as u8, shape.length]);
        put(&mut lengths, fragment.len() as u64);
        text.extend_from_slice(fragment.as_bytes());
    }
    let mut parts = Vec::new();
    for part in templates.flatten() {
        put(&mut parts, u64::from(*part));
    }
    for section in [kinds, lengths, text, parts] {
        put_section(&section, out);
    }
}

impl TextDictionary {
    /// Reads all of `bytes` as a dictionary; `None` when they are none.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes;
        let kinds = take_section(rest)?;
        let lengths = take_section(rest)?;
        let text = take_section(rest)?;
        let parts = take_section(rest)?;
        if !rest.is_empty() {
            return None;
        }
        let mut fragments = Vec::with_capacity(kinds.len() / 2);
        let (kinds, odd) = kinds.as_chunks::<2>();
        let mut lengths = &*lengths;
        let mut end = 0_u32;
        for [kind, length] in kinds {
            let start = end;
            end = end.checked_add(take_u32(&mut lengths)?)?;
            let shape = Shape {
                kind: Kind::from_code(*kind)?,
                length: *length,
            };
            shape.is_sound().then_some(())?;
            fragments.push(Fragment { start, end, shape });
        }
        if !odd.is_empty() || !lengths.is_empty() || end as usize != text.len() {
            return None;
        }
        let mut dictionary = Self {
            text: text.into_owned(),
            fragments,
            parts: Vec::with_capacity(parts.len()),
            ends: Vec::new(),
            variables: Vec::new(),
            filter: OnceLock::new(),
        };
        dictionary.read_templates(&parts)?;
        Some(dictionary)
    }

    fn read_templates(&mut self, mut bytes: &[u8]) -> Option<()> {
        let mut variables = Variables::default();
        while !bytes.is_empty() {
            let part = take_u32(&mut bytes)?;
            self.parts.push(part);
            let shape = self.fragments.get(part as usize)?.shape;
            variables.add(shape);
            if shape == Shape::END {
                self.ends.push(self.parts.len() as u32);
                self.variables.push(std::mem::take(&mut variables));
            }
        }
        let end = self.ends.last().copied().unwrap_or(0);
        (end as usize == self.parts.len()).then_some(())
    }

    /// Memory it takes at most: the filter is made when words are looked for.
    pub fn bytes(&self) -> usize {
        WordFilter::bytes_for(self.text.len())
            + self.text.len()
            + self.fragments.len() * size_of::<Fragment>()
            + (self.parts.len() + self.ends.len()) * size_of::<u32>()
            + size_of_val(&self.variables[..])
    }

    /// Whether a fragment may have a word of letters, in lower case. Never says no of one that does.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        let texts = self
            .fragments
            .iter()
            .map(|fragment| &self.text[fragment.start as usize..fragment.end as usize]);
        self.filter
            .get_or_init(|| WordFilter::of(texts))
            .may_hold(word)
    }

    /// How many fragments there are.
    pub(super) fn len(&self) -> usize {
        self.fragments.len()
    }

    /// The texts of all fragments, one behind the other.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The place of the fragment that has a byte of these, and where it ends among them.
    pub(super) fn fragment_at(&self, byte: usize) -> Option<(usize, usize)> {
        let place = self
            .fragments
            .partition_point(|fragment| fragment.end as usize <= byte);
        Some((place, self.fragments.get(place)?.end as usize))
    }

    /// A fragment's text, and what follows it.
    pub(super) fn fragment(&self, place: u32) -> Option<(&[u8], Shape)> {
        let fragment = self.fragments.get(place as usize)?;
        let text = &self.text[fragment.start as usize..fragment.end as usize];
        Some((text, fragment.shape))
    }

    /// What follows a fragment.
    pub(super) fn shape(&self, place: u32) -> Option<Shape> {
        self.fragments
            .get(place as usize)
            .map(|fragment| fragment.shape)
    }

    /// How many templates there are.
    pub(super) fn templates(&self) -> usize {
        self.ends.len()
    }

    /// The variables of a template.
    pub(super) fn variables(&self, number: u32) -> Option<Variables> {
        self.variables.get(number as usize).copied()
    }

    /// The fragments of a template.
    pub(super) fn template(&self, number: u32) -> Option<&[u32]> {
        let end = *self.ends.get(number as usize)?;
        let before = (number as usize).checked_sub(1);
        let start = before.map_or(0, |before| self.ends[before]);
        self.parts.get(start as usize..end as usize)
    }
}
