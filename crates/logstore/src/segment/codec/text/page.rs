//! A page under construction: the codes of its texts and the streams of their variables.

use swarmscope_model::limits::MAX_PAGE_VALUES;

use super::hex;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED, SPLIT, Slots, used_templates};
use super::numbers;
use super::pieces::{self, PieceWriter};
use super::scan::Found;
use super::shape::Kind;
use super::uuids;
use super::vocabulary::Vocabulary;
use crate::segment::codec::bits::BitWriter;
use crate::segment::codec::compress::{put_plain, put_section};
use crate::segment::codec::integers;
use crate::varint::put;

/// See the head of this module.
#[derive(Debug, Default)]
pub struct Page {
    codes: Vec<u32>,
    spelled: Vec<u32>,
    /// Numbers, each with the fragment it follows.
    numbers: Vec<(u32, i64)>,
    uuids: Vec<[u8; 16]>,
    hex: Vec<u8>,
    words: PieceWriter,
    literals: PieceWriter,
    text_bytes: usize,
}

/// The variables that there were before a text.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    numbers: usize,
    uuids: usize,
    hex: usize,
    words: pieces::Mark,
}

impl Page {
    /// Empties it.
    pub fn clear(&mut self) {
        self.codes.clear();
        self.spelled.clear();
        self.numbers.clear();
        self.uuids.clear();
        self.hex.clear();
        self.words.clear();
        self.literals.clear();
        self.text_bytes = 0;
    }

    /// Marks what there is.
    pub fn mark(&self) -> Mark {
        Mark {
            numbers: self.numbers.len(),
            uuids: self.uuids.len(),
            hex: self.hex.len(),
            words: self.words.mark(),
        }
    }

    /// Forgets the variables that came after the mark.
    pub fn forget(&mut self, mark: Mark) {
        self.numbers.truncate(mark.numbers);
        self.uuids.truncate(mark.uuids);
        self.hex.truncate(mark.hex);
        self.words.forget(mark.words);
    }

    /// Adds a variable that follows a fragment.
    pub fn variable(&mut self, fragment: u32, text: &[u8], found: &Found) {
        let variable = &text[found.variable.clone()];
        match found.shape.kind {
            Kind::End => {}
            Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time => {
                self.numbers.push((fragment, found.number));
            }
            Kind::HexLower | Kind::HexUpper => hex::pack(variable, &mut self.hex),
            Kind::UuidLower | Kind::UuidUpper => {
                self.uuids
                    .extend(variable.first_chunk().map(hex::parse_uuid));
            }
            Kind::Word => self.word(variable),
        }
    }

    /// Adds a text that is a UUID and nothing else.
    pub fn lone_uuid(&mut self, text: &str, template: u32) {
        let uuid = text.as_bytes().first_chunk();
        self.uuids.extend(uuid.map(hex::parse_uuid));
        self.text_bytes += text.len();
        self.codes.push(FIRST_TEMPLATE + template);
    }

    /// Adds a word.
    pub fn word(&mut self, word: &[u8]) {
        self.words.push(word);
    }

    /// Ends a text whose variables were added.
    pub fn end(&mut self, text: &str, parts: &[u32], template: Option<u32>) {
        self.text_bytes += text.len();
        match template {
            Some(number) => self.codes.push(FIRST_TEMPLATE + number),
            None => {
                self.codes.push(SPELLED);
                self.spelled.extend_from_slice(parts);
            }
        }
    }

    /// Adds a text as it is.
    pub fn literal(&mut self, text: &str) {
        self.text_bytes += text.len();
        self.codes.push(LITERAL);
        self.literals.push(text.as_bytes());
    }

    /// Whether it is better not split: too many texts are as they are for the others to be worth their
    /// trouble, or there are more numbers than a reader believes.
    pub fn is_unfit(&self) -> bool {
        self.literals.text_bytes() * 2 > self.text_bytes || self.numbers.len() > MAX_PAGE_VALUES
    }

    /// Appends the page.
    pub fn write(&self, vocabulary: &Vocabulary, out: &mut Vec<u8>) {
        out.push(SPLIT);
        put(out, self.text_bytes as u64);
        let mut codes = Vec::new();
        integers::encode_u32(&self.codes, &mut codes);
        put_plain(&codes, out);
        let mut spelled = Vec::new();
        for part in &self.spelled {
            put(&mut spelled, u64::from(*part));
        }
        put_section(&spelled, out);
        self.write_numbers(vocabulary, out);
        uuids::write(&self.uuids, out);
        put_section(&self.hex, out);
        self.words.write(out);
        self.literals.write(out);
    }

    fn write_numbers(&self, vocabulary: &Vocabulary, out: &mut Vec<u8>) {
        let mut slots = Slots::new(vocabulary.len());
        let is_number = |part: &&u32| vocabulary.shape(**part).kind.is_number();
        for (template, times) in used_templates(&self.codes, u32::MAX).unwrap_or_default() {
            for part in vocabulary.parts(template).iter().filter(is_number) {
                slots.add(*part, times);
            }
        }
        for part in self.spelled.iter().filter(is_number) {
            slots.add(*part, 1);
        }
        let mut next = Vec::with_capacity(slots.counts().len());
        let mut total = 0;
        for count in slots.counts() {
            next.push(total);
            total += *count as usize;
        }
        let mut sorted = vec![0; total];
        for (fragment, number) in &self.numbers {
            let place = &mut next[slots.of(*fragment)];
            sorted[*place] = *number;
            *place += 1;
        }
        let (mut heads, mut bits) = (Vec::new(), BitWriter::default());
        let mut start = 0;
        for end in next {
            numbers::write(&sorted[start..end], &mut heads, &mut bits);
            start = end;
        }
        put_section(&heads, out);
        put_plain(&bits.finish(), out);
    }
}
