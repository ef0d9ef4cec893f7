//! Analysers: tokenizers and filters, and the tokens that they make of texts.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;
use swarmscope_query::analysis::{joins, placed_words};

/// How a text is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokenizer {
    Standard,
    Whitespace,
    Letter,
    Keyword,
}

/// What is done to each token.
#[derive(Debug, Clone)]
pub enum Filter {
    Lowercase,
    Uppercase,
    Trim,
    /// Words that are left out: these, or English ones that say nothing.
    Stop(Option<HashSet<String>>),
}

impl Filter {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Filter::Lowercase => "lowercase",
            Filter::Uppercase => "uppercase",
            Filter::Trim => "trim",
            Filter::Stop(_) => "stop",
        }
    }

    /// What becomes of a token.
    fn apply(&self, token: String) -> Option<String> {
        match self {
            Filter::Lowercase => Some(token.to_lowercase()),
            Filter::Uppercase => Some(token.to_uppercase()),
            Filter::Trim => Some(token.trim().to_owned()),
            Filter::Stop(None) if STOP_WORDS.contains(&token.as_str()) => None,
            Filter::Stop(Some(words)) if words.contains(&token) => None,
            Filter::Stop(_) => Some(token),
        }
    }
}

/// What Lucene leaves out of English texts.
const STOP_WORDS: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
    "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these",
    "they", "this", "to", "was", "will", "with",
];

/// A tokenizer and filters.
pub struct Analyzer {
    pub name: String,
    /// Whether the request put it together.
    pub is_custom: bool,
    pub tokenizer: Tokenizer,
    pub filters: Vec<Filter>,
}

/// A word of a text.
pub struct Token {
    pub text: String,
    /// In UTF-16.
    pub place: Range<usize>,
    pub position: usize,
    pub kind: &'static str,
}

/// An analyser that is there by its name.
pub fn built_in(name: &str) -> Option<Analyzer> {
    let (tokenizer, filters) = match name {
        "standard" | "default" => (Tokenizer::Standard, vec![Filter::Lowercase]),
        "simple" => (Tokenizer::Letter, vec![Filter::Lowercase]),
        "stop" => (
            Tokenizer::Letter,
            vec![Filter::Lowercase, Filter::Stop(None)],
        ),
        "whitespace" => (Tokenizer::Whitespace, Vec::new()),
        "keyword" => (Tokenizer::Keyword, Vec::new()),
        _ => return None,
    };
    Some(Analyzer {
        name: name.to_owned(),
        is_custom: false,
        tokenizer,
        filters,
    })
}

/// A tokenizer by its name.
pub fn tokenizer(name: &str) -> Option<Tokenizer> {
    Some(match name {
        "standard" => Tokenizer::Standard,
        "whitespace" => Tokenizer::Whitespace,
        "letter" | "lowercase" => Tokenizer::Letter,
        "keyword" => Tokenizer::Keyword,
        _ => return None,
    })
}

/// A filter by its name, or as an object.
pub fn filter(given: &Value) -> Option<Filter> {
    let name = given.as_str().or_else(|| given["type"].as_str())?;
    Some(match name {
        "lowercase" => Filter::Lowercase,
        "uppercase" => Filter::Uppercase,
        "trim" => Filter::Trim,
        "stop" => Filter::Stop(match given.get("stopwords") {
            Some(Value::Array(words)) => Some(
                words
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            ),
            _ => None,
        }),
        _ => return None,
    })
}

/// What may still be made.
pub struct Budget {
    pub tokens: usize,
    /// Of words that are looked at, and of tokens.
    pub bytes: usize,
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    Tokens,
    Bytes,
}

impl Budget {
    fn take(&mut self, tokens: usize, bytes: usize) -> Result<(), TooMany> {
        self.tokens = self.tokens.checked_sub(tokens).ok_or(TooMany::Tokens)?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(TooMany::Bytes)?;
        Ok(())
    }
}

/// The tokens of all texts, one text behind the other.
///
/// # Errors
/// At the first that the budget has no room for.
pub fn tokens(
    tokenizer: Tokenizer,
    filters: &[Filter],
    texts: &[String],
    budget: &mut Budget,
) -> Result<Vec<Token>, TooMany> {
    let (mut all, mut first, mut offset): (Vec<Token>, usize, usize) = (Vec::new(), 0, 0);
    for text in texts {
        let before = all.len();
        let mut units = Units::of(text);
        for (position, (place, kind)) in (first..).zip(places(tokenizer, text)) {
            budget.take(0, place.len())?;
            let token = filtered(&text[place.clone()], filters);
            if let Some(token) = token {
                budget.take(1, token.len())?;
                all.push(Token {
                    text: token,
                    place: offset + units.at(place.start)..offset + units.at(place.end),
                    position,
                    kind,
                });
            }
        }
        let last = all[before..].last();
        first = last.map_or(first, |token| token.position + 1);
        offset += units.at(text.len()) + 1;
    }
    Ok(all)
}

fn filtered(token: &str, filters: &[Filter]) -> Option<String> {
    let mut filters = filters.iter();
    filters.try_fold(token.to_owned(), |token, filter| filter.apply(token))
}

/// The places of the tokens, in bytes, and what kind of token each is.
fn places(
    tokenizer: Tokenizer,
    text: &str,
) -> Box<dyn Iterator<Item = (Range<usize>, &'static str)> + '_> {
    let word = |place| (place, "word");
    match tokenizer {
        Tokenizer::Keyword if text.is_empty() => Box::new(std::iter::empty()),
        Tokenizer::Keyword => Box::new(std::iter::once(word(0..text.len()))),
        Tokenizer::Whitespace => Box::new(runs(text, |sign| !sign.is_whitespace()).map(word)),
        Tokenizer::Letter => Box::new(runs(text, char::is_alphabetic).map(word)),
        Tokenizer::Standard => Box::new(standard_places(text).map(|place| {
            let word = &text[place.clone()];
            let is_number = word
                .chars()
                .all(|sign| sign.is_numeric() || !sign.is_alphanumeric());
            (place, if is_number { "<NUM>" } else { "<ALPHANUM>" })
        })),
    }
}

/// Where signs stand together that belong to words.
fn runs(text: &str, belongs: fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + text[end..].find(belongs)?;
        let behind = text[start..].find(|sign| !belongs(sign));
        end = behind.map_or(text.len(), |length| start + length);
        Some(start..end)
    })
}

/// Words as the standard analyser has them: what ours splits and that keeps together is one.
fn standard_places(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut words = placed_words(text).map(|(place, _)| place).peekable();
    let are_one = |last: &Range<usize>, next: &Range<usize>| {
        let mut between = text[last.end..next.start].chars();
        let before = text[..last.end].chars().next_back();
        let after = text[next.start..].chars().next();
        matches!((between.next(), between.next()), (Some(only), None) if joins(before, only, after))
    };
    std::iter::from_fn(move || {
        let mut place = words.next()?;
        while let Some(next) = words.next_if(|next| are_one(&place, next)) {
            place.end = next.end;
        }
        Some(place)
    })
}

/// Places in bytes as places in UTF-16, which the original counts by. Asked for in order.
struct Units<'a> {
    text: &'a str,
    bytes: usize,
    units: usize,
}

impl<'a> Units<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            bytes: 0,
            units: 0,
        }
    }

    fn at(&mut self, place: usize) -> usize {
        let between = self.text.get(self.bytes..place).unwrap_or_default();
        self.units += between.encode_utf16().count();
        self.bytes = self.bytes.max(place);
        self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(tokens: usize, bytes: usize) -> Budget {
        Budget { tokens, bytes }
    }

    fn all_tokens(analyzer: &Analyzer, texts: &[String]) -> Vec<Token> {
        let mut budget = budget(100, 10_000);
        tokens(analyzer.tokenizer, &analyzer.filters, texts, &mut budget).expect("few tokens")
    }

    #[test]
    fn the_first_token_that_is_too_much_ends_it() {
        let texts = ["the quick fox".to_owned()];
        let ends = |filters: &[Filter], mut budget: Budget| {
            let made = tokens(Tokenizer::Letter, filters, &texts, &mut budget);
            made.map(|tokens| tokens.len())
                .map_err(|why| (why, budget.bytes))
        };
        assert_eq!(ends(&[], budget(3, 22)), Ok(3));
        // The third word is looked at, and no more than that.
        let (why, _) = ends(&[], budget(2, 22)).expect_err("three words");
        assert_eq!(why, TooMany::Tokens);
        let (why, left) = ends(&[], budget(3, 10)).expect_err("many bytes");
        assert_eq!((why, left), (TooMany::Bytes, 4));
        // What is left out is no token, and was looked at.
        assert_eq!(ends(&[Filter::Stop(None)], budget(2, 19)), Ok(2));
        assert!(ends(&[Filter::Stop(None)], budget(2, 18)).is_err());
    }

    fn told(analyzer: &str, text: &str) -> Vec<(String, Range<usize>, usize)> {
        let analyzer = built_in(analyzer).expect("one of ours");
        let texts = [text.to_owned()];
        let tokens = all_tokens(&analyzer, &texts);
        tokens
            .into_iter()
            .map(|token| (token.text, token.place, token.position))
            .collect()
    }

    #[test]
    fn each_analyser_takes_a_text_apart_its_own_way() {
        let text = "The 2 QUICK Brown-Foxes jumped over the lazy dog's bone.";
        let words = |analyzer: &str| -> Vec<String> {
            told(analyzer, text)
                .into_iter()
                .map(|token| token.0)
                .collect()
        };
        let standard = [
            "the", "2", "quick", "brown", "foxes", "jumped", "over", "the", "lazy", "dog's", "bone",
        ];
        assert_eq!(words("standard"), standard);
        let simple = [
            "the", "quick", "brown", "foxes", "jumped", "over", "the", "lazy", "dog", "s", "bone",
        ];
        assert_eq!(words("simple"), simple);
        let whitespace = [
            "The",
            "2",
            "QUICK",
            "Brown-Foxes",
            "jumped",
            "over",
            "the",
            "lazy",
            "dog's",
            "bone.",
        ];
        assert_eq!(words("whitespace"), whitespace);
        let stop = [
            "quick", "brown", "foxes", "jumped", "over", "lazy", "dog", "s", "bone",
        ];
        assert_eq!(words("stop"), stop);
        assert_eq!(words("keyword"), [text]);
    }

    #[test]
    fn places_are_counted_as_the_original_does() {
        let places = told("standard", "🦀 über nova.compute 1.5");
        let expected = [
            ("über", 3..7, 0),
            ("nova.compute", 8..20, 1),
            ("1.5", 21..24, 2),
        ];
        let expected = expected.map(|(word, place, position)| (word.to_owned(), place, position));
        assert_eq!(places, expected);
        let analyzer = built_in("stop").expect("one of ours");
        let texts = ["the fox".to_owned(), "x".to_owned()];
        let tokens = all_tokens(&analyzer, &texts);
        assert_eq!((tokens[0].position, tokens[1].position), (1, 2));
        assert_eq!(tokens[1].place, 8..9);
    }
}
