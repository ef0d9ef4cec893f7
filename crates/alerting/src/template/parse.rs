//! Reads the tokens of a template into its tree. Every function and variable has to be known here already.

use std::collections::BTreeMap;

use swarmscope_model::limits::{MAX_TEMPLATE_BYTES, MAX_TEMPLATE_DEPTH};

use super::ast::{Branch, Node, Parsed, Place};
use super::error::TemplateError;
use super::pipeline::text_of;
use super::token::{Kind, Token, tokens};

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

pub(super) type Parse<T> = Result<T, TemplateError>;

/// What ended a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
    /// `else if` or `else with`, whose second word comes next.
    ElseControl,
}

/// The state of reading one template.
pub(super) struct Parser<'a> {
    name: &'a str,
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    /// Those that can be named here.
    pub(super) variables: Vec<String>,
    ranges: usize,
    pub(super) depth: usize,
    action_line: Option<usize>,
    defined: BTreeMap<String, Vec<Node>>,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> &Token {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, count: usize) -> &Token {
        // The last token, an end or an error, is never passed.
        &self.tokens[(self.next + count).min(self.tokens.len() - 1)]
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Where the next token stands.
    fn next_place(&self) -> Place {
        let token = self.peek();
        Place::new(token.at, token.at + token.text.len())
    }

    pub(super) fn end_of_last(&self) -> usize {
        let last = &self.tokens[self.next - 1];
        last.at + last.text.len()
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    pub(super) fn error<T>(&self, reason: impl Into<String>) -> Parse<T> {
        Err(TemplateError::Parse {
            name: self.name.to_owned(),
            line: self.line(self.peek().at),
            reason: reason.into(),
        })
    }

    pub(super) fn unexpected<T>(&self, token: &Token, context: &str) -> Parse<T> {
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
}

fn is_keyword(token: &Token, word: &str) -> bool {
    token.kind == Kind::Keyword && token.text == word
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
