//! `prefix`, `wildcard` and `regexp`: patterns over words or whole strings, in linear time.

use std::fmt;

use regex_automata::meta::{Config, Regex};
use swarmscope_model::limits::MAX_PATTERN_BYTES;

use crate::analysis::{is_word_character, lowercase, may_contain, words};
use crate::ast::Case;

use super::compile::BadQuery;
use super::field::View;
use super::regexp;

/// A word or whole string that begins so.
#[derive(Debug)]
pub struct PrefixTest {
    given: String,
    /// As words of a text are compared.
    folded: String,
    case: Case,
    one_word: bool,
}

impl PrefixTest {
    pub(super) fn new(value: &str, case: Case) -> Self {
        Self {
            given: value.to_owned(),
            folded: match case {
                Case::AsGiven => value.to_owned(),
                Case::Analyzed | Case::Insensitive => lowercase(value).into_owned(),
            },
            case,
            one_word: value.chars().all(is_word_character),
        }
    }

    /// What a text has to hold, in some case.
    pub(super) fn beginning(&self) -> &str {
        &self.given
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        match view {
            View::Whole if self.case == Case::Insensitive => {
                text.to_lowercase().starts_with(&self.given.to_lowercase())
            }
            View::Whole => text.starts_with(&self.given),
            View::Text if self.one_word => {
                may_contain(text, &self.folded)
                    && words(text).any(|word| word.starts_with(&self.folded))
            }
            View::Text => lowercase(text).starts_with(&self.folded),
        }
    }
}

/// A wildcard or regular expression, for words and for whole strings.
pub struct PatternTest {
    on_text: Regex,
    on_whole: Regex,
    one_word: bool,
    given: String,
    /// The longest run of characters that has to be in the text, in any case.
    literal: String,
}

impl fmt::Debug for PatternTest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PatternTest({:?})", self.given)
    }
}

impl PatternTest {
    /// A wildcard: `*`, `?` and `\`.
    pub(super) fn wildcard(pattern: &str, case: Case) -> Result<Self, BadQuery> {
        let (expression, one_word, literal) = from_wildcard(pattern);
        Self::build(pattern, &expression, one_word, case, literal)
    }

    /// One of Lucene's regular expressions.
    pub(super) fn regexp(pattern: &str, case: Case) -> Result<Self, BadQuery> {
        let expression = regexp::from_lucene(pattern)?;
        Self::build(pattern, &expression, true, case, String::new())
    }

    fn build(
        given: &str,
        expression: &str,
        one_word: bool,
        case: Case,
        literal: String,
    ) -> Result<Self, BadQuery> {
        // Words are in lower case, so for them any case is the lower case.
        let on_text = compiled(given, expression, case != Case::AsGiven)?;
        let on_whole = match case {
            Case::Analyzed => compiled(given, expression, false)?,
            Case::AsGiven | Case::Insensitive => on_text.clone(),
        };
        Ok(Self {
            on_text,
            on_whole,
            one_word,
            given: given.to_owned(),
            literal,
        })
    }

    /// What a text has to hold, in some case.
    pub(super) fn literal(&self) -> &str {
        &self.literal
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        if !may_contain(text, &self.literal) {
            return false;
        }
        match view {
            View::Whole => self.on_whole.is_match(text),
            View::Text if self.one_word => {
                words(text).any(|word| self.on_text.is_match(word.as_bytes()))
            }
            View::Text => self.on_text.is_match(lowercase(text).as_bytes()),
        }
    }
}

/// A regular expression of Lucene for whole strings.
#[derive(Debug, Clone)]
pub struct WholePattern {
    expression: Regex,
}

impl WholePattern {
    /// Makes it ready.
    ///
    /// # Errors
    /// When it cannot be read or is too large.
    pub fn new(pattern: &str) -> Result<Self, BadQuery> {
        let expression = regexp::from_lucene(pattern)?;
        Ok(Self {
            expression: compiled(pattern, &expression, false)?,
        })
    }

    /// Whether the whole text is such.
    pub fn matches(&self, text: &str) -> bool {
        self.expression.is_match(text)
    }
}

fn compiled(given: &str, expression: &str, insensitive: bool) -> Result<Regex, BadQuery> {
    let flags = if insensitive { "(?si)" } else { "(?s)" };
    Regex::builder()
        .configure(
            Config::new()
                .nfa_size_limit(Some(MAX_PATTERN_BYTES))
                .hybrid_cache_capacity(MAX_PATTERN_BYTES)
                .onepass_size_limit(Some(MAX_PATTERN_BYTES)),
        )
        .build(&format!(r"{flags}\A(?:{expression})\z"))
        .map_err(|source| BadQuery::Pattern {
            pattern: given.to_owned(),
            source: Box::new(source),
        })
}

/// The wildcard as a regular expression, whether its characters could all stand in one word, and
/// its longest run of characters without a wildcard.
fn from_wildcard(pattern: &str) -> (String, bool, String) {
    let mut expression = String::with_capacity(pattern.len() * 2);
    let mut one_word = true;
    let (mut run, mut longest) = (String::new(), String::new());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' | '?' => {
                expression.push_str(if character == '*' { ".*" } else { "." });
                run.clear();
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        one_word &= is_word_character(literal);
        regexp::push_literal(&mut expression, literal);
        run.push(literal);
        if run.len() > longest.len() {
            longest.clone_from(&run);
        }
    }
    (expression, one_word, longest)
}
