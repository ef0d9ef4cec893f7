//! Reads what stands inside an action: pipelines of commands, and the terms that commands are made of.

use swarmscope_model::limits::MAX_TEMPLATE_DEPTH;

use super::ast::{Command, Operand, Pipeline, Place, Term};
use super::parse::{Parse, Parser};
use super::token::{Kind, Token};
use super::{call, literal};

impl Parser<'_> {
    /// Commands up to the token that ends them, which is taken as well.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parse<Pipeline> {
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

/// The text that a quoted token stands for.
pub(super) fn text_of(token: &Token) -> Option<String> {
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
