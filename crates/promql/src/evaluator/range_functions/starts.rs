//! What the times since when counters count tell about resets.

/// Whether the counter of the sample at `index` began after the sample before it. `starts` is empty when
/// nothing is known.
pub(crate) fn began_between(starts: &[i64], times: &[i64], index: usize) -> bool {
    match (starts.get(index - 1), starts.get(index)) {
        (Some(before), Some(start)) => is_reset(*before, times[index - 1], *start, times[index]),
        _ => false,
    }
}

/// Whether two neighbours with these start times and times belong to different counters.
pub(crate) fn is_reset(start_before: i64, before: i64, start: i64, time: i64) -> bool {
    // Unknown, or no possible start.
    if start == 0 || start >= time {
        return false;
    }
    if start != before {
        return start > before;
    }
    // It starts at the sample before: a delta, unless the start of that one is unknown, too.
    start_before <= before && start_before != 0 && start_before != before
}

/// Whether a counter claims to have begun before the sample ahead of it, yet not together with it.
pub(crate) fn overlaps(start_before: i64, before: i64, start: i64) -> bool {
    start != 0 && start < before && start != start_before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_after_the_sample_before_is_a_reset() {
        assert!(is_reset(1, 10, 15, 20));
        assert!(!is_reset(1, 10, 5, 20));
        assert!(!is_reset(1, 10, 0, 20));
        assert!(!is_reset(1, 10, 20, 20));
        assert!(is_reset(1, 10, 10, 20));
        assert!(!is_reset(10, 10, 10, 20) && !is_reset(0, 10, 10, 20) && !is_reset(11, 10, 10, 20));
        assert!(overlaps(1, 10, 5) && !overlaps(5, 10, 5) && !overlaps(1, 10, 10));
    }
}
