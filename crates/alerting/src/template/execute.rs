//! Runs a template: walks its tree, evaluates pipelines, writes what comes out.

use std::rc::Rc;

use swarmscope_model::limits::{MAX_TEMPLATE_DEPTH, MAX_TEMPLATE_OUTPUT, MAX_TEMPLATE_STEPS};

use super::ast::{Branch, Command, Node, Operand, Parsed, Pipeline, Place, Term};
use super::error::{Failure, TemplateError};
use super::literal::Number;
use super::value::Value;
use super::{Context, Data, call, show};

/// The text that a template makes.
///
/// # Errors
/// When something in it fails or a limit is reached.
pub fn execute(
    parsed: &Parsed,
    data: &Data,
    context: &Context<'_>,
) -> Result<String, TemplateError> {
    let dot = Value::Data(Rc::new(data.clone()));
    let mut run = Run {
        parsed,
        context,
        executing: parsed.name.clone(),
        out: String::new(),
        variables: vec![("$".to_owned(), dot.clone())],
        steps: 0,
        depth: 0,
    };
    run.list(&dot, &parsed.root)?;
    Ok(run.out)
}

pub(super) type Step<T> = Result<T, TemplateError>;

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Go,
    Break,
    Continue,
}

pub(super) struct Run<'a> {
    parsed: &'a Parsed,
    pub(super) context: &'a Context<'a>,
    /// The template that runs: the one given, or one that it defines.
    executing: String,
    out: String,
    variables: Vec<(String, Value)>,
    steps: usize,
    depth: usize,
}

impl Run<'_> {
    /// A failure with the place where it happened.
    pub(super) fn fail<T>(&self, place: Place, reason: Failure) -> Step<T> {
        self.fail_at(place, self.source(place), reason)
    }

    fn fail_at<T>(&self, place: Place, shown: &str, reason: Failure) -> Step<T> {
        let before = &self.parsed.text[..place.reported];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Err(TemplateError::Execute {
            name: self.parsed.name.clone(),
            line: 1 + before.matches('\n').count(),
            column: place.reported - line_start,
            executing: self.executing.clone(),
            at: shown.to_owned(),
            reason: Box::new(reason),
        })
    }

    pub(super) fn source(&self, place: Place) -> &str {
        self.parsed.text[place.start..place.end].trim()
    }

    fn step(&mut self, place: Place) -> Step<()> {
        self.steps += 1;
        if self.steps > MAX_TEMPLATE_STEPS {
            let limit = MAX_TEMPLATE_STEPS;
            return self.fail(place, Failure::TooManySteps { limit });
        }
        Ok(())
    }

    fn write(&mut self, text: &str, place: Place) -> Step<()> {
        if self.out.len() + text.len() > MAX_TEMPLATE_OUTPUT {
            let limit = MAX_TEMPLATE_OUTPUT;
            return self.fail(place, Failure::TooMuchOutput { limit });
        }
        self.out.push_str(text);
        Ok(())
    }

    fn list(&mut self, dot: &Value, nodes: &[Node]) -> Step<Flow> {
        for node in nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::Go {
                return Ok(flow);
            }
        }
        Ok(Flow::Go)
    }

    fn node(&mut self, dot: &Value, node: &Node) -> Step<Flow> {
        match node {
            Node::Text(text) => self.write(text, Place::new(0, 0))?,
            Node::Action(pipeline) => {
                let value = self.pipeline(dot, pipeline)?;
                if pipeline.variables.is_empty() {
                    self.write(&show::plain(&value), pipeline.place)?;
                }
            }
            Node::If(branch) => return self.branch(dot, branch, false),
            Node::With(branch) => return self.branch(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template {
                name,
                argument,
                place,
            } => self.template(dot, name, argument.as_ref(), *place)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Go)
    }

    fn branch(&mut self, dot: &Value, branch: &Branch, sets_dot: bool) -> Step<Flow> {
        let scope = self.variables.len();
        let value = self.pipeline(dot, &branch.pipeline)?;
        let flow = if !value.is_true() {
            self.list(dot, &branch.otherwise)
        } else if sets_dot {
            self.list(&value, &branch.then)
        } else {
            self.list(dot, &branch.then)
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(&mut self, dot: &Value, branch: &Branch) -> Step<Flow> {
        let scope = self.variables.len();
        let over = self.pipeline(dot, &branch.pipeline)?;
        let names = &branch.pipeline.variables;
        let place = last_word(&branch.pipeline);
        let items = match self.items(&over, names.len()) {
            Ok(items) => items,
            Err(reason) => return self.fail(place, reason),
        };
        let mut flow = Flow::Go;
        if items.is_empty() {
            flow = self.list(dot, &branch.otherwise)?;
        }
        let inner = self.variables.len();
        for (key, item) in items {
            self.step(place)?;
            for (position, name) in names.iter().enumerate() {
                let value = if names.len() == 2 && position == 0 {
                    key.clone()
                } else {
                    item.clone()
                };
                self.set_last(name, value);
            }
            let ended = self.list(&item, &branch.then)?;
            self.variables.truncate(inner);
            if ended == Flow::Break {
                break;
            }
        }
        self.variables.truncate(scope);
        Ok(flow)
    }

    /// Keys and values to go through. Numbers are counted up to.
    fn items(&self, over: &Value, variables: usize) -> Result<Vec<(Value, Value)>, Failure> {
        let what = || show::plain(over);
        Ok(match over {
            Value::Nil => Vec::new(),
            Value::Int(_) if variables > 1 => {
                return Err(Failure::TwoRangeVariables { what: what() });
            }
            // One more than the steps allow is enough to run into their limit.
            Value::Int(count) => (0..(*count).min(MAX_TEMPLATE_STEPS as i64 + 1))
                .map(|each| (Value::Nil, Value::Int(each)))
                .collect(),
            Value::Samples(samples) => (0..)
                .zip(samples.iter())
                .map(|(index, sample)| (Value::Int(index), Value::Sample(Rc::clone(sample))))
                .collect(),
            Value::Labels(labels) => labels
                .iter()
                .map(|(key, value)| (Value::text(key.as_str()), Value::text(value.as_str())))
                .collect(),
            Value::Arguments(arguments) => arguments
                .iter()
                .map(|(key, value)| (Value::text(key.as_str()), value.clone()))
                .collect(),
            _ => return Err(Failure::NotIterable { what: what() }),
        })
    }

    fn template(
        &mut self,
        dot: &Value,
        name: &str,
        argument: Option<&Pipeline>,
        place: Place,
    ) -> Step<()> {
        self.step(place)?;
        let shown = match argument {
            Some(pipeline) => format!("{{{{template {name:?} {}}}}}", self.source(pipeline.place)),
            None => format!("{{{{template {name:?}}}}}"),
        };
        let parsed = self.parsed;
        let Some(body) = parsed.defined.get(name) else {
            let name = name.to_owned();
            return self.fail_at(place, &shown, Failure::NoTemplate { name });
        };
        if self.depth == MAX_TEMPLATE_DEPTH {
            let limit = MAX_TEMPLATE_DEPTH;
            return self.fail_at(place, &shown, Failure::TooDeep { limit });
        }
        let dot = match argument {
            Some(pipeline) => self.pipeline(dot, pipeline)?,
            None => Value::Nil,
        };
        let outer = std::mem::replace(&mut self.variables, vec![("$".to_owned(), dot.clone())]);
        let caller = std::mem::replace(&mut self.executing, name.to_owned());
        self.depth += 1;
        self.list(&dot, body)?;
        self.depth -= 1;
        self.executing = caller;
        self.variables = outer;
        Ok(())
    }

    /// The value of a pipeline, which also goes into the variables that it declares or assigns.
    pub(super) fn pipeline(&mut self, dot: &Value, pipeline: &Pipeline) -> Step<Value> {
        let mut last: Option<Value> = None;
        for command in &pipeline.commands {
            self.step(command.place)?;
            last = Some(self.command(dot, command, last)?);
        }
        let value = last.unwrap_or(Value::Nil);
        for name in &pipeline.variables {
            if pipeline.assigns {
                self.set_last(name, value.clone());
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn set_last(&mut self, name: &str, value: Value) {
        if let Some(variable) = self
            .variables
            .iter_mut()
            .rev()
            .find(|(each, _)| each == name)
        {
            variable.1 = value;
        }
    }

    fn command(&mut self, dot: &Value, command: &Command, last: Option<Value>) -> Step<Value> {
        let first = &command.words[0];
        if let Term::Function(name) = &first.term {
            return call::call(self, dot, name, command, last);
        }
        if command.words.len() > 1 || last.is_some() {
            let what = self.source(first.place).to_owned();
            let reason = match &first.term {
                Term::Field(fields) | Term::Chain(_, fields) => {
                    return self.method(dot, first, fields, command, last);
                }
                Term::Variable(_, fields) if !fields.is_empty() => {
                    return self.method(dot, first, fields, command, last);
                }
                _ => Failure::NotAFunction { what },
            };
            return self.fail(first.place, reason);
        }
        if matches!(first.term, Term::Nil) {
            return self.fail(first.place, Failure::NilCommand);
        }
        self.operand(dot, first)
    }

    /// A field with arguments: only the methods of times and durations take any.
    fn method(
        &mut self,
        dot: &Value,
        first: &Operand,
        fields: &[String],
        command: &Command,
        last: Option<Value>,
    ) -> Step<Value> {
        let (name, path) = fields.split_last().expect("a chain has a field");
        let start = match &first.term {
            Term::Chain(inner, _) => self.operand(dot, inner)?,
            Term::Variable(variable, _) => self.variable(variable),
            _ => dot.clone(),
        };
        let receiver = self.fields(start, path, first.place)?;
        let mut arguments = Vec::new();
        for word in &command.words[1..] {
            arguments.push(self.operand(dot, word)?);
        }
        arguments.extend(last);
        let result = match &receiver {
            Value::Labels(_) | Value::Arguments(_) => {
                Err(Failure::KeyWithArguments { key: name.clone() })
            }
            Value::Data(_) | Value::Sample(_) => Err(Failure::FieldWithArguments {
                field: name.clone(),
            }),
            other => super::functions::method(other, name, &arguments),
        };
        result.or_else(|reason| self.fail(first.place, reason))
    }

    fn variable(&self, name: &str) -> Value {
        self.variables
            .iter()
            .rev()
            .find(|(each, _)| each == name)
            .map_or(Value::Nil, |(_, value)| value.clone())
    }

    /// The value of a term where any type will do.
    pub(super) fn operand(&mut self, dot: &Value, operand: &Operand) -> Step<Value> {
        match &operand.term {
            Term::Dot => Ok(dot.clone()),
            Term::Nil => Ok(Value::Nil),
            Term::Bool(value) => Ok(Value::Bool(*value)),
            Term::Number(Number::Int(value)) => Ok(Value::Int(*value)),
            Term::Number(Number::Float(value)) => Ok(Value::Float(*value)),
            Term::Text(text) => Ok(Value::text(text.as_str())),
            Term::Field(fields) => self.fields(dot.clone(), fields, operand.place),
            Term::Variable(name, fields) => self.fields(self.variable(name), fields, operand.place),
            Term::Function(name) => call::without_arguments(self, name, operand.place),
            Term::Parenthesized(pipeline) => self.pipeline(dot, pipeline),
            Term::Chain(inner, fields) => {
                let value = self.operand(dot, inner)?;
                self.fields(value, fields, operand.place)
            }
        }
    }

    fn fields(&self, start: Value, path: &[String], place: Place) -> Step<Value> {
        path.iter().try_fold(start, |value, name| {
            field(&value, name).or_else(|reason| self.fail(place, reason))
        })
    }
}

/// What a failure of a whole pipeline is put down to.
fn last_word(pipeline: &Pipeline) -> Place {
    pipeline
        .commands
        .last()
        .map_or(pipeline.place, |command| command.words[0].place)
}

fn field(value: &Value, name: &str) -> Result<Value, Failure> {
    let found = match (value, name) {
        (Value::Nil, _) => Some(Value::Nil),
        (Value::Labels(labels), _) => {
            Some(Value::text(labels.get(name).map_or("", String::as_str)))
        }
        (Value::Arguments(arguments), _) => {
            Some(arguments.get(name).cloned().unwrap_or(Value::Nil))
        }
        (Value::Data(data), "Labels") => Some(Value::Labels(Rc::new(data.labels.clone()))),
        (Value::Data(data), "ExternalLabels") => {
            Some(Value::Labels(Rc::new(data.external_labels.clone())))
        }
        (Value::Data(data), "ExternalURL") => Some(Value::text(data.external_url.as_str())),
        (Value::Data(data), "Value") => Some(Value::from(&data.value)),
        (Value::Sample(sample), "Labels") => Some(Value::Labels(Rc::new(sample.labels.clone()))),
        (Value::Sample(sample), "Value") => Some(Value::from(&sample.value)),
        (Value::Time(_) | Value::Duration(_), _) => {
            return super::functions::method(value, name, &[]);
        }
        _ => None,
    };
    found.ok_or_else(|| Failure::NoField {
        field: name.to_owned(),
        kind: value.kind().to_owned(),
    })
}
