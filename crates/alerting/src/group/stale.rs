//! Series of rules that are gone: marked, so that queries do not see their last value for minutes.

use swarmscope_model::metrics::Durability;

use super::write::stale_marks;
use super::{Group, LastSeries, milliseconds};
use crate::environment::Environment;

impl Group {
    /// Marks the series of rules that this group had before it was changed.
    pub(super) fn mark_orphans(&self, at: i64, environment: &Environment) {
        let orphans = std::mem::take(&mut self.state().orphans);
        if orphans.is_empty() {
            return;
        }
        let series: LastSeries = orphans
            .iter()
            .map(|labels| (labels.clone(), None))
            .collect();
        let timestamp = at - milliseconds(self.query_offset);
        let marks: Vec<_> = stale_marks(series, timestamp).collect();
        if let Err(error) = environment.store.append(&marks, Durability::Buffered) {
            tracing::warn!(group = self.key.name, %error, "series of removed rules are not marked");
            self.state().orphans = orphans;
        }
    }

    /// Marks everything that the group wrote, when it is taken out for good. A series that a rule under
    /// another name has written since is left alone: its mark is refused.
    pub fn mark_all(&self, at: i64, environment: &Environment) {
        let mut state = self.state();
        let mut all = std::mem::take(&mut state.orphans);
        for rule in &mut state.rules {
            all.extend(std::mem::take(&mut rule.last_series).into_keys());
        }
        state.orphans = all;
        drop(state);
        self.mark_orphans(at, environment);
    }
}
