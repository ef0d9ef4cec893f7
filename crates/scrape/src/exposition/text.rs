//! Prometheus's text format, versions 0.0.4 and 1.0.0: the second allows any name, in quotes.

use swarmscope_model::metrics::{MetricKind, SampleValue};

use super::cursor::{Cursor, unescape_help};
use super::error::{FormatError, Reason};
use super::number;
use super::{Dialect, Entry, LabelSource, Sample};

#[derive(Debug)]
pub(super) struct TextParser<'a> {
    cursor: Cursor<'a>,
    kind: MetricKind,
}

impl<'a> TextParser<'a> {
    pub(super) fn new(page: &'a str) -> Self {
        Self {
            cursor: Cursor::new(page),
            kind: MetricKind::Unknown,
        }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'a>>, FormatError> {
        loop {
            self.cursor.eat_blanks();
            match self.cursor.peek() {
                None => return Ok(None),
                Some(b'\n') => {
                    self.cursor.eat("\n");
                }
                Some(b'#') => {
                    if let Some(entry) = self.comment()? {
                        return Ok(Some(entry));
                    }
                }
                Some(_) => return self.sample().map(|sample| Some(Entry::Sample(sample))),
            }
        }
    }

    fn comment(&mut self) -> Result<Option<Entry<'a>>, FormatError> {
        self.cursor.eat("#");
        if !self.cursor.eat_blanks() {
            self.cursor.line_rest();
            return Ok(None);
        }
        let word = self
            .cursor
            .until(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
        if !matches!(word, "HELP" | "TYPE") || !self.cursor.eat_blanks() {
            self.cursor.line_rest();
            return Ok(None);
        }
        let family = match self.cursor.quoted() {
            Some(name) => name,
            None => self.cursor.identifier(),
        };
        if family.is_empty() {
            return Err(self.cursor.expected("a metric name"));
        }
        if !matches!(self.cursor.peek(), None | Some(b' ' | b'\t' | b'\n')) {
            return Err(self.cursor.expected("a blank after the metric name"));
        }
        if word == "HELP" {
            // One blank separates; more belong to the text.
            let text = self.cursor.line_rest();
            let help = unescape_help(text.get(1..).unwrap_or_default());
            return Ok(Some(Entry::Help { family, help }));
        }
        self.cursor.eat_blanks();
        let name = self
            .cursor
            .until(|byte| byte == b'\n')
            .trim_end_matches([' ', '\t']);
        self.kind = match name {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "histogram" => MetricKind::Histogram,
            "summary" => MetricKind::Summary,
            "untyped" => MetricKind::Unknown,
            _ => return Err(self.cursor.error(Reason::Kind(name.to_owned()))),
        };
        let kind = self.kind;
        Ok(Some(Entry::Kind { family, kind }))
    }

    fn sample(&mut self) -> Result<Sample<'a>, FormatError> {
        let line = self.cursor.line();
        let key = self.cursor.series(true)?;
        self.cursor.eat_blanks();
        let word = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n');
        let value = self.cursor.until(word);
        let value = number::parse(value)
            .ok_or_else(|| self.cursor.error(Reason::Number(value.to_owned())))?;
        self.cursor.eat_blanks();
        let timestamp = match self.cursor.until(word) {
            "" => None,
            text => Some(
                text.parse()
                    .map_err(|_| self.cursor.error(Reason::Timestamp(text.to_owned())))?,
            ),
        };
        self.cursor.eat_blanks();
        if !self.cursor.is_at_end() && !self.cursor.eat("\n") {
            return Err(self.cursor.expected("the end of the line"));
        }
        Ok(Sample {
            key,
            value: SampleValue::Float(value),
            timestamp,
            exemplars: Vec::new(),
            source: LabelSource::Text {
                dialect: Dialect::Prometheus,
                kind: self.kind,
                line,
            },
        })
    }
}
