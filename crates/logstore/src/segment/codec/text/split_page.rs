//! A page whose texts are split, with its own hold on its bytes: all texts in their order, or any of them
//! without those before it. It can be kept, and what was decompressed for one text is there for the next.

use std::sync::OnceLock;

use bytes::Bytes;

use super::dictionary::{TextDictionary, Variables};
use super::hex;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED};
use super::page_numbers::{AllNumbers, NumberPlaces, Streams, Texts};
use super::pieces::{Pieces, numbers};
use super::shape::{Kind, Shape};
use super::time;
use super::uuids::Uuids;
use crate::segment::codec::compress::{Kept, Stored};
use crate::segment::codec::integers;
use crate::varint::take;

/// Texts between two of which it is known how many variables are before them.
const MARKED: usize = 32;

/// Parts of a text from which on its numbers are not looked for one by one.
const MANY: usize = 64;

/// Such a page. What a text does not need is not decompressed.
#[derive(Debug)]
pub struct SplitPage {
    text_bytes: usize,
    codes: Vec<u32>,
    parts: Stored,
    spelled: OnceLock<Option<Vec<u32>>>,
    heads: Kept,
    bits: Kept,
    places: OnceLock<Option<NumberPlaces>>,
    uuids: Uuids,
    hex: Kept,
    words: Pieces,
    literals: Pieces,
    /// What is before every text of so many.
    marks: OnceLock<Option<Vec<Mark>>>,
}

/// How much of each kind is before a text.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    spelled: usize,
    literals: usize,
    variables: Variables,
}

impl SplitPage {
    /// Takes all of `page` as such a page.
    pub fn take(mut page: Bytes) -> Option<Self> {
        let mut rest = &page[..];
        let text_bytes = usize::try_from(take(&mut rest)?).ok()?;
        page = page.slice_ref(rest);
        let codes = integers::decode_u32(&Stored::take(&mut page)?.bytes()?)?;
        let taken = Self {
            text_bytes,
            codes,
            parts: Stored::take(&mut page)?,
            spelled: OnceLock::new(),
            heads: Kept::take(&mut page)?,
            bits: Kept::take(&mut page)?,
            places: OnceLock::new(),
            uuids: Uuids::take(&mut page)?,
            hex: Kept::take(&mut page)?,
            words: Pieces::take(&mut page)?,
            literals: Pieces::take(&mut page)?,
            marks: OnceLock::new(),
        };
        page.is_empty().then_some(taken)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Length of all texts together, as the page has it.
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Memory it takes at most, beside the bytes of the page, when nothing of it is still compressed.
    pub fn memory(&self) -> usize {
        let numbers = (self.codes.len() + self.parts.len()) * size_of::<u32>();
        let marks = self.codes.len() / MARKED * size_of::<Mark>();
        // A stream has a head of a byte at least.
        let streams = self.heads.len() * 4 * size_of::<u32>();
        let sections = self.heads.len() + self.bits.len() + self.hex.len();
        let pieces = self.words.memory() + self.literals.memory();
        numbers + marks + streams + sections + self.uuids.memory() + pieces
    }

    /// What each text is.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The different texts of a page on which every text is a UUID in lower case and nothing else; `None` of
    /// other pages.
    pub fn distinct_uuids(&self, dictionary: &TextDictionary) -> Option<Vec<[u8; 16]>> {
        let first = *self.codes.first()?;
        let template = dictionary.template(first.checked_sub(FIRST_TEMPLATE)?)?;
        let [uuid, end] = *template else { return None };
        let (before, shape) = dictionary.fragment(uuid)?;
        let is_uuid = before.is_empty() && shape.kind == Kind::UuidLower;
        let ends = dictionary.fragment(end)? == (&[], Shape::END);
        let alike = || self.codes.iter().all(|code| *code == first);
        if !(is_uuid && ends && alike()) {
            return None;
        }
        self.uuids.distinct()
    }

    /// The variables that are words.
    pub fn words(&self) -> &Pieces {
        &self.words
    }

    /// The parts of the texts that are spelled out.
    pub fn spelled(&self) -> Option<&[u32]> {
        let read = || numbers(&self.parts.bytes()?);
        self.spelled.get_or_init(read).as_deref()
    }

    fn streams(&self) -> Option<Streams<'_>> {
        Some(Streams {
            heads: self.heads.bytes()?,
            bits: self.bits.bytes()?,
        })
    }

    /// The fragments of a text, the spelled ones from a place on.
    fn parts<'s>(
        &'s self,
        dictionary: &'s TextDictionary,
        code: u32,
        spelled: usize,
    ) -> Option<&'s [u32]> {
        match code {
            LITERAL => Some(&[]),
            SPELLED => {
                let rest = self.spelled()?.get(spelled..)?;
                let last = rest.iter().position(|part| {
                    let fragment = dictionary.fragment(*part);
                    fragment.is_some_and(|(_, shape)| shape == Shape::END)
                })?;
                Some(&rest[..=last])
            }
            _ => dictionary.template(code - FIRST_TEMPLATE),
        }
    }

    /// Passes a text.
    fn pass(&self, dictionary: &TextDictionary, code: u32, mark: &mut Mark) -> Option<()> {
        match code {
            LITERAL => mark.literals += 1,
            SPELLED => loop {
                let part = *self.spelled()?.get(mark.spelled)?;
                mark.spelled += 1;
                let shape = dictionary.shape(part)?;
                if shape.kind == Kind::End {
                    break;
                }
                mark.variables.add(shape);
            },
            _ => mark.variables += dictionary.variables(code - FIRST_TEMPLATE)?,
        }
        Some(())
    }

    fn marks(&self, dictionary: &TextDictionary) -> Option<&[Mark]> {
        let read = || {
            let mut marks = Vec::with_capacity(self.codes.len() / MARKED + 1);
            let mut mark = Mark::default();
            for texts in self.codes.chunks(MARKED) {
                marks.push(mark);
                for code in texts {
                    self.pass(dictionary, *code, &mut mark)?;
                }
            }
            Some(marks)
        };
        self.marks.get_or_init(read).as_deref()
    }

    fn mark_before(&self, dictionary: &TextDictionary, place: usize) -> Option<Mark> {
        let mut mark = *self.marks(dictionary)?.get(place / MARKED)?;
        for code in self.codes.get(place - place % MARKED..place)? {
            self.pass(dictionary, *code, &mut mark)?;
        }
        Some(mark)
    }

    /// The text that has one of the words among its variables.
    pub fn text_with_word(&self, dictionary: &TextDictionary, word: usize) -> Option<u32> {
        let marks = self.marks(dictionary)?;
        let before = marks.partition_point(|mark| mark.variables.words <= word);
        let from = before.checked_sub(1)? * MARKED;
        let mut mark = marks[before - 1];
        for (place, code) in (from..).zip(&self.codes[from..]) {
            self.pass(dictionary, *code, &mut mark)?;
            if mark.variables.words > word {
                return u32::try_from(place).ok();
            }
        }
        None
    }

    /// Whether the test holds for a fragment or a word of a text. A literal has none.
    pub fn any_part(
        &self,
        dictionary: &TextDictionary,
        place: u32,
        mut holds: impl FnMut(&[u8]) -> bool,
    ) -> Option<bool> {
        let code = *self.codes.get(place as usize)?;
        let mark = self.mark_before(dictionary, place as usize)?;
        let mut word = mark.variables.words;
        for part in self.parts(dictionary, code, mark.spelled)? {
            let (text, shape) = dictionary.fragment(*part)?;
            if holds(text) {
                return Some(true);
            }
            if shape.kind == Kind::Word {
                if holds(self.words.get(word)?) {
                    return Some(true);
                }
                word += 1;
            }
        }
        Some(false)
    }

    /// Calls behind each text of the page, in order, with what it was appended to.
    pub fn append_all(
        &self,
        dictionary: &TextDictionary,
        out: &mut Vec<u8>,
        mut end: impl FnMut(&mut Vec<u8>) -> Option<()>,
    ) -> Option<()> {
        let mut numbers = AllNumbers::unpack(self.texts()?, dictionary, self.streams()?)?;
        let mut mark = Mark::default();
        for code in &self.codes {
            let parts = self.parts(dictionary, *code, mark.spelled)?;
            if *code == SPELLED {
                mark.spelled += parts.len();
            }
            self.append_parts(dictionary, *code, parts, &mut mark, out, |at| {
                numbers.next(parts[at])
            })?;
            end(out)?;
        }
        Some(())
    }

    /// Appends a text. What was unpacked for one with many parts is there for the next one.
    pub fn append(
        &self,
        dictionary: &TextDictionary,
        place: u32,
        unpacked: &mut Option<AllNumbers>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let place = place as usize;
        let code = *self.codes.get(place)?;
        let mut mark = self.mark_before(dictionary, place)?;
        let parts = self.parts(dictionary, code, mark.spelled)?;
        let before = mark.spelled;
        if parts.len() <= MANY {
            return self.append_parts(dictionary, code, parts, &mut mark, out, |at| {
                let earlier = parts[..at].iter().filter(|part| **part == parts[at]);
                self.number(dictionary, parts[at], place, before, earlier.count())
            });
        }
        let texts = self.texts()?;
        let numbers = match unpacked {
            Some(numbers) => numbers,
            None => unpacked.insert(AllNumbers::unpack(texts, dictionary, self.streams()?)?),
        };
        numbers.go_to(texts, dictionary, place, before)?;
        self.append_parts(dictionary, code, parts, &mut mark, out, |at| {
            numbers.next(parts[at])
        })?;
        let own = if code == SPELLED { parts.len() } else { 0 };
        numbers.passed(place + 1, before + own);
        Some(())
    }

    fn texts(&self) -> Option<Texts<'_>> {
        Some(Texts {
            codes: &self.codes,
            spelled: self.spelled()?,
            bytes: self.text_bytes,
        })
    }

    /// A number behind a fragment of a text: that with so many `earlier` ones in the same text.
    fn number(
        &self,
        dictionary: &TextDictionary,
        part: u32,
        place: usize,
        spelled: usize,
        earlier: usize,
    ) -> Option<i64> {
        let streams = self.streams()?;
        let texts = self.texts()?;
        let read = || NumberPlaces::of(texts, dictionary, streams);
        let places = self.places.get_or_init(read).as_ref()?;
        let before = Texts {
            codes: &self.codes[..place],
            spelled: texts.spelled.get(..spelled)?,
            bytes: self.text_bytes,
        };
        let before = places.count(dictionary, before, part) + earlier;
        places.get(streams, part, before)
    }

    /// Appends the parts of a text and moves behind its variables; numbers are asked for by the place of
    /// their part.
    fn append_parts(
        &self,
        dictionary: &TextDictionary,
        code: u32,
        parts: &[u32],
        mark: &mut Mark,
        out: &mut Vec<u8>,
        mut number: impl FnMut(usize) -> Option<i64>,
    ) -> Option<()> {
        if code == LITERAL {
            out.extend_from_slice(self.literals.get(mark.literals)?);
            mark.literals += 1;
        }
        for (at, part) in parts.iter().enumerate() {
            let (text, shape) = dictionary.fragment(*part)?;
            out.extend_from_slice(text);
            let before = mark.variables;
            mark.variables.add(shape);
            match shape.kind {
                Kind::End => {}
                Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time => {
                    write_number(shape, number(at)?, out)?;
                }
                Kind::HexLower | Kind::HexUpper => {
                    let digits = self.hex.bytes()?.get(before.hex..mark.variables.hex)?;
                    hex::unpack(digits, usize::from(shape.length), shape.kind, out);
                }
                Kind::UuidLower | Kind::UuidUpper => {
                    hex::write_uuid(self.uuids.get(before.uuids)?, shape.kind, out);
                }
                Kind::Word => out.extend_from_slice(self.words.get(before.words)?),
            }
        }
        Some(())
    }
}

fn write_number(shape: Shape, number: i64, out: &mut Vec<u8>) -> Option<()> {
    let mut buffer = itoa::Buffer::new();
    match shape.kind {
        Kind::Time => return time::write(shape.length, number, out),
        Kind::Padded => padded(number, shape.length, out),
        Kind::Decimal => {
            let power = 10_i64.checked_pow(u32::from(shape.length))?;
            let whole = number.div_euclid(power);
            out.extend_from_slice(buffer.format(whole).as_bytes());
            out.push(b'.');
            padded(number.rem_euclid(power), shape.length, out);
        }
        _ => out.extend_from_slice(buffer.format(number).as_bytes()),
    }
    Some(())
}

fn padded(number: i64, length: u8, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + usize::from(length), b'0');
    time::put(&mut out[start..], number.max(0));
}
