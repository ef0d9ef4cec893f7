//! OpenMetrics 1.0: one space between tokens, no empty lines, times in seconds, exemplars, and `# EOF` at
//! the end, without which a page counts as cut off.

use swarmscope_model::metrics::{MetricKind, SampleValue};

use super::cursor::{Cursor, unescape};
use super::error::{FormatError, Reason};
use super::{Dialect, Entry, LabelSource, Sample, ScrapedExemplar};
use super::{labels, number};

#[derive(Debug)]
pub(super) struct OpenMetricsParser<'a> {
    cursor: Cursor<'a>,
    kind: MetricKind,
}

impl<'a> OpenMetricsParser<'a> {
    pub(super) fn new(page: &'a str) -> Self {
        Self {
            cursor: Cursor::new(page),
            kind: MetricKind::Unknown,
        }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'a>>, FormatError> {
        match self.cursor.peek() {
            None => Err(self.cursor.error(Reason::NoEof)),
            Some(b'#') => self.descriptor(),
            Some(_) => self.sample().map(|sample| Some(Entry::Sample(sample))),
        }
    }

    fn descriptor(&mut self) -> Result<Option<Entry<'a>>, FormatError> {
        if self.cursor.eat("# EOF") {
            self.cursor.eat("\n");
            if self.cursor.is_at_end() {
                return Ok(None);
            }
            return Err(self.cursor.error(Reason::AfterEof));
        }
        for word in ["# HELP ", "# TYPE ", "# UNIT "] {
            if self.cursor.eat(word) {
                return self.metadata(word).map(Some);
            }
        }
        Err(self.cursor.expected("# HELP, # TYPE, # UNIT or # EOF"))
    }

    fn metadata(&mut self, word: &str) -> Result<Entry<'a>, FormatError> {
        let family = match self.cursor.quoted() {
            Some(name) => name,
            None => self.cursor.identifier(),
        };
        if family.is_empty() {
            return Err(self.cursor.expected("a metric name"));
        }
        if !self.cursor.eat(" ") {
            return Err(self.cursor.expected("one space and a text"));
        }
        let text = self.cursor.until(|byte| byte == b'\n');
        if self.cursor.is_at_end() {
            return Err(self.cursor.error(Reason::NoEof));
        }
        let entry = match word {
            "# HELP " => Entry::Help {
                family,
                help: unescape(text),
            },
            "# TYPE " => {
                let kind =
                    kind(text).ok_or_else(|| self.cursor.error(Reason::Kind(text.to_owned())))?;
                self.kind = kind;
                Entry::Kind { family, kind }
            }
            _ => {
                let fits = family
                    .strip_suffix(text)
                    .is_some_and(|before| before.len() > 1 && before.ends_with('_'));
                if !text.is_empty() && !fits {
                    return Err(self.cursor.error(Reason::Unit {
                        unit: text.to_owned(),
                        family: family.to_owned(),
                    }));
                }
                Entry::Unit { family, unit: text }
            }
        };
        self.cursor.eat("\n");
        Ok(entry)
    }

    fn sample(&mut self) -> Result<Sample<'a>, FormatError> {
        let line = self.cursor.line();
        let key = self.cursor.series(false)?;
        let value = self.number()?;
        let timestamp = if self.cursor.rest().starts_with(" #") {
            None
        } else {
            self.timestamp()?
        };
        let exemplars = if self.cursor.eat(" # ") {
            vec![self.exemplar()?]
        } else {
            Vec::new()
        };
        self.line_end()?;
        Ok(Sample {
            key,
            value: SampleValue::Float(value),
            timestamp,
            exemplars,
            source: LabelSource::Text {
                dialect: Dialect::OpenMetrics,
                kind: self.kind,
                line,
            },
        })
    }

    fn exemplar(&mut self) -> Result<ScrapedExemplar, FormatError> {
        if self.cursor.peek() != Some(b'{') {
            return Err(self.cursor.expected("the labels of an exemplar"));
        }
        let text = self.cursor.braces()?;
        let labels = labels::exemplar(text).map_err(|reason| self.cursor.error(reason))?;
        Ok(ScrapedExemplar {
            labels,
            value: self.number()?,
            timestamp: self.timestamp()?,
        })
    }

    fn number(&mut self) -> Result<f64, FormatError> {
        if !self.cursor.eat(" ") {
            return Err(self.cursor.expected("one space and a number"));
        }
        let text = self.word();
        number::parse(text).ok_or_else(|| self.cursor.error(Reason::Number(text.to_owned())))
    }

    fn timestamp(&mut self) -> Result<Option<i64>, FormatError> {
        if !self.cursor.eat(" ") {
            return Ok(None);
        }
        let text = self.word();
        number::milliseconds(text)
            .map(Some)
            .ok_or_else(|| self.cursor.error(Reason::Timestamp(text.to_owned())))
    }

    fn word(&mut self) -> &'a str {
        self.cursor.until(|byte| matches!(byte, b' ' | b'\n'))
    }

    fn line_end(&mut self) -> Result<(), FormatError> {
        if self.cursor.is_at_end() {
            return Err(self.cursor.error(Reason::NoEof));
        }
        if !self.cursor.eat("\n") {
            return Err(self.cursor.expected("the end of the line"));
        }
        Ok(())
    }
}

fn kind(text: &str) -> Option<MetricKind> {
    [
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::GaugeHistogram,
        MetricKind::Summary,
        MetricKind::Info,
        MetricKind::StateSet,
        MetricKind::Unknown,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == text)
}
