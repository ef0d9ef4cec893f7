//! From the text that names a series to labels.

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, LabelsBuilder, MetricKind};

use super::Dialect;
use super::cursor::{Cursor, unescape};
use super::error::{FormatError, Reason};
use super::number;

/// The labels of a series, its name included.
pub(super) fn series(text: &str, dialect: Dialect, kind: MetricKind) -> Result<Labels, Reason> {
    let mut cursor = Cursor::new(text);
    let mut collected = Collected::new(kind);
    let name = cursor.identifier();
    if !name.is_empty() {
        collected.name(name)?;
    }
    if dialect == Dialect::Prometheus {
        cursor.eat_blanks();
    }
    if !cursor.is_at_end() {
        pairs(&mut cursor, dialect, &mut collected, true)?;
    }
    if !collected.named {
        return Err(Reason::NoName);
    }
    Ok(collected.builder.build())
}

/// The labels of an exemplar, in braces.
pub(super) fn exemplar(text: &str) -> Result<Labels, Reason> {
    let mut cursor = Cursor::new(text);
    let mut collected = Collected::new(MetricKind::Unknown);
    pairs(&mut cursor, Dialect::OpenMetrics, &mut collected, false)?;
    Ok(collected.builder.build())
}

struct Collected<'a> {
    builder: LabelsBuilder,
    names: Vec<std::borrow::Cow<'a, str>>,
    named: bool,
    kind: MetricKind,
}

impl<'a> Collected<'a> {
    fn new(kind: MetricKind) -> Self {
        Self {
            builder: LabelsBuilder::default(),
            names: Vec::new(),
            named: false,
            kind,
        }
    }

    fn name(&mut self, name: &str) -> Result<(), Reason> {
        if self.named {
            return Err(Reason::SecondName);
        }
        if name.is_empty() {
            return Err(Reason::NoName);
        }
        self.named = true;
        self.builder.set(METRIC_NAME, name);
        Ok(())
    }

    fn label(&mut self, name: std::borrow::Cow<'a, str>, value: &str) -> Result<(), Reason> {
        if self.names.contains(&name) || (self.named && name == METRIC_NAME) {
            return Err(Reason::DuplicateLabel(name.into_owned()));
        }
        let bound = match self.kind {
            MetricKind::Histogram => name == "le",
            MetricKind::Summary => name == "quantile",
            _ => false,
        };
        match number::parse(value).filter(|_| bound) {
            Some(bound) => self.builder.set(&*name, number::label_value(bound)),
            None => self.builder.set(&*name, value),
        };
        self.names.push(name);
        Ok(())
    }
}

/// `{name="value",…}`, in series also with the metric's name in quotes among them.
fn pairs<'a>(
    cursor: &mut Cursor<'a>,
    dialect: Dialect,
    collected: &mut Collected<'a>,
    metric: bool,
) -> Result<(), Reason> {
    let blanks = |cursor: &mut Cursor<'_>| dialect == Dialect::Prometheus && cursor.eat_blanks();
    if !cursor.eat("{") {
        return Err(expected(cursor, "an opening brace"));
    }
    loop {
        blanks(cursor);
        if cursor.eat("}") {
            break;
        }
        let quoted = cursor.peek() == Some(b'"');
        let name = if quoted {
            unescape(
                cursor
                    .quoted()
                    .ok_or_else(|| expected(cursor, "a closing quote"))?,
            )
        } else {
            cursor.label_name().into()
        };
        blanks(cursor);
        if quoted && metric && matches!(cursor.peek(), Some(b',' | b'}')) {
            collected.name(&name)?;
        } else {
            if name.is_empty() {
                return Err(expected(cursor, "a label name"));
            }
            if !cursor.eat("=") {
                return Err(expected(cursor, "an equals sign"));
            }
            blanks(cursor);
            let value = cursor
                .quoted()
                .filter(|value| dialect == Dialect::Prometheus || !value.contains('\n'))
                .ok_or_else(|| expected(cursor, "a label value in quotes"))?;
            collected.label(name, &unescape(value))?;
            blanks(cursor);
        }
        if !cursor.eat(",") && cursor.peek() != Some(b'}') {
            return Err(expected(cursor, "a comma or a closing brace"));
        }
    }
    if cursor.is_at_end() {
        Ok(())
    } else {
        Err(expected(cursor, "the end of the labels"))
    }
}

fn expected(cursor: &mut Cursor<'_>, what: &'static str) -> Reason {
    let FormatError { reason, .. } = cursor.expected(what);
    reason
}
