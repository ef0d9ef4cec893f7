//! The one pass over a text.

use crate::bytes::{AT, COLON, DIGIT, DOT, MARK, SLASH, at, class, is_word};
use crate::{Kind, Parameter, address, number, path, piece, quoted, time, url};

/// Longest chunk: values are shorter, and what is left of a chunk is looked at anew behind each of them.
const LONGEST_CHUNK: usize = 512;

/// The variable parts of a text, one after the other.
#[derive(Debug, Clone)]
pub struct Parameters<'a> {
    text: &'a [u8],
    place: usize,
    opens_quotes: bool,
}

impl<'a> Parameters<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            place: 0,
            opens_quotes: false,
        }
    }

    /// Looks into quoted texts of several words, as into any other part of the message: `"GET /index.html"`
    /// then is a word with a path. Single words in quotes and what follows `=` are still taken as a whole.
    #[must_use]
    pub fn looking_into_quotes(mut self) -> Self {
        self.opens_quotes = true;
        self
    }

    /// Goes on behind a parameter.
    fn found(&mut self, kind: Kind, start: usize, end: usize) -> Option<Parameter> {
        self.place = end;
        Some(Parameter {
            range: start..end,
            kind,
        })
    }

    fn quoted(&self, start: usize) -> Option<usize> {
        let end = quoted::end(self.text, start)?;
        let within = &self.text[start + 1..end - 1];
        let is_value = start > 0 && self.text[start - 1] == b'=';
        (!self.opens_quotes || is_value || quoted::is_single(within)).then_some(end)
    }

    /// The first parameter that begins between `start` and `end`, a chunk or what is left of one.
    fn in_chunk(&self, start: usize, end: usize, classes: u8) -> Option<Parameter> {
        let text = self.text;
        if classes & SLASH != 0
            && classes & COLON != 0
            && let Some(range) = url::within(text, start..end)
        {
            // What stands before it in the chunk may have values of its own.
            return self.in_pieces(start, range.start).or(Some(parameter(
                Kind::Url,
                range.start,
                range.end,
            )));
        }
        if classes & AT != 0
            && let Some(range) = url::email(text, start..end)
        {
            return self.in_pieces(start, range.start).or(Some(parameter(
                Kind::Email,
                range.start,
                range.end,
            )));
        }
        let is_start = start == 0 || !is_word(text[start - 1]) && text[start - 1] != b'/';
        if is_start && classes & (SLASH | MARK) != 0 {
            // Java writes addresses with a slash before them.
            let is_address = text[start] == b'/' && address::ipv4(text, start + 1).is_some();
            if !is_address && let Some(end) = path::end(text, start) {
                return Some(parameter(Kind::Path, start, end));
            }
        }
        if is_start
            && classes & SLASH != 0
            && !text[start].is_ascii_digit()
            && let Some(end) = path::relative(text, start..end)
        {
            return Some(parameter(Kind::Path, start, end));
        }
        self.in_pieces(start, end)
    }

    /// The first parameter of the pieces between.
    fn in_pieces(&self, start: usize, end: usize) -> Option<Parameter> {
        let text = self.text;
        let mut place = start;
        while place < end {
            let is_start = place == 0 || !is_word(text[place - 1]);
            if is_start {
                if text[place].is_ascii_digit()
                    && let Some(end) = time::end(text, place)
                {
                    return Some(parameter(Kind::Time, place, end));
                }
                if let Some(end) = address::end(text, place, end) {
                    return Some(parameter(Kind::Address, place, end));
                }
                if text[place] == b'+'
                    && at(text, place + 1).is_ascii_digit()
                    && let Some(end) = number::end(text, place)
                {
                    return Some(parameter(Kind::Number, place, end));
                }
            }
            match piece::first(text, place, end) {
                Ok(found) => return Some(found),
                Err(next) => place = next,
            }
        }
        None
    }
}

impl Iterator for Parameters<'_> {
    type Item = Parameter;

    fn next(&mut self) -> Option<Parameter> {
        let text = self.text;
        while self.place < text.len() {
            let start = self.place;
            let mut classes = 0;
            let mut end = start;
            while end < text.len() && class(text[end]) != 0 {
                // Never between the bytes of a character.
                if end - start >= LONGEST_CHUNK && text[end] & 0xc0 != 0x80 {
                    break;
                }
                classes |= class(text[end]);
                end += 1;
            }
            if end == start {
                if matches!(text[start], b'"' | b'\'' | b'`')
                    && let Some(end) = self.quoted(start)
                {
                    return self.found(Kind::Quoted, start, end);
                }
                self.place += 1;
                continue;
            }
            if end - start == 3
                && text[start].is_ascii_uppercase()
                && let Some(end) = time::named(text, start)
            {
                return self.found(Kind::Time, start, end);
            }
            if classes & (DIGIT | SLASH | AT | DOT | MARK) != 0
                && let Some(found) = self.in_chunk(start, end, classes)
            {
                self.place = found.range.end;
                return Some(found);
            }
            self.place = end;
        }
        None
    }
}

fn parameter(kind: Kind, start: usize, end: usize) -> Parameter {
    Parameter {
        range: start..end,
        kind,
    }
}
