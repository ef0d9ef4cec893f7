//! Cuts a template into text and the tokens of its actions.

/// One piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: Kind,
    /// Where it begins in the template, in bytes.
    pub at: usize,
    /// As it is written.
    pub text: String,
    /// Whether space stands before it in its action.
    pub spaced: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Between actions, after trimming.
    Text,
    Open,
    Close,
    Keyword,
    Identifier,
    /// `.name`; the token's text has the dot.
    Field,
    /// `$` or `$name`.
    Variable,
    Dot,
    Nil,
    Bool,
    Number,
    Character,
    QuotedString,
    RawString,
    Pipe,
    OpenParen,
    CloseParen,
    Assign,
    Declare,
    /// A character that is printable and has no meaning, such as `,`.
    Other,
    /// What is wrong is the token's text. Nothing follows.
    Error,
    End,
}

const KEYWORDS: [&str; 10] = [
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
];

/// All tokens; the last is an end or an error.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter {
        text,
        at: 0,
        parens: 0,
        tokens: Vec::new(),
    };
    match cutter.run() {
        Ok(()) => cutter.push(Kind::End, text.len(), "EOF", false),
        Err(wrong) => cutter.push(Kind::Error, wrong.at, &wrong.reason, false),
    }
    cutter.tokens
}

struct Wrong {
    at: usize,
    reason: String,
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    parens: usize,
    tokens: Vec<Token>,
}

impl Cutter<'_> {
    fn push(&mut self, kind: Kind, at: usize, text: &str, spaced: bool) {
        self.tokens.push(Token {
            kind,
            at,
            text: text.to_owned(),
            spaced,
        });
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn run(&mut self) -> Result<(), Wrong> {
        let mut trim_before = false;
        loop {
            let open = self.rest().find("{{").map(|found| self.at + found);
            let end = open.unwrap_or(self.text.len());
            let mut plain = &self.text[self.at..end];
            let trim_after = open.is_some_and(|open| trims_left(&self.text[open + 2..]));
            if trim_before {
                plain = plain.trim_start_matches(is_space);
            }
            if trim_after {
                plain = plain.trim_end_matches(is_space);
            }
            if !plain.is_empty() {
                self.push(Kind::Text, self.at, plain, false);
            }
            let Some(open) = open else {
                return Ok(());
            };
            self.at = open + 2 + if trim_after { 2 } else { 0 };
            trim_before = if self.rest().starts_with("/*") {
                self.comment(open)?
            } else {
                self.push(Kind::Open, open, "{{", false);
                self.action()?
            };
        }
    }

    /// Skips a comment; says whether the text behind it is trimmed.
    fn comment(&mut self, open: usize) -> Result<bool, Wrong> {
        let wrong = |reason: &str| Wrong {
            at: open,
            reason: reason.to_owned(),
        };
        let length = self
            .rest()
            .find("*/")
            .ok_or_else(|| wrong("unclosed comment"))?;
        self.at += length + 2;
        let trims = self.rest().starts_with(is_space)
            && self
                .rest()
                .get(1..)
                .is_some_and(|rest| rest.starts_with("-}}"));
        if !trims && !self.rest().starts_with("}}") {
            return Err(wrong("comment ends before closing delimiter"));
        }
        self.at += if trims { 4 } else { 2 };
        Ok(trims)
    }

    /// Cuts the tokens up to the end of an action; says whether the text behind it is trimmed.
    fn action(&mut self) -> Result<bool, Wrong> {
        self.parens = 0;
        loop {
            let before = self.at;
            let spaces = self.rest().len() - self.rest().trim_start_matches(is_space).len();
            self.at += spaces;
            let trims = spaces > 0 && self.rest().starts_with("-}}");
            if trims || self.rest().starts_with("}}") {
                if self.parens > 0 {
                    return Err(self.wrong(before, "unclosed left paren"));
                }
                self.at += usize::from(trims);
                self.push(Kind::Close, self.at, "}}", spaces > 0);
                self.at += 2;
                return Ok(trims);
            }
            self.token(spaces > 0)?;
        }
    }

    fn wrong(&self, at: usize, reason: &str) -> Wrong {
        Wrong {
            at,
            reason: reason.to_owned(),
        }
    }

    fn token(&mut self, spaced: bool) -> Result<(), Wrong> {
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Err(self.wrong(start, "unclosed action"));
        };
        let after = rest.as_bytes().get(1).copied();
        let (kind, length) = match first {
            '=' => (Kind::Assign, 1),
            ':' if after == Some(b'=') => (Kind::Declare, 2),
            ':' => return Err(self.wrong(start, "expected :=")),
            '|' => (Kind::Pipe, 1),
            '"' => (Kind::QuotedString, self.quoted('"', "quoted string")?),
            '\'' => (Kind::Character, self.quoted('\'', "character constant")?),
            '`' => match rest[1..].find('`') {
                Some(found) => (Kind::RawString, found + 2),
                None => return Err(self.wrong(start, "unterminated raw quoted string")),
            },
            '(' => {
                self.parens += 1;
                (Kind::OpenParen, 1)
            }
            ')' => {
                if self.parens == 0 {
                    return Err(self.wrong(start, "unexpected right paren"));
                }
                self.parens -= 1;
                (Kind::CloseParen, 1)
            }
            '$' => (Kind::Variable, 1 + self.name(1)?),
            '.' if !after.is_some_and(|next| next.is_ascii_digit()) => match self.name(1)? {
                0 => (Kind::Dot, 1),
                length => (Kind::Field, 1 + length),
            },
            '.' | '+' | '-' | '0'..='9' => (Kind::Number, self.number()?),
            letter if is_letter(letter) => {
                let length = self.name(0)?;
                (word(&rest[..length]), length)
            }
            ' '..='~' => (Kind::Other, 1),
            other => {
                let reason = format!("unrecognized character in action: {}", show_char(other));
                return Err(Wrong { at: start, reason });
            }
        };
        self.at += length;
        let text = self.text[start..self.at].to_owned();
        self.push(kind, start, &text, spaced);
        Ok(())
    }

    /// The length of the name that begins `skip` bytes ahead.
    fn name(&self, skip: usize) -> Result<usize, Wrong> {
        let rest = &self.rest()[skip..];
        let length = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        match rest[length..].chars().next() {
            None => Ok(length),
            Some(next) if is_space(next) || ".,|:()".contains(next) => Ok(length),
            Some(_) if rest[length..].starts_with("}}") => Ok(length),
            Some(next) => Err(Wrong {
                at: self.at,
                reason: format!("bad character {}", show_char(next)),
            }),
        }
    }

    /// The length of a quoted text that begins here, escapes included.
    fn quoted(&self, quote: char, what: &str) -> Result<usize, Wrong> {
        let mut escaped = false;
        for (at, each) in self.rest().char_indices().skip(1) {
            match each {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if each == quote => return Ok(at + each.len_utf8()),
                _ => {}
            }
        }
        Err(self.wrong(self.at, &format!("unterminated {what}")))
    }

    /// The length of a number. Whether it is one is seen when it is read.
    fn number(&self) -> Result<usize, Wrong> {
        let rest = self.rest().as_bytes();
        let mut length = usize::from(b"+-".contains(&rest[0]));
        let decimal = rest.get(length) != Some(&b'0')
            || !matches!(
                rest.get(length + 1),
                Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B')
            );
        let mut point = false;
        while let Some(byte) = rest.get(length) {
            let exponent_sign =
                decimal && b"+-".contains(byte) && length > 0 && b"eE".contains(&rest[length - 1]);
            let first_point = *byte == b'.' && decimal && !point;
            point |= first_point;
            if !(byte.is_ascii_alphanumeric() || *byte == b'_' || exponent_sign || first_point) {
                break;
            }
            length += 1;
        }
        let text = &self.rest()[..length];
        if super::literal::number(text).is_none() {
            return Err(self.wrong(self.at, &format!("bad number syntax: {text:?}")));
        }
        Ok(length)
    }
}

fn word(text: &str) -> Kind {
    match text {
        "true" | "false" => Kind::Bool,
        "nil" => Kind::Nil,
        _ if KEYWORDS.contains(&text) => Kind::Keyword,
        _ => Kind::Identifier,
    }
}

fn trims_left(after_open: &str) -> bool {
    after_open
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(is_space))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_letter(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn show_char(c: char) -> String {
    format!("U+{:04X} '{c}'", u32::from(c))
}
