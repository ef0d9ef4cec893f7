//! The grammar: `or` over `and` over `not` over groups, objects and fields.

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_BYTES, MAX_QUERY_DEPTH};

use super::error::{KqlError, KqlErrorKind};
use super::leaf::{self, Comparison};
use super::scan::{Keyword, Literal, Piece, Scanner};
use crate::ast::{BoolQuery, Field, Query};
use crate::datemath::Clock;

/// Reads a whole text.
pub(super) fn query(text: &str, clock: Clock) -> Result<Query, KqlError> {
    let mut parser = Parser {
        scanner: Scanner::new(text),
        clock,
        prefix: String::new(),
        depth: 0,
        clauses: 0,
    };
    if text.len() > MAX_QUERY_BYTES {
        let (bytes, limit) = (text.len(), MAX_QUERY_BYTES);
        return Err(parser.scanner.error(KqlErrorKind::TooLong { bytes, limit }));
    }
    parser.scanner.space();
    if parser.scanner.peek().is_none() {
        return Ok(Query::All);
    }
    let query = parser.any_of(Parser::clause)?;
    parser.scanner.space();
    if parser.scanner.peek().is_some() {
        let found = parser.scanner.found();
        return Err(parser.scanner.error(KqlErrorKind::Unexpected { found }));
    }
    Ok(query)
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    clock: Clock,
    /// What stands before the names of fields, inside of an object.
    prefix: String,
    depth: usize,
    clauses: usize,
}

/// Reads what stands between keywords.
type Part<'a> = fn(&mut Parser<'a>) -> Result<Query, KqlError>;

impl<'a> Parser<'a> {
    fn any_of(
        &mut self,
        part: impl Fn(&mut Self) -> Result<Query, KqlError> + Copy,
    ) -> Result<Query, KqlError> {
        let mut found = vec![self.all_of(part)?];
        while self.next_is(Keyword::Or) {
            found.push(self.all_of(part)?);
        }
        Ok(Query::any_of(found))
    }

    fn all_of(
        &mut self,
        part: impl Fn(&mut Self) -> Result<Query, KqlError> + Copy,
    ) -> Result<Query, KqlError> {
        let mut found = vec![self.negated(part)?];
        while self.next_is(Keyword::And) {
            found.push(self.negated(part)?);
        }
        Ok(Query::all_of(found))
    }

    fn next_is(&mut self, keyword: Keyword) -> bool {
        let before = self.scanner.at;
        self.scanner.space();
        let found = self.scanner.keyword(keyword);
        if !found {
            self.scanner.at = before;
        }
        found
    }

    fn negated(
        &mut self,
        part: impl Fn(&mut Self) -> Result<Query, KqlError>,
    ) -> Result<Query, KqlError> {
        self.scanner.space();
        if !self.scanner.keyword(Keyword::Not) {
            return part(self);
        }
        self.scanner.space();
        let inner = part(self)?;
        Ok(Query::Bool(BoolQuery {
            must_not: vec![inner],
            ..BoolQuery::default()
        }))
    }

    /// Goes one level deeper.
    fn within(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Query, KqlError>,
    ) -> Result<Query, KqlError> {
        self.depth += 1;
        if self.depth > MAX_QUERY_DEPTH {
            let limit = MAX_QUERY_DEPTH;
            return Err(self.scanner.error(KqlErrorKind::TooDeep { limit }));
        }
        let found = read(self)?;
        self.depth -= 1;
        Ok(found)
    }

    /// `( … )` of clauses or of values; the parenthesis is taken.
    fn group(&mut self, opened: usize, part: Part<'a>) -> Result<Query, KqlError> {
        let found = self.within(|parser| parser.any_of(part))?;
        self.close(")", opened, KqlErrorKind::UnclosedGroup)?;
        Ok(found)
    }

    fn close(&mut self, sign: &str, opened: usize, kind: KqlErrorKind) -> Result<(), KqlError> {
        self.scanner.space();
        if self.scanner.take(sign) {
            return Ok(());
        }
        if self.scanner.peek().is_some() {
            let found = self.scanner.found();
            return Err(self.scanner.error(KqlErrorKind::Unexpected { found }));
        }
        Err(KqlError {
            kind,
            offset: opened,
        })
    }

    /// A group, a field with what it is to be, or a value alone.
    fn clause(&mut self) -> Result<Query, KqlError> {
        let opened = self.scanner.at;
        if self.scanner.take("(") {
            return self.group(opened, Parser::clause);
        }
        let Some(literal) = self.scanner.literal()? else {
            let found = self.scanner.found();
            return Err(self.scanner.error(KqlErrorKind::ExpectedClause { found }));
        };
        self.scanner.space();
        if self.scanner.take(":") {
            return self.of_field(&literal);
        }
        if let Some(comparison) = Comparison::take(&mut self.scanner) {
            self.count(1)?;
            let field = self.field(&literal);
            self.scanner.space();
            let bound = self.value_literal()?;
            return leaf::range(&field, comparison, &bound, &self.clock);
        }
        self.count(parts(&literal))?;
        let everywhere = match self.prefix.as_str() {
            "" => Field::Any,
            prefix => Field::Pattern(format!("{prefix}*")),
        };
        leaf::value(&everywhere, &literal, &self.clock)
    }

    /// What stands behind `field:`.
    fn of_field(&mut self, name: &Literal) -> Result<Query, KqlError> {
        self.scanner.space();
        let opened = self.scanner.at;
        if self.scanner.take("{") {
            let outer = self.prefix.clone();
            self.prefix = format!("{outer}{}.", name.text());
            let found = self.within(|parser| parser.any_of(Parser::clause))?;
            self.prefix = outer;
            self.close("}", opened, KqlErrorKind::UnclosedNested)?;
            return Ok(found);
        }
        let field = self.field(name);
        self.values(&field)
    }

    /// A value, or a group of them.
    fn values(&mut self, field: &Field) -> Result<Query, KqlError> {
        self.scanner.space();
        let opened = self.scanner.at;
        if self.scanner.take("(") {
            let found =
                self.within(|parser| parser.any_of(|parser: &mut Self| parser.values(field)))?;
            self.close(")", opened, KqlErrorKind::UnclosedGroup)?;
            return Ok(found);
        }
        let literal = self.value_literal()?;
        self.count(parts(&literal))?;
        leaf::value(field, &literal, &self.clock)
    }

    fn value_literal(&mut self) -> Result<Literal, KqlError> {
        match self.scanner.literal()? {
            Some(literal) => Ok(literal),
            None => {
                let found = self.scanner.found();
                Err(self.scanner.error(KqlErrorKind::ExpectedValue { found }))
            }
        }
    }

    fn field(&self, name: &Literal) -> Field {
        let path = format!("{}{}", self.prefix, name.text());
        match name.has_wildcard() {
            true if path == "*" => Field::Any,
            true => Field::Pattern(path),
            false => Field::Named(path),
        }
    }

    fn count(&mut self, more: usize) -> Result<(), KqlError> {
        self.clauses += more;
        match self.clauses > MAX_CLAUSES {
            true => {
                let limit = MAX_CLAUSES;
                Err(self.scanner.error(KqlErrorKind::TooManyClauses { limit }))
            }
            false => Ok(()),
        }
    }
}

/// How many clauses a value may become: one, and one for each of its patterns.
fn parts(literal: &Literal) -> usize {
    1 + literal
        .pieces
        .iter()
        .filter(|piece| **piece == Piece::Any)
        .count()
}
