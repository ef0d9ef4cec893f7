//! The pieces of a text: literals with their escapes and wildcards, keywords, signs.

use super::error::{KqlError, KqlErrorKind};

/// A character of a literal, and whether it stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    Plain(char),
    /// A `*` that is a wildcard.
    Any,
}

/// A literal as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    pub pieces: Vec<Piece>,
    pub quoted: bool,
    pub offset: usize,
}

impl Literal {
    /// Its text, a wildcard being `*`.
    pub fn text(&self) -> String {
        let pieces = self.pieces.iter();
        pieces
            .map(|piece| match piece {
                Piece::Plain(character) => *character,
                Piece::Any => '*',
            })
            .collect()
    }

    /// Whether there is a wildcard in it.
    pub fn has_wildcard(&self) -> bool {
        self.pieces.contains(&Piece::Any)
    }

    /// Whether it is a wildcard and nothing else.
    pub fn is_any(&self) -> bool {
        self.pieces == [Piece::Any]
    }
}

/// What the words between clauses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    And,
    Or,
    Not,
}

const KEYWORDS: [(&str, Keyword); 3] = [
    ("and", Keyword::And),
    ("or", Keyword::Or),
    ("not", Keyword::Not),
];

/// A place in the text.
pub struct Scanner<'a> {
    text: &'a str,
    pub at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Steps over blanks.
    pub fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes a sign, if it is next.
    pub fn take(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// An error at this place.
    pub fn error(&self, kind: KqlErrorKind) -> KqlError {
        let offset = self.at;
        KqlError { kind, offset }
    }

    /// What is next, for an error.
    pub fn found(&self) -> String {
        match self.peek() {
            None => "the end of the query".to_owned(),
            Some(character) => format!("'{character}'"),
        }
    }

    /// The keyword that is next, and how long it is. Words that begin so are none.
    fn keyword_ahead(&self) -> Option<(Keyword, usize)> {
        let rest = self.rest();
        let found = KEYWORDS.iter().find(|(word, _)| {
            rest.get(..word.len())
                .is_some_and(|own| own.eq_ignore_ascii_case(word))
        });
        let (word, keyword) = found?;
        let ends = |character: char| character.is_whitespace() || "(\":<>".contains(character);
        // At the end of the text it is a word like any other.
        rest[word.len()..]
            .starts_with(ends)
            .then_some((*keyword, word.len()))
    }

    /// Takes this keyword, if it is next. Behind it may stand no colon: then it is the name of a field.
    pub fn keyword(&mut self, wanted: Keyword) -> bool {
        let Some((keyword, length)) = self.keyword_ahead() else {
            return false;
        };
        let behind = self.rest()[length..].trim_start();
        let is_name = behind.starts_with(':') || behind.starts_with('<') || behind.starts_with('>');
        if keyword != wanted || is_name {
            return false;
        }
        self.at += length;
        true
    }

    /// Whether a keyword between clauses is next.
    fn is_at_joint(&self) -> bool {
        matches!(self.keyword_ahead(), Some((Keyword::And | Keyword::Or, _)))
    }

    /// A quoted or bare literal; `None` when none begins here.
    pub fn literal(&mut self) -> Result<Option<Literal>, KqlError> {
        match self.peek() {
            Some('"') => self.quoted().map(Some),
            _ => self.bare(),
        }
    }

    fn quoted(&mut self) -> Result<Literal, KqlError> {
        let offset = self.at;
        self.at += 1;
        let mut pieces = Vec::new();
        loop {
            match self.peek() {
                None => {
                    let kind = KqlErrorKind::UnclosedQuote;
                    return Err(KqlError { kind, offset });
                }
                Some('"') => break,
                Some('\\') => pieces.push(Piece::Plain(self.escape()?)),
                Some(character) => {
                    self.at += character.len_utf8();
                    pieces.push(Piece::Plain(character));
                }
            }
        }
        self.at += 1;
        Ok(Literal {
            pieces,
            quoted: true,
            offset,
        })
    }

    fn bare(&mut self) -> Result<Option<Literal>, KqlError> {
        let offset = self.at;
        let mut pieces = Vec::new();
        // How much of it is there without blanks at the end.
        let (mut length, mut end) = (0, self.at);
        while let Some(character) = self.peek() {
            match character {
                '\\' => pieces.push(Piece::Plain(self.escape()?)),
                '(' | ')' | ':' | '<' | '>' | '"' | '{' | '}' => break,
                '*' => {
                    self.at += 1;
                    pieces.push(Piece::Any);
                }
                character if character.is_whitespace() => {
                    self.at += character.len_utf8();
                    if self.is_at_joint() {
                        break;
                    }
                    pieces.push(Piece::Plain(character));
                    continue;
                }
                character => {
                    self.at += character.len_utf8();
                    pieces.push(Piece::Plain(character));
                }
            }
            (length, end) = (pieces.len(), self.at);
        }
        pieces.truncate(length);
        self.at = end;
        Ok((!pieces.is_empty()).then_some(Literal {
            pieces,
            quoted: false,
            offset,
        }))
    }

    /// The character that a backslash and what follows mean. An escaped keyword stands for itself.
    fn escape(&mut self) -> Result<char, KqlError> {
        let rest = &self.rest()[1..];
        let Some(character) = rest.chars().next() else {
            return Err(self.error(KqlErrorKind::DanglingEscape));
        };
        if character == 'u' {
            let digits = rest.get(1..5);
            let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let found = code.and_then(char::from_u32);
            let found = found.ok_or_else(|| self.error(KqlErrorKind::UnicodeEscape))?;
            self.at += 6;
            return Ok(found);
        }
        self.at += 1 + character.len_utf8();
        Ok(match character {
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            other => other,
        })
    }
}
