//! Reads the tokens of a template into its tree. Every function and variable has to be known here already.

use std::collections::BTreeMap;

use swarmscope_model::limits::{MAX_TEMPLATE_BYTES, MAX_TEMPLATE_DEPTH};

use super::ast::{Branch, Command, Node, Operand, Parsed, Pipeline, Place, Term};
use super::error::TemplateError;
use super::token::{Kind, Token, tokens};
use super::{call, literal};

/// Reads a template.
///
/// # Errors
/// When the text is none.
pub fn parse(name: String, text: String) -> Result<Parsed, TemplateError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::Parse {
            name,
            line: 1,
            reason: format!("the template has more than {MAX_TEMPLATE_BYTES} bytes"),
        });
    }
    let mut parser = Parser {
        name: &name,
        text: &text,
        tokens: tokens(&text),
        next: 0,
        variables: vec!["$".to_owned()],
        ranges: 0,
        depth: 0,
        action_line: None,
        defined: BTreeMap::new(),
    };
    let root = parser.top_level()?;
    let defined = parser.defined;
    Ok(Parsed {
        name,
        text,
        root,
        defined,
    })
}

type Parse<T> = Result<T, TemplateError>;

/// What ended a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
    /// `else if` or `else with`, whose second word comes next.
    ElseControl,
}

struct Parser<'a> {
    name: &'a str,
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    variables: Vec<String>,
    ranges: usize,
    depth: usize,
    action_line: Option<usize>,
    defined: BTreeMap<String, Vec<Node>>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> &Token {
        // The last token, an end or an error, is never passed.
        &self.tokens[(self.next + count).min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Where the next token stands.
    fn next_place(&self) -> Place {
        let token = self.peek();
        Place::new(token.at, token.at + token.text.len())
    }

    fn end_of_last(&self) -> usize {
        let last = &self.tokens[self.next - 1];
        last.at + last.text.len()
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    fn error<T>(&self, reason: impl Into<String>) -> Parse<T> {
        Err(TemplateError::Parse {
            name: self.name.to_owned(),
            line: self.line(self.peek().at),
            reason: reason.into(),
        })
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Parse<T> {
        let line = self.line(token.at);
        let reason = match (token.kind, self.action_line) {
            (Kind::Error, Some(start)) if start != line => {
                let place = format!(" in action started at {}:{start}", self.name);
                let place = match token.text.strip_suffix(" action") {
                    Some(_) => place.trim_start_matches(" in action").to_owned(),
                    None => place,
                };
                format!("{}{place}", token.text)
            }
            (Kind::Error, _) => token.text.clone(),
            _ => format!("unexpected {} in {context}", show(token)),
        };
        Err(TemplateError::Parse {
            name: self.name.to_owned(),
            line,
            reason,
        })
    }

    fn expect_close(&mut self, context: &str) -> Parse<usize> {
        let token = self.take();
        if token.kind != Kind::Close {
            return self.unexpected(&token, context);
        }
        Ok(token.at + 2)
    }

    /// Everything; `define` is only known here.
    fn top_level(&mut self) -> Parse<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            if self.peek().kind == Kind::End {
                return Ok(nodes);
            }
            if self.peek().kind == Kind::Open && is_keyword(self.ahead(1), "define") {
                self.define()?;
                continue;
            }
            match self.node()? {
                Ok(node) => nodes.push(node),
                Err(Ending::End) => return self.error("unexpected {{end}}"),
                Err(_) => return self.error("unexpected {{else}}"),
            }
        }
    }

    fn define(&mut self) -> Parse<()> {
        const CONTEXT: &str = "define clause";
        self.take();
        self.take();
        let name = self.template_name(CONTEXT)?;
        self.expect_close(CONTEXT)?;
        self.definition(name, CONTEXT)
    }

    /// The body of a template with a name; it sees no variable from outside but `$`.
    fn definition(&mut self, name: String, context: &str) -> Parse<()> {
        let outer = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (body, ending) = self.list()?;
        if ending != Ending::End {
            return self.error(format!("unexpected {{{{else}}}} in {context}"));
        }
        self.variables = outer;
        self.ranges = ranges;
        let is_blank = |nodes: &[Node]| {
            nodes
                .iter()
                .all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
        };
        match self.defined.get(&name) {
            Some(before) if !is_blank(before) => {
                if !is_blank(&body) {
                    return self.error(format!(
                        "template: multiple definition of template {name:?}"
                    ));
                }
            }
            _ => {
                self.defined.insert(name, body);
            }
        }
        Ok(())
    }

    fn template_name(&mut self, context: &str) -> Parse<String> {
        let token = self.take();
        match (token.kind, text_of(&token)) {
            (Kind::QuotedString | Kind::RawString, Some(name)) => Ok(name),
            (Kind::QuotedString, None) => self.error("invalid syntax"),
            _ => self.unexpected(&token, context),
        }
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn list(&mut self) -> Parse<(Vec<Node>, Ending)> {
        if self.depth == MAX_TEMPLATE_DEPTH {
            return self.error(format!(
                "the template is nested deeper than {MAX_TEMPLATE_DEPTH} levels"
            ));
        }
        self.depth += 1;
        let mut nodes = Vec::new();
        loop {
            if self.peek().kind == Kind::End {
                return self.error("unexpected EOF");
            }
            match self.node()? {
                Ok(node) => nodes.push(node),
                Err(ending) => {
                    self.depth -= 1;
                    return Ok((nodes, ending));
                }
            }
        }
    }

    /// Text or an action; or that the list around it ends.
    fn node(&mut self) -> Parse<Result<Node, Ending>> {
        let token = self.take();
        match token.kind {
            Kind::Text => Ok(Ok(Node::Text(token.text))),
            Kind::Open => {
                self.action_line = Some(self.line(token.at));
                let node = self.action();
                self.action_line = None;
                node
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Parse<Result<Node, Ending>> {
        if self.peek().kind != Kind::Keyword {
            let pipeline = self.pipeline("command", Kind::Close)?;
            return Ok(Ok(Node::Action(pipeline)));
        }
        let word = self.take();
        let node = match word.text.as_str() {
            "end" => {
                self.expect_close("end")?;
                return Ok(Err(Ending::End));
            }
            "else" => {
                if ["if", "with"]
                    .iter()
                    .any(|word| is_keyword(self.peek(), word))
                {
                    return Ok(Err(Ending::ElseControl));
                }
                self.expect_close("else")?;
                return Ok(Err(Ending::Else));
            }
            "if" => Node::If(self.branch("if")?),
            "with" => Node::With(self.branch("with")?),
            "range" => Node::Range(self.branch("range")?),
            "break" | "continue" => {
                let shown = format!("{{{{{}}}}}", word.text);
                self.expect_close(&shown)?;
                if self.ranges == 0 {
                    return self.error(format!("{shown} outside {{{{range}}}}"));
                }
                if word.text == "break" {
                    Node::Break
                } else {
                    Node::Continue
                }
            }
            "template" => self.template()?,
            "block" => self.block()?,
            _ => return self.unexpected(&word, "command"),
        };
        Ok(Ok(node))
    }

    fn template(&mut self) -> Parse<Node> {
        const CONTEXT: &str = "template clause";
        let place = self.next_place();
        let name = self.template_name(CONTEXT)?;
        let argument = if self.peek().kind == Kind::Close {
            self.take();
            None
        } else {
            Some(self.pipeline(CONTEXT, Kind::Close)?)
        };
        Ok(Node::Template {
            name,
            argument,
            place,
        })
    }

    fn block(&mut self) -> Parse<Node> {
        const CONTEXT: &str = "block clause";
        let place = self.next_place();
        let name = self.template_name(CONTEXT)?;
        let argument = self.pipeline(CONTEXT, Kind::Close)?;
        self.definition(name.clone(), CONTEXT)?;
        Ok(Node::Template {
            name,
            argument: Some(argument),
            place,
        })
    }

    fn branch(&mut self, context: &str) -> Parse<Branch> {
        let variables = self.variables.len();
        let pipeline = self.pipeline(context, Kind::Close)?;
        let in_range = usize::from(context == "range");
        self.ranges += in_range;
        let (then, ending) = self.list()?;
        self.ranges -= in_range;
        let otherwise = match ending {
            Ending::End => Vec::new(),
            Ending::ElseControl if is_keyword(self.peek(), context) => {
                self.take();
                // The end of the inner structure is the end of this one as well.
                if self.depth == MAX_TEMPLATE_DEPTH {
                    return self.error(format!(
                        "the template is nested deeper than {MAX_TEMPLATE_DEPTH} levels"
                    ));
                }
                self.depth += 1;
                let inner = self.branch(context)?;
                self.depth -= 1;
                vec![match context {
                    "if" => Node::If(inner),
                    _ => Node::With(inner),
                }]
            }
            Ending::ElseControl => {
                let token = self.take();
                return self.unexpected(&token, "input");
            }
            Ending::Else => {
                let (otherwise, ending) = self.list()?;
                if ending != Ending::End {
                    return self.error("expected end; found {{else}}");
                }
                otherwise
            }
        };
        self.variables.truncate(variables);
        Ok(Branch {
            pipeline,
            then,
            otherwise,
        })
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Parse<Pipeline> {
        let start = self.peek().at;
        let (variables, assigns) = self.declarations(context)?;
        let mut commands = Vec::new();
        loop {
            let token = self.peek().clone();
            if token.kind == end {
                let close = self.take();
                self.check_commands(&commands, context)?;
                return Ok(Pipeline {
                    variables,
                    assigns,
                    commands,
                    place: Place::new(start, close.at),
                });
            }
            if !begins_operand(token.kind) {
                self.take();
                return self.unexpected(&token, context);
            }
            commands.push(self.command()?);
        }
    }

    fn check_commands(&self, commands: &[Command], context: &str) -> Parse<()> {
        if commands.is_empty() {
            return self.error(format!("missing value for {context}"));
        }
        for (position, command) in commands.iter().enumerate().skip(1) {
            if matches!(
                command.words[0].term,
                Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::Text(_)
            ) {
                return self.error(format!(
                    "non executable command in pipeline stage {}",
                    position + 1
                ));
            }
        }
        Ok(())
    }

    /// The variables that the pipeline sets, if it sets any.
    fn declarations(&mut self, context: &str) -> Parse<(Vec<String>, bool)> {
        let mut names = Vec::new();
        while self.peek().kind == Kind::Variable {
            let next = self.ahead(1).clone();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    names.push(self.take().text);
                    self.take();
                    self.variables.extend(names.iter().cloned());
                    return Ok((names, next.kind == Kind::Assign));
                }
                Kind::Other if next.text == "," => {
                    names.push(self.take().text);
                    self.take();
                    if context != "range" || names.len() > 1 {
                        return self.error(format!("too many declarations in {context}"));
                    }
                    if self.peek().kind != Kind::Variable {
                        return self.error("range can only initialize variables");
                    }
                }
                _ => break,
            }
        }
        if names.is_empty() {
            return Ok((names, false));
        }
        let token = self.ahead(1).clone();
        self.unexpected(&token, context)
    }

    fn command(&mut self) -> Parse<Command> {
        let start = self.peek().at;
        let mut words = Vec::new();
        let mut end = start;
        while begins_operand(self.peek().kind) {
            if !words.is_empty() && !self.peek().spaced {
                let token = self.take();
                return self.unexpected(&token, "operand");
            }
            let operand = self.operand()?;
            end = operand.place.end;
            words.push(operand);
        }
        match self.peek().kind {
            Kind::Pipe => {
                self.take();
            }
            Kind::Close | Kind::CloseParen => {}
            _ => {
                let token = self.take();
                return self.unexpected(&token, "operand");
            }
        }
        Ok(Command {
            words,
            place: Place::new(start, end),
        })
    }

    fn operand(&mut self) -> Parse<Operand> {
        let start = self.peek().at;
        let mut term = self.term()?;
        let mut place = Place::new(start, self.end_of_last());
        let first_field = self.peek().at;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field && !self.peek().spaced {
            fields.push(self.take().text[1..].to_owned());
        }
        if !fields.is_empty() {
            let inner = place;
            place.end = self.end_of_last();
            place.reported = first_field;
            term = match term {
                Term::Field(first) => Term::Field([first, fields].concat()),
                Term::Variable(name, first) => Term::Variable(name, [first, fields].concat()),
                Term::Function(_) | Term::Parenthesized(_) | Term::Chain(..) => {
                    let place = inner;
                    Term::Chain(Box::new(Operand { term, place }), fields)
                }
                _ => {
                    let shown = &self.text[inner.start..inner.end];
                    return self.error(format!("unexpected . after term {shown:?}"));
                }
            };
        }
        Ok(Operand { term, place })
    }

    fn term(&mut self) -> Parse<Term> {
        let token = self.take();
        let term = match token.kind {
            Kind::Dot => Term::Dot,
            Kind::Nil => Term::Nil,
            Kind::Bool => Term::Bool(token.text == "true"),
            Kind::Field => Term::Field(vec![token.text[1..].to_owned()]),
            Kind::Variable if self.variables.contains(&token.text) => {
                Term::Variable(token.text, Vec::new())
            }
            Kind::Variable => {
                return self.error(format!("undefined variable {:?}", token.text));
            }
            Kind::Identifier if call::is_known(&token.text) => Term::Function(token.text),
            Kind::Identifier => {
                return self.error(format!("function {:?} not defined", token.text));
            }
            Kind::Number => match literal::number(&token.text) {
                Some(number) => Term::Number(number),
                None => return self.unexpected(&token, "operand"),
            },
            Kind::Character => match literal::unquote(&token.text).map(|text| one_char(&text)) {
                Some(Some(code)) => Term::Number(literal::Number::Int(code)),
                _ => return self.error(format!("malformed character constant: {}", token.text)),
            },
            Kind::QuotedString | Kind::RawString => match text_of(&token) {
                Some(text) => Term::Text(text),
                None => return self.error("invalid syntax"),
            },
            Kind::OpenParen => return self.parenthesized(),
            _ => return self.unexpected(&token, "operand"),
        };
        Ok(term)
    }

    fn parenthesized(&mut self) -> Parse<Term> {
        if self.depth == MAX_TEMPLATE_DEPTH {
            return self.error("max expression depth exceeded");
        }
        self.depth += 1;
        let pipeline = self.pipeline("parenthesized pipeline", Kind::CloseParen)?;
        self.depth -= 1;
        Ok(Term::Parenthesized(Box::new(pipeline)))
    }
}

fn is_keyword(token: &Token, word: &str) -> bool {
    token.kind == Kind::Keyword && token.text == word
}

fn begins_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Dot
            | Kind::Nil
            | Kind::Bool
            | Kind::Field
            | Kind::Variable
            | Kind::Identifier
            | Kind::Number
            | Kind::Character
            | Kind::QuotedString
            | Kind::RawString
            | Kind::OpenParen
    )
}

fn text_of(token: &Token) -> Option<String> {
    match token.kind {
        Kind::RawString => Some(token.text[1..token.text.len() - 1].replace('\r', "")),
        Kind::QuotedString => literal::unquote(&token.text),
        _ => None,
    }
}

fn one_char(text: &str) -> Option<i64> {
    let mut chars = text.chars();
    let first = chars.next()?;
    chars.next().is_none().then(|| i64::from(u32::from(first)))
}

/// A token as messages show it.
fn show(token: &Token) -> String {
    match token.kind {
        Kind::End => "EOF".to_owned(),
        Kind::Keyword => format!("<{}>", token.text),
        _ if token.text.chars().count() > 10 => {
            let short: String = token.text.chars().take(10).collect();
            format!("{short:?}...")
        }
        _ => format!("{:?}", token.text),
    }
}
