//! Where sentences and words of a text begin and end, roughly as Java's break iterators have it.

use crate::analysis::is_word_character;

/// The places between sentences, in characters, beginning and end included. A sentence has the spaces behind it.
pub fn sentences(text: &[char]) -> Vec<usize> {
    let mut breaks = vec![0];
    let mut at = 0;
    while at < text.len() {
        let character = text[at];
        at += 1;
        let certain = matches!(character, '?' | '!' | '\u{3002}' | '\u{2029}');
        if !certain && character != '.' {
            continue;
        }
        let mut end = at;
        while end < text.len() && matches!(text[end], '.' | '?' | '!' | '"' | '\'' | ')' | ']') {
            end += 1;
        }
        let behind = end;
        while end < text.len() && text[end].is_whitespace() {
            end += 1;
        }
        let begins_anew = text.get(end).is_none_or(|next| !next.is_lowercase());
        if end < text.len() && (certain || end > behind && begins_anew) {
            breaks.push(end);
            at = end;
        }
    }
    breaks.push(text.len());
    breaks.dedup();
    breaks
}

/// The places where words and what is between them begin and end, beginning and end included.
pub fn words(text: &[char]) -> Vec<usize> {
    let is_word = |at: usize| text.get(at).is_some_and(|found| is_word_character(*found));
    let joins = |at: usize| {
        at > 0
            && matches!(text[at], '.' | '\'' | '\u{2019}' | ':')
            && is_word(at - 1)
            && is_word(at + 1)
    };
    let inner = (1..text.len()).filter(|at| {
        let within = is_word(at - 1) && is_word(*at);
        !(within || joins(*at) || joins(at - 1))
    });
    let mut breaks: Vec<usize> = std::iter::once(0).chain(inner).collect();
    breaks.push(text.len());
    breaks.dedup();
    breaks
}

/// The last place at or before `at`.
pub fn before(breaks: &[usize], at: usize) -> usize {
    let behind = breaks.partition_point(|place| *place < at);
    breaks.get(behind.saturating_sub(1)).copied().unwrap_or(0)
}

/// The first place behind `at`, or the last of all.
pub fn behind(breaks: &[usize], at: usize) -> usize {
    let place = breaks.partition_point(|place| *place <= at);
    breaks.get(place).or(breaks.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_with_a_stop_before_a_capital() {
        let text: Vec<char> = "It is v1.2 of e.g. nova. Then it ends? yes"
            .chars()
            .collect();
        assert_eq!(sentences(&text), [0, 25, 39, 42]);
        assert_eq!(sentences(&[]), [0]);
    }

    #[test]
    fn words_keep_what_joins_them() {
        let text: Vec<char> = "it's v1.2, no".chars().collect();
        assert_eq!(words(&text), [0, 4, 5, 9, 10, 11, 13]);
        assert_eq!((before(&[0, 4, 9], 4), behind(&[0, 4, 9], 4)), (0, 9));
    }
}
