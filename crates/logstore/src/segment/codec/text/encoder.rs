//! Splits the texts of a column into fragments and variables, page by page.

use std::ops::Range;

use super::layout::PLAIN;
use super::novelty::Novelty;
use super::page::Page;
use super::pieces::PieceWriter;
use super::scan::{Found, Scanner, is_word};
use super::shape::{Kind, Shape};
use super::tokens::Tokens;
use super::vocabulary::{Fragment, Vocabulary};
use crate::block::strings::Strings;
use crate::segment::uuid_text::{self, Case};

/// Longest fragment that may be new. Longer ones hardly ever repeat.
const MAX_FRAGMENT: usize = 512;
/// Pages in a row that did not profit from splitting, of which the next ones are not tried.
const MOST_SKIPPED: u32 = 16;

/// Encodes the pages of one column of one row group.
#[derive(Debug, Default)]
pub struct TextEncoder {
    vocabulary: Vocabulary,
    novelty: Novelty,
    tokens: Tokens,
    page: Page,
    /// The fragments of the text at hand.
    parts: Vec<u32>,
    variables: Vec<Range<usize>>,
    /// The template of texts that are a UUID and nothing else, by their case.
    lone_uuids: [Option<u32>; 2],
    /// How many pages to leave unsplit after the next failure, and from now on.
    patience: u32,
    skipped: u32,
}

impl TextEncoder {
    /// An encoder that has seen no page.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for a column whose words nobody wants.
    pub fn without_words() -> Self {
        Self {
            tokens: Tokens::none(),
            ..Self::default()
        }
    }

    /// Appends a page of the texts in `range`, and to `tokens` the hash of every word in them at
    /// least once.
    pub fn page(
        &mut self,
        strings: &Strings,
        range: Range<usize>,
        out: &mut Vec<u8>,
        tokens: &mut Vec<u32>,
    ) {
        let page = self.tokens.begin();
        if self.skipped > 0 {
            self.skipped -= 1;
            for at in range.clone() {
                self.tokens.text(strings.get(at), tokens);
            }
            return plain(strings, range, out);
        }
        self.page.clear();
        let before = self.vocabulary.mark();
        for at in range.clone() {
            let text = strings.get(at);
            let lone = self.lone_uuid(text);
            if let Some((_, Some(template))) = lone {
                self.page.lone_uuid(text, template);
                continue;
            }
            let mark = self.page.mark();
            self.parts.clear();
            if self.split(text, page, tokens).is_some() {
                let template = self.vocabulary.template(&self.parts);
                self.page.end(text, &self.parts, template);
                if let (Some((case, _)), 2) = (lone, self.parts.len()) {
                    self.lone_uuids[case as usize] = template;
                }
            } else {
                self.page.forget(mark);
                self.page.literal(text);
                self.tokens.text(text, tokens);
            }
        }
        if self.page.is_unfit() {
            self.vocabulary.forget(before);
            self.lone_uuids = [None; 2];
            self.skipped = self.patience;
            self.patience = (self.patience * 2 + 1).min(MOST_SKIPPED);
            plain(strings, range, out);
        } else {
            self.patience = 0;
            self.page.write(&self.vocabulary, out);
        }
    }

    /// Appends the dictionary without which the pages cannot be read.
    pub fn finish(self, out: &mut Vec<u8>) {
        self.vocabulary.write(out);
    }

    /// The case of a text that is a UUID and nothing else, and the template that such texts have: columns of ids
    /// are not split text by text. Only where nobody wants the words.
    fn lone_uuid(&self, text: &str) -> Option<(Case, Option<u32>)> {
        if !self.tokens.are_unwanted() {
            return None;
        }
        let case = uuid_text::case(text.as_bytes())?;
        Some((case, self.lone_uuids[case as usize]))
    }

    /// Finds the parts of a text; `None` when it is better not split.
    fn split(&mut self, text: &str, page: u32, tokens: &mut Vec<u32>) -> Option<()> {
        let mut from = 0;
        for found in Scanner::new(text.as_bytes()) {
            let fragment = &text[from..found.variable.start];
            let place = self.part(fragment, found.shape, Some(&found), page, tokens)?;
            self.page.variable(place, text.as_bytes(), &found);
            self.tokens.variable(text, &found, tokens);
            from = found.variable.end;
        }
        self.part(&text[from..], Shape::END, None, page, tokens)?;
        Some(())
    }

    /// Adds a fragment of the text at hand and gives its place.
    fn part(
        &mut self,
        text: &str,
        shape: Shape,
        found: Option<&Found>,
        page: u32,
        tokens: &mut Vec<u32>,
    ) -> Option<u32> {
        let mut fragment = self.fragment(text, shape);
        let previous = self.parts.last().copied();
        let mut place = match self.vocabulary.find_behind(previous, fragment) {
            Some(place) => place,
            None => {
                let rest = self.split_unknown(fragment, page, tokens)?;
                fragment = self.fragment(rest, shape);
                self.known(fragment)?
            }
        };
        if shape.kind == Kind::Integer
            && let Some(found) = found
            && let Some(padded) = self.vocabulary.padded(place, found.variable.len())
        {
            place = padded;
        }
        self.add(place, page, tokens);
        Some(place)
    }

    fn add(&mut self, place: u32, page: u32, tokens: &mut Vec<u32>) {
        self.parts.push(place);
        if self.tokens.are_unwanted() {
            return;
        }
        for hash in self.vocabulary.tokens(place, page) {
            self.tokens.push(*hash, tokens);
        }
    }

    fn fragment<'a>(&self, text: &'a str, shape: Shape) -> Fragment<'a> {
        let bytes = text.as_bytes();
        let first = self.parts.is_empty() && bytes.first().is_some_and(|byte| is_word(*byte));
        let context = if shape.kind.is_number() && !bytes.iter().any(|byte| is_word(*byte)) {
            self.vocabulary.context_behind(self.parts.last().copied())
        } else {
            0
        };
        Fragment {
            text,
            shape,
            context,
            first,
        }
    }

    fn known(&mut self, fragment: Fragment<'_>) -> Option<u32> {
        let previous = self.parts.last().copied();
        match self.vocabulary.find_behind(previous, fragment) {
            Some(place) => Some(place),
            None => self.vocabulary.admit(fragment),
        }
    }

    /// Adds what is before and between the variable words of a fragment that is not in the dictionary, and
    /// gives what is left of it.
    fn split_unknown<'a>(
        &mut self,
        fragment: Fragment<'a>,
        page: u32,
        tokens: &mut Vec<u32>,
    ) -> Option<&'a str> {
        let text = fragment.text;
        if text.len() > MAX_FRAGMENT {
            return None;
        }
        let open = [!self.parts.is_empty(), fragment.shape != Shape::END];
        let mut variables = std::mem::take(&mut self.variables);
        let found = self
            .novelty
            .variables(text.as_bytes(), open, &mut variables)
            .and_then(|()| {
                let mut from = 0;
                for variable in &variables {
                    let place =
                        self.known(self.fragment(&text[from..variable.start], Shape::WORD))?;
                    self.add(place, page, tokens);
                    let word = &text[variable.clone()];
                    self.page.word(word.as_bytes());
                    self.tokens.text(word, tokens);
                    from = variable.end;
                }
                Some(&text[from..])
            });
        self.variables = variables;
        found
    }
}

/// Appends a page of texts as they are, compressed.
fn plain(strings: &Strings, range: Range<usize>, out: &mut Vec<u8>) {
    out.push(PLAIN);
    let mut pieces = PieceWriter::default();
    for at in range {
        pieces.push(strings.get(at).as_bytes());
    }
    pieces.write(out);
}
