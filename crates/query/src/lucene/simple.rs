//! Lucene's simple syntax: what people type into a search box that never says no.
//!
//! `+` and, `|` or, `-` not, `"…"` a phrase, `*` at the end of a word, `(…)`, `~N` for edits of a word or moves
//! within a phrase. What cannot be an operator is text. Clauses are joined from left to right, and a change of
//! operator puts what came before into one clause, as Lucene's `SimpleQueryParser` does it. Only limits on length,
//! depth and number of clauses are errors.

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_BYTES, MAX_QUERY_DEPTH};

use super::error::{QueryError, QueryErrorKind};
use super::words::{is_whole, matching};
use crate::analysis::words;
use crate::ast::{BoolQuery, Case, Field, Operator, Query};

/// Which operators mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(i64);

impl Flags {
    const ALL: Self = Self(-1);
    const AND: Self = Self(1);
    const NOT: Self = Self(2);
    const OR: Self = Self(4);
    const PREFIX: Self = Self(8);
    const PHRASE: Self = Self(16);
    const PRECEDENCE: Self = Self(32);
    const ESCAPE: Self = Self(64);
    const WHITESPACE: Self = Self(128);
    const FUZZY: Self = Self(256);
    const NEAR: Self = Self(512);

    /// From the number that clients of old send.
    pub fn of_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// Reads `AND|OR|PREFIX`.
    ///
    /// # Errors
    /// With the name that is none.
    pub fn named(text: &str) -> Result<Self, String> {
        let mut flags = Self(0);
        for name in text
            .split('|')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            flags.0 |= match name.to_ascii_uppercase().as_str() {
                "ALL" => return Ok(Self::ALL),
                "NONE" => return Ok(Self(0)),
                "AND" => Self::AND.0,
                "NOT" => Self::NOT.0,
                "OR" => Self::OR.0,
                "PREFIX" => Self::PREFIX.0,
                "PHRASE" => Self::PHRASE.0,
                "PRECEDENCE" => Self::PRECEDENCE.0,
                "ESCAPE" => Self::ESCAPE.0,
                "WHITESPACE" => Self::WHITESPACE.0,
                "FUZZY" => Self::FUZZY.0,
                "NEAR" | "SLOP" => Self::NEAR.0,
                _ => return Err(name.to_owned()),
            };
        }
        Ok(flags)
    }

    fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

/// What a query text leaves open.
#[derive(Debug, Clone)]
pub struct SimpleOptions {
    /// Where clauses look, and how much each counts; more than one means any of them.
    pub fields: Vec<(Field, f32)>,
    /// How clauses combine that stand side by side.
    pub default_operator: Operator,
    pub flags: Flags,
    /// First characters that a fuzzy word has to share.
    pub fuzzy_prefix: u32,
}

impl Default for SimpleOptions {
    fn default() -> Self {
        Self {
            fields: vec![(Field::Any, 1.0)],
            default_operator: Operator::Or,
            flags: Flags::ALL,
            fuzzy_prefix: 0,
        }
    }
}

/// Reads a query. A text without a clause finds nothing.
///
/// # Errors
/// When it is too long, too deep or has too many clauses.
pub fn parse(text: &str, options: &SimpleOptions) -> Result<Query, QueryError> {
    let whole = |kind| QueryError {
        kind,
        offset: 0,
        length: text.len(),
    };
    if text.len() > MAX_QUERY_BYTES {
        return Err(whole(QueryErrorKind::TooLong {
            bytes: text.len(),
            limit: MAX_QUERY_BYTES,
        }));
    }
    if text.trim() == "*" {
        return Ok(Query::All);
    }
    let mut parser = Parser {
        options,
        clauses: 0,
    };
    let query = parser.group(text, 0).map_err(whole)?;
    Ok(query.unwrap_or(Query::Nothing))
}

struct Parser<'a> {
    options: &'a SimpleOptions,
    clauses: usize,
}

/// What stands so far of a group, and what was read since.
#[derive(Default)]
struct Joined {
    top: Option<Query>,
    /// What the next clause is joined by, when something said so.
    next: Option<Operator>,
    /// What the clauses in `top` are joined by.
    last: Option<Operator>,
    /// Whether an odd number of `-` came.
    negated: bool,
}

impl Joined {
    fn add(&mut self, mut clause: Query, default: Operator) {
        if std::mem::take(&mut self.negated) {
            clause = Query::Bool(BoolQuery {
                must_not: vec![clause],
                ..BoolQuery::default()
            });
        }
        let Some(top) = self.top.take() else {
            self.top = Some(clause);
            self.next = None;
            return;
        };
        let operator = self.next.take().unwrap_or(default);
        let joins = self.last.replace(operator) == Some(operator);
        let mut clauses = match top {
            Query::Bool(clauses) if joins => clauses,
            top => of(operator, vec![top]),
        };
        match operator {
            Operator::And => clauses.must.push(clause),
            Operator::Or => clauses.should.push(clause),
        }
        self.top = Some(Query::Bool(clauses));
    }

    /// `+` or `|`: joins when there is something to join.
    fn operator(&mut self, operator: Operator) {
        if self.next.is_none() && self.top.is_some() {
            self.next = Some(operator);
        }
    }
}

fn of(operator: Operator, clauses: Vec<Query>) -> BoolQuery {
    match operator {
        Operator::And => BoolQuery {
            must: clauses,
            ..BoolQuery::default()
        },
        Operator::Or => BoolQuery {
            should: clauses,
            ..BoolQuery::default()
        },
    }
}

impl Parser<'_> {
    fn group(&mut self, text: &str, depth: usize) -> Result<Option<Query>, QueryErrorKind> {
        if depth >= MAX_QUERY_DEPTH {
            let limit = MAX_QUERY_DEPTH;
            return Err(QueryErrorKind::TooDeep { limit });
        }
        let flags = self.options.flags;
        let mut joined = Joined::default();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let rest = &text[at..];
            let is = |character, flag| first == character && flags.has(flag);
            let (clause, read) = if is('-', Flags::NOT) {
                joined.negated = !joined.negated;
                (None, 1)
            } else if is('+', Flags::AND) {
                joined.operator(Operator::And);
                (None, 1)
            } else if is('|', Flags::OR) {
                joined.operator(Operator::Or);
                (None, 1)
            } else if is('(', Flags::PRECEDENCE) {
                match closing(rest, flags) {
                    Some(end) => (self.group(&rest[1..end], depth + 1)?, end + 1),
                    // One that never closes is none.
                    None => (None, 1),
                }
            } else if is(')', Flags::PRECEDENCE) {
                (None, 1)
            } else if is('"', Flags::PHRASE) {
                self.phrase(rest)?
            } else if first.is_whitespace() && flags.has(Flags::WHITESPACE) {
                joined.negated = false;
                (None, first.len_utf8())
            } else {
                self.word(rest)?
            };
            at += read;
            if let Some(clause) = clause {
                joined.add(clause, self.options.default_operator);
            }
        }
        Ok(joined.top)
    }

    /// A quoted text with the moves it allows, and how many bytes it takes.
    fn phrase(&mut self, rest: &str) -> Result<(Option<Query>, usize), QueryErrorKind> {
        let flags = self.options.flags;
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if flags.has(Flags::ESCAPE) => {
                    text.extend(characters.next().map(|(_, escaped)| escaped));
                }
                '"' => {
                    let (slop, behind) = match flags.has(Flags::NEAR) {
                        true => number_behind(&rest[at + 1..]),
                        false => (None, 0),
                    };
                    let clause = self.in_fields(|field| {
                        words(&text).next()?;
                        Some(Query::Phrase {
                            field: field.clone(),
                            text: text.clone(),
                            slop: slop.flatten().unwrap_or(0),
                            prefix: false,
                        })
                    })?;
                    return Ok((clause, at + 1 + behind));
                }
                other => text.push(other),
            }
        }
        Ok((None, 1))
    }

    /// A word up to the next operator, and how many bytes it takes.
    fn word(&mut self, rest: &str) -> Result<(Option<Query>, usize), QueryErrorKind> {
        let flags = self.options.flags;
        let mut text = String::new();
        let mut is_prefix = false;
        let mut end = rest.len();
        let mut characters = rest.char_indices();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && flags.has(Flags::ESCAPE) {
                text.extend(characters.next().map(|(_, escaped)| escaped));
                is_prefix = false;
                continue;
            }
            if ends_word(character, flags) {
                end = at;
                break;
            }
            if character == '~' && flags.has(Flags::FUZZY) && at > 0 {
                let (edits, behind) = number_behind(&rest[at..]);
                if let Some(edits) = edits {
                    return Ok((self.fuzzy(&text, edits)?, at + behind));
                }
            }
            is_prefix = character == '*' && flags.has(Flags::PREFIX) && at > 0;
            text.push(character);
        }
        if is_prefix {
            text.pop();
            return Ok((self.prefix(&text)?, end));
        }
        let operator = self.options.default_operator;
        let clause = self.in_fields(|field| {
            if !is_whole(field) {
                words(&text).next()?;
            }
            Some(matching(field, &text, operator, None))
        })?;
        Ok((clause, end.max(1)))
    }

    fn fuzzy(&mut self, text: &str, edits: Option<u32>) -> Result<Option<Query>, QueryErrorKind> {
        let length = text.chars().count();
        let most = if length > 5 { 2 } else { u8::from(length > 2) };
        let distance = match edits {
            Some(edits) => u8::try_from(edits.min(2)).unwrap_or(2),
            None => most,
        };
        let prefix = self.options.fuzzy_prefix;
        self.in_fields(|field| {
            let value = match is_whole(field) {
                true => text.to_owned(),
                false => text.to_lowercase(),
            };
            Some(Query::Fuzzy {
                field: field.clone(),
                value,
                distance,
                prefix,
            })
        })
    }

    fn prefix(&mut self, text: &str) -> Result<Option<Query>, QueryErrorKind> {
        self.in_fields(|field| {
            let whole = is_whole(field);
            if !whole && super::is_split(text) {
                return Some(Query::Phrase {
                    field: field.clone(),
                    text: text.to_owned(),
                    slop: 0,
                    prefix: true,
                });
            }
            Some(Query::Prefix {
                field: field.clone(),
                value: text.to_owned(),
                case: Case::Analyzed,
            })
        })
    }

    fn in_fields(
        &mut self,
        clause: impl Fn(&Field) -> Option<Query>,
    ) -> Result<Option<Query>, QueryErrorKind> {
        self.clauses += self.options.fields.len();
        if self.clauses > MAX_CLAUSES {
            return Err(QueryErrorKind::TooManyClauses { limit: MAX_CLAUSES });
        }
        let fields = self.options.fields.iter();
        let found: Vec<Query> = fields
            .filter_map(|(field, boost)| Some(clause(field)?.times(*boost)))
            .collect();
        Ok((!found.is_empty()).then(|| Query::any_of(found)))
    }
}

/// Whether the character ends a word.
fn ends_word(character: char, flags: Flags) -> bool {
    match character {
        '"' => flags.has(Flags::PHRASE),
        '|' => flags.has(Flags::OR),
        '+' => flags.has(Flags::AND),
        '(' | ')' => flags.has(Flags::PRECEDENCE),
        other => other.is_whitespace() && flags.has(Flags::WHITESPACE),
    }
}

/// Where the parenthesis at the beginning closes.
fn closing(rest: &str, flags: Flags) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if flags.has(Flags::ESCAPE) => drop(characters.next()),
            '"' if flags.has(Flags::PHRASE) => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// `~` or `~N` at the beginning, with its number, and how many bytes it takes.
fn number_behind(rest: &str) -> (Option<Option<u32>>, usize) {
    let Some(behind) = rest.strip_prefix('~') else {
        return (None, 0);
    };
    let digits = behind.len()
        - behind
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let ends = behind[digits..]
        .chars()
        .next()
        .is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '|' | '+' | '(' | ')'));
    match ends {
        true => (Some(behind[..digits].parse().ok()), 1 + digits),
        false => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let options = SimpleOptions {
            fields: vec![(Field::Named("f".into()), 1.0)],
            ..SimpleOptions::default()
        };
        shown(&parse(text, &options).expect("a query"))
    }

    /// The tree in few letters.
    fn shown(query: &Query) -> String {
        let all = |sign: &str, clauses: &[Query]| -> Vec<String> {
            clauses
                .iter()
                .map(|clause| format!("{sign}{}", shown(clause)))
                .collect()
        };
        match query {
            Query::Match { text, .. } => text.clone(),
            Query::Phrase { text, slop, .. } => format!("'{text}'{slop}"),
            Query::Prefix { value, .. } => format!("{value}*"),
            Query::Fuzzy {
                value, distance, ..
            } => format!("{value}~{distance}"),
            Query::Bool(clauses) => {
                let parts = [
                    all("+", &clauses.must),
                    all("", &clauses.should),
                    all("-", &clauses.must_not),
                ];
                format!("({})", parts.concat().join(" "))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn clauses_are_joined_from_left_to_right() {
        assert_eq!(read("a b"), "(a b)");
        assert_eq!(read("a + b | c"), "((+a +b) c)");
        assert_eq!(read("a | b + c"), "(+(a b) +c)");
        assert_eq!(read("a + -b"), "(+a +(-b))");
        assert_eq!(read("- b"), "b");
        assert_eq!(read("a (b + c)"), "(a (+b +c))");
        assert_eq!(
            read("\"b c\"~2 wor* near~ nearly~1"),
            "('b c'2 wor* near~1 nearly~1)"
        );
    }

    #[test]
    fn what_is_no_operator_is_text() {
        assert_eq!(read("(a"), "a");
        assert_eq!(read("a)"), "a");
        assert_eq!(read("\"a"), "a");
        assert_eq!(read("a\\ b"), "a b");
        assert_eq!(read("+ |"), "Nothing");
        let deep = "(".repeat(40) + "a" + &")".repeat(40);
        assert!(parse(&deep, &SimpleOptions::default()).is_err());
        let many = "a ".repeat(MAX_CLAUSES + 1);
        assert!(parse(&many, &SimpleOptions::default()).is_err());
    }
}
