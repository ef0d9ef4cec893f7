//! `prometheus.yml` as Prometheus reads it, and relabelling, which scrapes, alerts and remote writes share.
//!
//! It reads no file by itself and opens no connection.
