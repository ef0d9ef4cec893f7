//! Finding words in short texts: a line, a name, a path. The standard library makes a search ready that pays
//! on long texts; on these the making is most of the time. Never another answer than `str` gives.

/// Where the word first stands; it is not empty.
pub fn find(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let (first, rest) = word.split_first()?;
    memchr::memchr_iter(*first, text).find(|at| text[at + 1..].starts_with(rest))
}

/// Whether the word stands in it.
pub fn contains(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// What stands before the word and behind it.
pub fn split_once<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, word)?;
    Some((&text[..at], &text[at + word.len()..]))
}

/// What stands before the word; all, where it is not there.
pub fn before<'a>(text: &'a str, word: &str) -> &'a str {
    find(text, word).map_or(text, |at| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_those_of_the_standard_library() {
        for text in ["", "a", "aab", "äb: ab", "a::b::c", "at at (x) (y", "::"] {
            for word in ["a", "ab", "::", " (", "at (", "ä", "b: ab", "x)y"] {
                assert_eq!(find(text, word), text.find(word), "{text} {word}");
                assert_eq!(split_once(text, word), text.split_once(word));
                assert_eq!(Some(before(text, word)), text.split(word).next());
                assert_eq!(contains(text, word), text.contains(word));
            }
        }
    }
}
