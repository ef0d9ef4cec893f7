//! Tells which texts of a split page may hold some words, without spelling the texts.
//!
//! A word of letters stands whole in a fragment or whole among the page's words: texts are cut at numbers,
//! hex digits and UUIDs, which have digits or hex letters alone, and at words as a whole. A rare word is in
//! no fragment of most dictionaries; then the page's words alone tell which texts have it, and those few
//! are looked at. Else the fragments that hold a word are looked up once in the dictionary, and a page is
//! gone through by the codes of its texts. Only ever rules out; what is left is spelled and tested.

use memchr::memmem::Finder;
use swarmscope_query::analysis::may_contain;

use super::dictionary::TextDictionary;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED};
use super::shape::Kind;
use super::split_page::SplitPage;
use super::word_filter::{LONGEST_WORD, is_letter};

/// Words that are looked for at most; the others are left to the test.
const MOST_WORDS: usize = 32;

/// What is looked for in the pages of one dictionary.
#[derive(Debug)]
pub struct WordFinder {
    finders: Vec<Finder<'static>>,
    /// One of them that no fragment holds.
    rare: Option<usize>,
    by_fragment: Option<ByFragment>,
}

/// What the dictionary holds of what is looked for.
#[derive(Debug)]
struct ByFragment {
    /// Of each fragment, a bit for each word that it may hold.
    fragments: Vec<u32>,
    /// Of each template that was met.
    templates: Vec<Option<Parts>>,
}

/// What the fragments of a text hold, and how many of the page's words go with them.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    found: u32,
    words: u32,
}

impl WordFinder {
    /// For these words, in lower case; `None` when none of them is of a kind that can be looked for.
    pub fn new<'a>(
        dictionary: &TextDictionary,
        words: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let words: Vec<&str> = words
            .filter(|word| is_sure(word))
            .take(MOST_WORDS)
            .collect();
        if words.is_empty() {
            return None;
        }
        let finders = words.iter().map(|word| Finder::new(word).into_owned());
        Some(Self {
            finders: finders.collect(),
            rare: words.iter().position(|word| !dictionary.may_hold(word)),
            by_fragment: None,
        })
    }

    /// The places of the texts of a page that may hold all words. `None` when the page is none, `Some(None)`
    /// when every text may.
    pub fn places(
        &mut self,
        dictionary: &TextDictionary,
        page: &SplitPage,
    ) -> Option<Option<Vec<u32>>> {
        let text = page.words().text()?;
        // Beyond ASCII, other letters may be the wanted ones in lower case.
        if !text.is_ascii() {
            return Some(None);
        }
        match self.rare {
            Some(rare) => self.with_rare(rare, dictionary, page).map(Some),
            None => self.by_codes(dictionary, page).map(Some),
        }
    }

    /// Looks for the rare word first, and for the others where it is.
    fn with_rare(
        &self,
        rare: usize,
        dictionary: &TextDictionary,
        page: &SplitPage,
    ) -> Option<Vec<u32>> {
        let literals = (0..).zip(page.codes());
        let mut places: Vec<u32> = literals
            .filter(|(_, code)| **code == LITERAL)
            .map(|(place, _)| place)
            .collect();
        for (word, _) in self.in_words(page, rare..rare + 1)? {
            let place = page.text_with_word(dictionary, word as usize)?;
            let mut has_all = true;
            for (_, finder) in self
                .finders
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != rare)
            {
                let wanted = std::str::from_utf8(finder.needle()).ok()?;
                let may_hold = |text: &[u8]| {
                    std::str::from_utf8(text).map_or(true, |text| may_contain(text, wanted))
                };
                has_all = has_all && page.any_part(dictionary, place, may_hold)?;
            }
            if has_all {
                places.push(place);
            }
        }
        places.sort_unstable();
        places.dedup();
        Some(places)
    }

    /// Goes through the codes of all texts.
    fn by_codes(&mut self, dictionary: &TextDictionary, page: &SplitPage) -> Option<Vec<u32>> {
        let in_words = self.in_words(page, 0..self.finders.len())?;
        let finders = &self.finders;
        let all = u32::MAX >> (32 - finders.len());
        let by_fragment = self
            .by_fragment
            .get_or_insert_with(|| ByFragment::new(dictionary, finders));
        let mut places = Vec::new();
        let (mut spelled, mut word, mut next) = (page.spelled()?, 0, 0);
        for (place, code) in (0..).zip(page.codes()) {
            let parts = match *code {
                LITERAL => {
                    places.push(place);
                    continue;
                }
                SPELLED => {
                    let (parts, rest) = by_fragment.spelled(dictionary, spelled)?;
                    spelled = rest;
                    parts
                }
                code => by_fragment.template(dictionary, code - FIRST_TEMPLATE)?,
            };
            let mut found = parts.found;
            word += parts.words;
            while let Some((at, bits)) = in_words.get(next)
                && *at < word
            {
                found |= bits;
                next += 1;
            }
            if found & all == all {
                places.push(place);
            }
        }
        Some(places)
    }

    /// The page's words that hold some of what is looked for, with a bit for each.
    fn in_words(&self, page: &SplitPage, some: std::ops::Range<usize>) -> Option<Vec<(u32, u32)>> {
        let text = page.words().text()?.to_ascii_lowercase();
        let mut found = Vec::new();
        for word in some {
            let finder = &self.finders[word];
            // Most pages do not have it, and where their words end is not decompressed for nothing.
            if finder.find(&text).is_none() {
                continue;
            }
            let ends = page.words().ends()?;
            let pieces = pieces_with(finder, &text, |at| {
                let piece = ends.partition_point(|end| *end as usize <= at);
                Some((piece, *ends.get(piece)? as usize))
            });
            found.extend(pieces.map(|piece| (piece as u32, 1 << word)));
        }
        found.sort_unstable();
        Some(found)
    }
}

impl ByFragment {
    fn new(dictionary: &TextDictionary, finders: &[Finder<'static>]) -> Self {
        let mut fragments = vec![0; dictionary.len()];
        let text = dictionary.text().to_ascii_lowercase();
        for (word, finder) in finders.iter().enumerate() {
            for fragment in pieces_with(finder, &text, |at| dictionary.fragment_at(at)) {
                fragments[fragment] |= 1 << word;
            }
        }
        // Beyond ASCII, other letters may be the wanted ones in lower case.
        if !text.is_ascii() {
            for at in (0..text.len()).filter(|at| !text[*at].is_ascii()) {
                if let Some((fragment, _)) = dictionary.fragment_at(at) {
                    fragments[fragment] = u32::MAX;
                }
            }
        }
        Self {
            fragments,
            templates: vec![None; dictionary.templates()],
        }
    }

    fn template(&mut self, dictionary: &TextDictionary, number: u32) -> Option<Parts> {
        if let Some(parts) = *self.templates.get(number as usize)? {
            return Some(parts);
        }
        let mut parts = Parts::default();
        for part in dictionary.template(number)? {
            self.add(dictionary, *part, &mut parts)?;
        }
        self.templates[number as usize] = Some(parts);
        Some(parts)
    }

    /// The parts of the text whose fragments come next, and the fragments behind them.
    fn spelled<'a>(
        &self,
        dictionary: &TextDictionary,
        fragments: &'a [u32],
    ) -> Option<(Parts, &'a [u32])> {
        let mut parts = Parts::default();
        for (at, part) in fragments.iter().enumerate() {
            if self.add(dictionary, *part, &mut parts)? == Kind::End {
                return Some((parts, &fragments[at + 1..]));
            }
        }
        None
    }

    fn add(&self, dictionary: &TextDictionary, part: u32, parts: &mut Parts) -> Option<Kind> {
        let (_, shape) = dictionary.fragment(part)?;
        parts.found |= self.fragments.get(part as usize)?;
        parts.words += u32::from(shape.kind == Kind::Word);
        Some(shape.kind)
    }
}

/// The pieces that hold a word, in their order. `text` is all pieces, one behind the other; `piece_at` tells the
/// piece that has a byte of it, and where that one ends.
///
/// Letters of two neighbours may look like the word. Such a match is none, and must not hide one that begins within
/// it: in `jan` and `ana`, `ana` is found across both first.
fn pieces_with(
    finder: &Finder<'_>,
    text: &[u8],
    piece_at: impl Fn(usize) -> Option<(usize, usize)>,
) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + finder.find(text.get(from..)?)?;
            let (piece, end) = piece_at(at)?;
            from = end;
            if at + finder.needle().len() <= end {
                return Some(piece);
            }
        }
    })
}

/// Whether the word is always in one piece: of ASCII letters, not all of which are hex digits.
fn is_sure(word: &str) -> bool {
    word.len() <= LONGEST_WORD
        && word.bytes().all(is_letter)
        && word.bytes().any(|byte| !matches!(byte, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pieces: &[&str], word: &str) -> Vec<usize> {
        let ends: Vec<usize> = (1..=pieces.len())
            .map(|count| pieces[..count].concat().len())
            .collect();
        let piece_at = |at: usize| {
            let piece = ends.partition_point(|end| *end <= at);
            Some((piece, *ends.get(piece)?))
        };
        pieces_with(&Finder::new(word), pieces.concat().as_bytes(), piece_at).collect()
    }

    #[test]
    fn what_two_pieces_spell_together_hides_no_piece() {
        assert_eq!(found(&["jan", "ana"], "ana"), [1]);
        assert_eq!(found(&["tes", "test", "tes", "", "test"], "test"), [1, 4]);
        assert_eq!(found(&["lo", "log", "in", "login"], "login"), [3]);
    }

    #[test]
    fn a_piece_is_found_once() {
        assert_eq!(found(&["no", "no no", "on"], "no"), [0, 1]);
        assert!(found(&["n", "", "o"], "no").is_empty() && found(&[], "no").is_empty());
    }
}
