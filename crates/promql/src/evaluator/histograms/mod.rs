//! Functions of histograms, native and classic.

mod classic;
mod collected;
mod corrections;
mod quantiles;

use swarmscope_model::metrics::Histogram;

use super::frame::{Frame, RowBuffer};

pub(crate) use quantiles::{histogram_fraction, histogram_quantile, histogram_quantiles};

/// Takes a native histogram to a number.
pub(crate) type OfHistogram = fn(&Histogram) -> f64;

static FUNCTIONS: &[(&str, OfHistogram)] = &[
    ("histogram_avg", |histogram| histogram.sum / histogram.count),
    ("histogram_count", |histogram| histogram.count),
    ("histogram_stddev", |histogram| histogram.variance().sqrt()),
    ("histogram_stdvar", Histogram::variance),
    ("histogram_sum", |histogram| histogram.sum),
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<OfHistogram> {
    FUNCTIONS
        .iter()
        .find(|(each, _)| *each == name)
        .map(|(_, function)| *function)
}

/// A number for every histogram; floats go.
pub(crate) fn map_histograms(input: &Frame, function: OfHistogram) -> Frame {
    let mut output = Frame::new(input.steps());
    let mut buffer = RowBuffer::default();
    for row in input.rows().filter(|row| !row.histograms.is_empty()) {
        buffer.reset(input.steps());
        for (step, histogram) in row.histograms {
            buffer.floats[*step] = function(histogram);
        }
        output.push(row.key.clone(), &mut buffer);
    }
    output
}
