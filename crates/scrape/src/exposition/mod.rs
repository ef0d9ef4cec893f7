//! The formats in which programs expose their metrics: Prometheus text, OpenMetrics, protobuf.
//!
//! A parser walks over a page and gives its entries one by one. It allocates nothing for a sample: the
//! text that names a series is borrowed from the page, and becomes labels only when somebody asks, who
//! will do so only for series that he does not know yet.

pub mod classic;
mod cursor;
mod error;
mod labels;
mod number;
mod openmetrics;
mod protobuf;
mod text;

use swarmscope_model::metrics::{Labels, MetricKind, SampleValue};
use swarmscope_prometheus_config::ScrapeProtocol;

pub use error::{FormatError, Reason};
pub use number::NORMAL_NAN;

/// One thing that a page says.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry<'a> {
    Kind {
        family: &'a str,
        kind: MetricKind,
    },
    /// Escapes are undone.
    Help {
        family: &'a str,
        help: std::borrow::Cow<'a, str>,
    },
    Unit {
        family: &'a str,
        unit: &'a str,
    },
    Sample(Sample<'a>),
}

/// One number, or native histogram, of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<'a> {
    /// What names the series on its page: two samples with the same key are of the same series.
    pub key: &'a str,
    pub value: SampleValue,
    /// Milliseconds since the epoch, when the page has it.
    pub timestamp: Option<i64>,
    pub exemplars: Vec<ScrapedExemplar>,
    source: LabelSource<'a>,
}

/// An exemplar as it stands on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ScrapedExemplar {
    pub labels: Labels,
    pub value: f64,
    /// Milliseconds since the epoch, when the page has it.
    pub timestamp: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
enum LabelSource<'a> {
    Text {
        dialect: Dialect,
        kind: MetricKind,
        line: usize,
    },
    Known(&'a Labels),
}

/// How strict a text is about spaces and line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Prometheus,
    OpenMetrics,
}

impl Sample<'_> {
    /// The labels of the series, its name included.
    ///
    /// # Errors
    /// When the text that names the series is malformed.
    pub fn labels(&self) -> Result<Labels, FormatError> {
        match &self.source {
            LabelSource::Known(labels) => Ok((*labels).clone()),
            LabelSource::Text {
                dialect,
                kind,
                line,
            } => labels::series(self.key, *dialect, *kind)
                .map_err(|reason| FormatError::line(*line, reason)),
        }
    }
}

/// What of a protobuf page is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistogramChoice {
    /// Native histograms; otherwise such histograms count as classic.
    pub native: bool,
    /// Classic buckets even of histograms that are native, too.
    pub classic_too: bool,
}

/// Walks over a page.
#[derive(Debug)]
pub struct Parser<'a>(Format<'a>);

#[derive(Debug)]
enum Format<'a> {
    Text(text::TextParser<'a>),
    OpenMetrics(openmetrics::OpenMetricsParser<'a>),
    Protobuf(protobuf::ProtobufParser<'a>),
}

impl<'a> Parser<'a> {
    /// A parser for a page in a format.
    ///
    /// # Errors
    /// When a text is no UTF-8.
    pub fn new(
        page: &'a [u8],
        protocol: ScrapeProtocol,
        histograms: HistogramChoice,
    ) -> Result<Self, FormatError> {
        let format = match protocol {
            ScrapeProtocol::PrometheusProto => {
                Format::Protobuf(protobuf::ProtobufParser::new(page, histograms))
            }
            ScrapeProtocol::OpenMetricsText1_0_0 | ScrapeProtocol::OpenMetricsText0_0_1 => {
                Format::OpenMetrics(openmetrics::OpenMetricsParser::new(utf8(page)?))
            }
            ScrapeProtocol::PrometheusText1_0_0 | ScrapeProtocol::PrometheusText0_0_4 => {
                Format::Text(text::TextParser::new(utf8(page)?))
            }
        };
        Ok(Self(format))
    }

    /// The next entry; `None` at the end of a complete page.
    ///
    /// # Errors
    /// When the page is malformed; there is nothing to be had after that.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, FormatError> {
        match &mut self.0 {
            Format::Text(parser) => parser.next_entry(),
            Format::OpenMetrics(parser) => parser.next_entry(),
            Format::Protobuf(parser) => parser.next_entry(),
        }
    }
}

fn utf8(page: &[u8]) -> Result<&str, FormatError> {
    std::str::from_utf8(page).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &page[..error.valid_up_to()]).count();
        FormatError::line(line, Reason::NotUtf8)
    })
}
