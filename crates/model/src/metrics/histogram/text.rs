//! Histograms as Prometheus shows them, and as its test scripts write them.

use std::fmt::{self, Display, Formatter};

use super::{Bucket, Buckets, Histogram, ResetHint};
use crate::metrics::float::general;

/// Buckets from the first to the last that the notation of test scripts is used for.
const LONGEST_RUN: u32 = 10_000;

impl Display for Bucket {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let open = if self.lower_inclusive { '[' } else { '(' };
        let close = if self.upper_inclusive { ']' } else { ')' };
        let (lower, upper) = (general(self.lower), general(self.upper));
        write!(out, "{open}{lower},{upper}{close}:{}", general(self.count))
    }
}

/// `{count:10, sum:5, [-2,-1):3, (1,2]:4}`: buckets that count something, ascending.
impl Display for Histogram {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{{count:{}, sum:{}",
            general(self.count),
            general(self.sum)
        )?;
        let mut negative: Vec<Bucket> = self.negative_buckets().collect();
        negative.reverse();
        let zero = (!self.has_custom_bounds()).then(|| self.zero_bucket());
        let ascending = negative
            .into_iter()
            .chain(zero)
            .chain(self.positive_buckets());
        for bucket in ascending.filter(|bucket| bucket.count != 0.0) {
            write!(out, ", {bucket}")?;
        }
        out.write_str("}")
    }
}

impl Histogram {
    /// `{{schema:1 count:3 sum:5 buckets:[1 2]}}`: the notation of test scripts. Histograms whose buckets
    /// lie too far apart for it are shown as elsewhere.
    pub fn test_notation(&self) -> String {
        let mut compact = self.clone();
        compact.positive.compact(LONGEST_RUN);
        compact.negative.compact(LONGEST_RUN);
        if compact.positive.spans.len() > 1 || compact.negative.spans.len() > 1 {
            return self.to_string();
        }
        let mut parts = Vec::new();
        if self.schema != 0 {
            parts.push(format!("schema:{}", self.schema));
        }
        for (name, value) in [
            ("count", self.count),
            ("sum", self.sum),
            ("z_bucket", self.zero_count),
            ("z_bucket_w", self.zero_threshold),
        ] {
            if value != 0.0 {
                parts.push(format!("{name}:{}", general(value)));
            }
        }
        if self.has_custom_bounds() {
            parts.push(format!("custom_values:[{}]", list(&self.custom_bounds)));
        }
        match self.reset_hint {
            ResetHint::Unknown => {}
            ResetHint::Reset => parts.push("counter_reset_hint:reset".to_owned()),
            ResetHint::NotReset => parts.push("counter_reset_hint:not_reset".to_owned()),
            ResetHint::Gauge => parts.push("counter_reset_hint:gauge".to_owned()),
        }
        push_buckets(&mut parts, "", &compact.positive);
        push_buckets(&mut parts, "n_", &compact.negative);
        format!("{{{{{}}}}}", parts.join(" "))
    }
}

fn push_buckets(parts: &mut Vec<String>, prefix: &str, buckets: &Buckets) {
    if let Some(span) = buckets.spans.first().filter(|span| span.offset != 0) {
        parts.push(format!("{prefix}offset:{}", span.offset));
    }
    if !buckets.is_empty() {
        parts.push(format!("{prefix}buckets:[{}]", list(&buckets.counts)));
    }
}

fn list(values: &[f64]) -> String {
    let shown: Vec<_> = values.iter().map(|value| general(*value)).collect();
    shown.join(" ")
}
