//! `prometheus.yml` as Prometheus reads it, and relabelling, which scrapes, alerts and remote writes share.
//!
//! [`load`] reads the file and what it includes; nothing else here opens files, and nothing opens
//! connections.

mod alerting;
mod configuration;
mod discovery;
mod duration;
mod environment;
mod fields;
mod global;
mod http;
mod load;
mod names;
mod otlp;
mod protocol;
pub mod relabel;
mod remote_write;
mod scrape;
mod secret;
mod size;
mod storage;
mod unsupported;
pub mod yaml;

pub use alerting::{AlertingConfig, AlertmanagerConfig, ApiVersion};
pub use configuration::Configuration;
pub use discovery::{
    FileDiscovery, HttpDiscovery, HttpUrl, InvalidUrl, SwarmscopeDiscovery, TargetGroup,
    parse_target_groups,
};
pub use global::{GlobalConfig, ScrapeLimits};
pub use http::{Authorization, BasicAuth, Header, HttpClientConfig, TlsConfig, TlsVersion};
pub use load::{LoadError, load, matching_files};
pub use names::{NameEscaping, NameValidation};
pub use otlp::{OtlpConfig, TranslationStrategy};
pub use protocol::ScrapeProtocol;
pub use relabel::RelabelConfig;
pub use remote_write::{MetadataConfig, ProtobufMessage, QueueConfig, RemoteWriteConfig};
pub use scrape::{Scheme, ScrapeConfig};
pub use secret::Secret;
pub use size::Size;
pub use storage::{ExemplarsConfig, RetentionConfig, StorageConfig, TsdbConfig};
pub use unsupported::Unsupported;
