//! The grammar: clauses, what joins them, groups and fields.
//!
//! Lucene's classic rules: `AND` makes both neighbours required, `OR` and nothing at all leave a
//! clause to the default operator, and none of them binds tighter than another.

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_DEPTH};

use super::error::{QueryError, QueryErrorKind};
use super::token::{Kind, Token, tokens};
use super::{Options, range, term, words};
use crate::ast::{BoolQuery, Field, Operator, Query};
use crate::datemath::Clock;

/// How a clause counts in its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occur {
    Must,
    Should,
    MustNot,
}

/// What stands before a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Modifier {
    None,
    Required,
    Prohibited,
}

/// A clause and how it counts. A clause without a query (no words in it) counts for nothing.
struct Clause {
    query: Query,
    occur: Occur,
}

/// The tokens, and where in them the parser stands.
pub(super) struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    end: usize,
    clauses: usize,
    pub options: &'a Options,
    pub clock: Clock,
}

pub(super) fn query(text: &str, options: &Options) -> Result<Query, QueryError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(Query::All);
    }
    let clock = options.clock();
    let mut parser = Parser {
        tokens,
        at: 0,
        end: text.len(),
        clauses: 0,
        options,
        clock,
    };
    let query = parser.group(&options.default_fields, 0)?;
    match parser.peek() {
        None => Ok(query.unwrap_or(Query::Nothing)),
        Some(token) => Err(token.error(QueryErrorKind::Unexpected {
            found: "')'".to_owned(),
        })),
    }
}

impl<'a> Parser<'a> {
    pub fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    pub fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub fn take(&mut self, kind: Kind) -> Option<Token<'a>> {
        if self.peek_kind(0) == Some(kind) {
            self.next()
        } else {
            None
        }
    }

    /// An error at the token ahead, or at the end of the text, that names what is there.
    pub fn unexpected(&self, kind: impl FnOnce(String) -> QueryErrorKind) -> QueryError {
        match self.peek() {
            Some(token) => token.error(kind(format!("'{}'", token.text))),
            None => {
                let kind = kind("the end of the query".to_owned());
                QueryError {
                    kind,
                    offset: self.end,
                    length: 0,
                }
            }
        }
    }

    /// Clauses up to the end of the text or a closing parenthesis.
    fn group(&mut self, fields: &[Field], depth: usize) -> Result<Option<Query>, QueryError> {
        if depth >= MAX_QUERY_DEPTH {
            return Err(self.unexpected(|_| QueryErrorKind::TooDeep {
                limit: MAX_QUERY_DEPTH,
            }));
        }
        let mut clauses: Vec<Clause> = Vec::new();
        let mut first = true;
        while first || !matches!(self.peek_kind(0), None | Some(Kind::CloseGroup)) {
            first = false;
            if self.several_terms(fields, &mut clauses)? {
                continue;
            }
            let conjunction = if self.at_start(&clauses) {
                None
            } else {
                self.conjunction()
            };
            let modifier = self.modifier();
            let query = self.clause(fields, depth)?;
            self.add(&mut clauses, conjunction, modifier, query);
        }
        Ok(combine(clauses))
    }

    /// Whether nothing of this group was read yet, so that nothing can be joined.
    fn at_start(&self, clauses: &[Clause]) -> bool {
        clauses.is_empty()
            && (self.at == 0
                || self
                    .tokens
                    .get(self.at - 1)
                    .is_some_and(|token| token.kind == Kind::OpenGroup))
    }

    fn conjunction(&mut self) -> Option<Operator> {
        let conjunction = match self.peek_kind(0)? {
            Kind::And => Operator::And,
            Kind::Or => Operator::Or,
            _ => return None,
        };
        self.at += 1;
        Some(conjunction)
    }

    fn modifier(&mut self) -> Modifier {
        let modifier = match self.peek_kind(0) {
            Some(Kind::Plus) => Modifier::Required,
            Some(Kind::Minus | Kind::Not) => Modifier::Prohibited,
            _ => return Modifier::None,
        };
        self.at += 1;
        modifier
    }

    /// Bare words side by side, which Elasticsearch analyses as one text.
    fn several_terms(
        &mut self,
        fields: &[Field],
        clauses: &mut Vec<Clause>,
    ) -> Result<bool, QueryError> {
        if !(self.is_plain_term(0) && self.is_plain_term(1)) {
            return Ok(false);
        }
        let mut texts = Vec::new();
        while self.is_plain_term(0) {
            if let Some(token) = self.next() {
                texts.push(token.unescaped()?);
            }
        }
        if self.options.phrases {
            let text = texts.join(" ");
            self.count()?;
            let phrase = term::in_a_phrase(fields, &text, self.options)?;
            clauses.extend(phrase.map(|query| Clause {
                query,
                occur: Occur::Should,
            }));
            return Ok(true);
        }
        if fields.iter().any(words::is_whole) {
            texts = vec![texts.join(" ")];
        }
        let occur = match self.options.default_operator {
            Operator::Or => Occur::Should,
            Operator::And => Occur::Must,
        };
        if occur == Occur::Should && fields.len() > 1 && self.options.one_text {
            texts.iter().try_for_each(|_| self.count())?;
            let query = term::text_of(fields, &texts, self.options)?;
            clauses.extend(query.map(|query| Clause { query, occur }));
            return Ok(true);
        }
        for text in &texts {
            self.count()?;
            if let Some(query) = term::words_of(fields, text, self.options)? {
                clauses.push(Clause { query, occur });
            }
        }
        Ok(true)
    }

    /// Whether a bare word stands there that nothing behind it claims.
    fn is_plain_term(&self, ahead: usize) -> bool {
        self.peek_kind(ahead) == Some(Kind::Term)
            && !matches!(
                self.peek_kind(ahead + 1),
                Some(Kind::Colon | Kind::Star | Kind::Fuzzy | Kind::Caret | Kind::And | Kind::Or)
            )
            && !self.tokens[self.at + ahead].text.starts_with(['<', '>'])
    }

    fn clause(&mut self, fields: &[Field], depth: usize) -> Result<Option<Query>, QueryError> {
        let named = self.field()?;
        if let Some(name) = &named
            && name == "_exists_"
        {
            return self.exists();
        }
        let own = named.map(|name| [Field::from_text(&name)]);
        let fields = own.as_ref().map_or(fields, |own| own.as_slice());
        let Some(open) = self.take(Kind::OpenGroup) else {
            self.count()?;
            return self.leaf(fields);
        };
        let query = self.group(fields, depth + 1)?;
        if self.take(Kind::CloseGroup).is_none() {
            return Err(open.error(QueryErrorKind::UnclosedGroup));
        }
        let boost = self.boost()?.unwrap_or(1.0);
        Ok(query.map(|query| query.times(boost)))
    }

    /// The name before a colon.
    fn field(&mut self) -> Result<Option<String>, QueryError> {
        let is_name = matches!(
            self.peek_kind(0),
            Some(Kind::Term | Kind::Star | Kind::Prefix | Kind::Wildcard)
        );
        if !is_name || self.peek_kind(1) != Some(Kind::Colon) {
            return Ok(None);
        }
        let name = self.next().map(|token| token.unescaped()).transpose()?;
        self.at += 1;
        Ok(name)
    }

    fn exists(&mut self) -> Result<Option<Query>, QueryError> {
        self.count()?;
        let is_name = matches!(
            self.peek_kind(0),
            Some(Kind::Term | Kind::Star | Kind::Prefix | Kind::Wildcard)
        );
        if let Some(token) = self
            .peek()
            .filter(|token| is_name || token.kind == Kind::Quoted)
        {
            self.at += 1;
            let name = token.unescaped()?;
            let boost = self.boost()?.unwrap_or(1.0);
            let field = Field::from_text(name.trim_matches('"'));
            return Ok(Some(Query::Exists { field }.times(boost)));
        }
        Err(self.unexpected(|found| QueryErrorKind::ExpectedClause { found }))
    }

    fn leaf(&mut self, fields: &[Field]) -> Result<Option<Query>, QueryError> {
        let Some(token) = self.peek() else {
            return Err(self.unexpected(|found| QueryErrorKind::ExpectedClause { found }));
        };
        match token.kind {
            Kind::OpenRange => range::bracketed(self, fields).map(Some),
            Kind::Quoted => term::phrase(self, fields),
            Kind::Term
            | Kind::Star
            | Kind::Prefix
            | Kind::Wildcard
            | Kind::Regexp
            | Kind::BareOperator => term::term(self, fields),
            Kind::Colon => Err(token.error(QueryErrorKind::Unexpected {
                found: "':'".to_owned(),
            })),
            _ => Err(self.unexpected(|found| QueryErrorKind::ExpectedClause { found })),
        }
    }

    /// `^2`: how much the clause counts for a score.
    pub fn boost(&mut self) -> Result<Option<f32>, QueryError> {
        if self.take(Kind::Caret).is_none() {
            return Ok(None);
        }
        match self.take(Kind::Number) {
            Some(number) => Ok(Some(number.text.parse().unwrap_or(1.0))),
            None => Err(self.unexpected(|found| QueryErrorKind::BadBoost { found })),
        }
    }

    fn count(&mut self) -> Result<(), QueryError> {
        self.clauses += 1;
        if self.clauses <= MAX_CLAUSES {
            return Ok(());
        }
        Err(self.unexpected(|_| QueryErrorKind::TooManyClauses { limit: MAX_CLAUSES }))
    }

    /// Lucene's `addClause`: what joins a clause decides for its neighbour before it, too.
    fn add(
        &self,
        clauses: &mut Vec<Clause>,
        conjunction: Option<Operator>,
        modifier: Modifier,
        query: Option<Query>,
    ) {
        let by_and = self.options.default_operator == Operator::And;
        if let Some(before) = clauses
            .last_mut()
            .filter(|clause| clause.occur != Occur::MustNot)
        {
            match conjunction {
                Some(Operator::And) => before.occur = Occur::Must,
                Some(Operator::Or) if by_and => before.occur = Occur::Should,
                _ => {}
            }
        }
        let Some(query) = query else { return };
        let required = match (modifier, conjunction) {
            (Modifier::Required, _) => !by_and || conjunction != Some(Operator::Or),
            (_, Some(Operator::And)) => true,
            (_, Some(Operator::Or)) => false,
            (_, None) => by_and,
        };
        let occur = match modifier {
            Modifier::Prohibited => Occur::MustNot,
            _ if required => Occur::Must,
            _ => Occur::Should,
        };
        clauses.push(Clause { query, occur });
    }
}

fn combine(mut clauses: Vec<Clause>) -> Option<Query> {
    if clauses.len() < 2 {
        let clause = clauses.pop()?;
        if clause.occur != Occur::MustNot {
            return Some(clause.query);
        }
        clauses.push(clause);
    }
    let mut combined = BoolQuery::default();
    for clause in clauses {
        match clause.occur {
            Occur::Must => combined.must.push(clause.query),
            Occur::Should => combined.should.push(clause.query),
            Occur::MustNot => combined.must_not.push(clause.query),
        }
    }
    Some(Query::Bool(combined))
}
