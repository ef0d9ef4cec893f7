//! How long logs are kept, by index pattern.

use std::time::Duration;

/// What holds for indices whose names match a pattern. The first rule that matches an index governs
/// it; what the rule does not say is as for all other indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    /// An index expression such as `test_agent-*` or `a-*,b-*,-b-old`.
    pub pattern: String,
    /// Documents that arrived longer ago are removed.
    pub age: Option<Duration>,
    /// Beyond so many bytes on disk, of all indices under the rule together, the oldest documents are
    /// removed. Indices under a rule with a size do not count in the size of all others.
    pub bytes: Option<u64>,
}
