//! How text becomes words, the same when it is stored and when it is searched.
//!
//! A word is a longest run of letters, digits and underscores, lowercased; each Han and Hiragana
//! character is a word of its own. This is Lucene's standard analyser but for `.`, `:` and `'`
//! between letters: there it keeps `nova.compute.api` as one word, we make three, so that a search
//! finds what `grep -w` finds. Phrases keep such searches exact: `"nova.compute"` is two adjacent
//! words.

use std::borrow::Cow;

use swarmscope_model::limits::MAX_TOKEN_CHARS;

/// The words of a text in order. Positions are the index in the sequence.
pub fn words(text: &str) -> Words<'_> {
    Words { rest: text }
}

/// Iterator over the words of a text; see [`words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let start = self.rest.find(is_word_character)?;
        let candidate = &self.rest[start..];
        let end = word_end(candidate);
        let (word, rest) = candidate.split_at(end);
        self.rest = rest;
        Some(lowercase(word))
    }
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
    fn an_overlong_word_is_cut_into_pieces() {
        let pieces = of(&"a".repeat(MAX_TOKEN_CHARS + 3));
        assert_eq!(
            pieces.iter().map(String::len).collect::<Vec<_>>(),
            [MAX_TOKEN_CHARS, 3]
        );
    }
}
