//! How text becomes words, the same when it is stored and when it is searched.
//!
//! A word is a longest run of letters, digits and underscores, lowercased; each Han and Hiragana
//! character is a word of its own. This is Lucene's standard analyser but for `.`, `:` and `'`
//! between letters: there it keeps `nova.compute.api` as one word, we make three, so that a search
//! finds what `grep -w` finds. Phrases keep such searches exact: `"nova.compute"` is two adjacent
//! words.

use std::borrow::Cow;
use std::ops::Range;

use swarmscope_model::limits::MAX_TOKEN_CHARS;

/// The words of a text in order. Positions are the index in the sequence.
pub fn words(text: &str) -> Words<'_> {
    Words { rest: text }
}

/// The words of a text with the places of their bytes in it.
pub fn placed_words(text: &str) -> impl Iterator<Item = (Range<usize>, Cow<'_, str>)> {
    let mut rest = words(text);
    std::iter::from_fn(move || {
        let before = rest.rest;
        let word = rest.next()?;
        let start = text.len() - before.len() + word_start(before)?;
        Some((start..text.len() - rest.rest.len(), word))
    })
}

/// Calls with each word of a text, and gives how many words Lucene's standard analyser makes of it: what that keeps
/// together counts as one.
pub fn standard_words(text: &str, mut each: impl FnMut(&str)) -> u64 {
    let mut count = 0;
    let mut end_before = 0;
    for (place, word) in placed_words(text) {
        each(&word);
        let between = &text[end_before..place.start];
        let mut characters = between.chars();
        let is_joined = match (characters.next(), characters.next()) {
            (Some(only), None) => joins(
                text[..end_before].chars().next_back(),
                only,
                text[place.start..].chars().next(),
            ),
            _ => false,
        };
        count += u64::from(!is_joined);
        end_before = place.end;
    }
    count
}

/// Unicode's word boundaries (UAX 29) for the characters that stand inside words and numbers.
pub fn joins(before: Option<char>, character: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let letters = before.is_alphabetic() && after.is_alphabetic();
    let digits = before.is_numeric() && after.is_numeric();
    match character {
        '.' | '\'' | '\u{2019}' => letters || digits,
        ':' | '\u{b7}' => letters,
        ',' | ';' => digits,
        _ => false,
    }
}

/// Iterator over the words of a text; see [`words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let start = word_start(self.rest)?;
        let candidate = &self.rest[start..];
        if let Some((end, lower)) = ascii_word_end(candidate.as_bytes()) {
            let (word, rest) = candidate.split_at(end);
            self.rest = rest;
            return Some(if lower {
                Cow::Borrowed(word)
            } else {
                Cow::Owned(word.to_ascii_lowercase())
            });
        }
        let end = word_end(candidate);
        let (word, rest) = candidate.split_at(end);
        self.rest = rest;
        Some(lowercase(word))
    }
}

/// Where the first word begins.
fn word_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let start = bytes
        .iter()
        .position(|byte| is_ascii_word(*byte) || !byte.is_ascii())?;
    if is_ascii_word(bytes[start]) {
        return Some(start);
    }
    text[start..]
        .find(is_word_character)
        .map(|further| start + further)
}

/// Where the word at the start ends and whether it is in lower case, when nothing beyond ASCII
/// and no limit is met on the way: most words, most of the time.
fn ascii_word_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut lower = true;
    for (at, byte) in bytes.iter().enumerate() {
        if !is_ascii_word(*byte) {
            return byte.is_ascii().then_some((at, lower));
        }
        if at == MAX_TOKEN_CHARS {
            return None;
        }
        lower &= !byte.is_ascii_uppercase();
    }
    Some((bytes.len(), lower))
}

fn is_ascii_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Whether the text may hold the word or its beginning: `false` is certain, and cheap to find out.
pub fn may_contain(text: &str, word: &str) -> bool {
    let Some(first) = word.bytes().next() else {
        return true;
    };
    if !word.is_ascii() || !text.is_ascii() {
        return true;
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text).any(|at| {
        text.get(at..at + word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    })
}

/// Whether the character belongs to a word.
pub fn is_word_character(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The word as it is stored: lowercased.
pub fn lowercase(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.chars().flat_map(char::to_lowercase).collect())
    }
}

/// Where the word at the start of `text` ends, in bytes. `text` starts with a word character.
fn word_end(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else {
        return 0;
    };
    if stands_alone(first) {
        return first.len_utf8();
    }
    for (count, (offset, character)) in (1..).zip(characters) {
        if !is_word_character(character) || stands_alone(character) || count == MAX_TOKEN_CHARS {
            return offset;
        }
    }
    text.len()
}

/// Han and Hiragana: scripts without spaces, where one character is the unit of search.
fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3041}'..='\u{309f}'
        | '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        words(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn words_are_runs_of_letters_digits_and_underscores() {
        assert_eq!(
            of("sshd(pam_unix)[19939]: Failure;"),
            ["sshd", "pam_unix", "19939", "failure"]
        );
        assert_eq!(
            of("nova.compute.API 3.14"),
            ["nova", "compute", "api", "3", "14"]
        );
        assert_eq!(of("  ,;  "), [] as [&str; 0]);
        assert_eq!(of("ÄRGER Straße"), ["ärger", "straße"]);
        assert_eq!(of("日本語のtext"), ["日", "本", "語", "の", "text"]);
    }

    #[test]
    fn what_elasticsearch_keeps_together_counts_once() {
        let mut met = Vec::new();
        let count = standard_words("it's nova.compute at 10.0.0.1:80, a. b", |word| {
            met.push(word.to_owned());
        });
        assert_eq!(count, 7);
        assert_eq!(met.len(), 12);
        assert_eq!(standard_words("日本", |_| {}), 2);
    }

    #[test]
    fn what_may_be_contained_is_never_missed() {
        assert!(may_contain("Some TIMEOUT", "timeout") && may_contain("x", ""));
        assert!(!may_contain("Some time", "timeout"));
        assert!(
            may_contain("\u{212a}elvin", "kelvin"),
            "the Kelvin sign is a k in lower case"
        );
    }

    #[test]
    fn an_overlong_word_is_cut_into_pieces() {
        let pieces = of(&"a".repeat(MAX_TOKEN_CHARS + 3));
        assert_eq!(
            pieces.iter().map(String::len).collect::<Vec<_>>(),
            [MAX_TOKEN_CHARS, 3]
        );
    }
}
