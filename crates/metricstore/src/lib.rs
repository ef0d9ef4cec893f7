//! The embedded metric store: series index, compressed chunks, write-ahead log, blocks, retention.
//!
//! It never imports HTTP and never evaluates a query.
