//! How label sets are hashed while a query runs: fast, and seeded anew in each process.

/// Hasher of maps whose keys are parts of label sets.
pub(crate) type Fast = foldhash::fast::RandomState;

/// Of label sets to what belongs to them.
pub(crate) type FastMap<K, V> = std::collections::HashMap<K, V, Fast>;
