//! What is known of counter resets once histograms are stored: Prometheus's chunks hold histograms between
//! which there is no reset, so all but the first of a chunk are known to follow none. Of the first, nothing
//! is known.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, ResetHint, is_stale};

/// The chunk that is written to now.
#[derive(Debug, Clone, Default)]
pub(super) enum Chunk {
    /// None, or one of floats or gauges.
    #[default]
    Other,
    Counter(Arc<Histogram>),
}

impl Chunk {
    /// A float follows.
    pub fn push_float(&mut self) {
        *self = Self::Other;
    }

    /// A histogram follows; as it is read again.
    pub fn push(&mut self, histogram: &Arc<Histogram>) -> Arc<Histogram> {
        if histogram.reset_hint == ResetHint::Gauge {
            *self = Self::Other;
            return Arc::clone(histogram);
        }
        let reset_hint = match self {
            Self::Counter(before) if continues(before, histogram) => ResetHint::NotReset,
            _ => ResetHint::Unknown,
        };
        let stored = Arc::new(Histogram {
            reset_hint,
            ..(**histogram).clone()
        });
        *self = Self::Counter(Arc::clone(&stored));
        stored
    }
}

/// Whether a histogram goes into the chunk of the one before.
fn continues(before: &Histogram, histogram: &Histogram) -> bool {
    if histogram.reset_hint == ResetHint::Reset {
        return false;
    }
    if is_stale(histogram.sum) || is_stale(before.sum) {
        return is_stale(histogram.sum);
    }
    let unknown = Histogram {
        reset_hint: ResetHint::Unknown,
        ..histogram.clone()
    };
    histogram.schema == before.schema
        && histogram.zero_threshold == before.zero_threshold
        && histogram.custom_bounds == before.custom_bounds
        && !unknown.is_reset_since(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(count: f64) -> Arc<Histogram> {
        Arc::new(Histogram {
            count,
            zero_count: count,
            ..Histogram::default()
        })
    }

    #[test]
    fn all_but_the_first_of_a_chunk_are_known_to_follow_no_reset() {
        let mut chunk = Chunk::default();
        let mut hint = |histogram: &Arc<Histogram>| chunk.push(histogram).reset_hint;
        assert_eq!(hint(&counted(1.0)), ResetHint::Unknown);
        assert_eq!(hint(&counted(2.0)), ResetHint::NotReset);
        assert_eq!(hint(&counted(1.0)), ResetHint::Unknown);
        assert_eq!(hint(&counted(1.0)), ResetHint::NotReset);
        let gauge = Histogram {
            reset_hint: ResetHint::Gauge,
            ..Histogram::default()
        };
        assert_eq!(hint(&Arc::new(gauge)), ResetHint::Gauge);
        assert_eq!(hint(&counted(9.0)), ResetHint::Unknown);
    }
}
