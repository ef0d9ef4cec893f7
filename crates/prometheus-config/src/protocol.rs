//! The formats in which a target can be asked for its metrics.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An exposition format and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScrapeProtocol {
    PrometheusProto,
    #[serde(rename = "OpenMetricsText1.0.0")]
    OpenMetricsText1_0_0,
    #[serde(rename = "OpenMetricsText0.0.1")]
    OpenMetricsText0_0_1,
    #[serde(rename = "PrometheusText1.0.0")]
    PrometheusText1_0_0,
    #[serde(rename = "PrometheusText0.0.4")]
    PrometheusText0_0_4,
}

impl ScrapeProtocol {
    /// What is asked for by default, the dearest first.
    pub const TEXT: [Self; 4] = [
        Self::OpenMetricsText1_0_0,
        Self::OpenMetricsText0_0_1,
        Self::PrometheusText1_0_0,
        Self::PrometheusText0_0_4,
    ];

    /// What is asked for where native histograms are wanted, which only protobuf can carry.
    pub const PROTOBUF_FIRST: [Self; 5] = [
        Self::PrometheusProto,
        Self::OpenMetricsText1_0_0,
        Self::OpenMetricsText0_0_1,
        Self::PrometheusText1_0_0,
        Self::PrometheusText0_0_4,
    ];

    /// The media type with its parameters, as it stands in an `Accept` header.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::PrometheusProto => {
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
            }
            Self::OpenMetricsText1_0_0 => "application/openmetrics-text;version=1.0.0",
            Self::OpenMetricsText0_0_1 => "application/openmetrics-text;version=0.0.1",
            Self::PrometheusText1_0_0 => "text/plain;version=1.0.0",
            Self::PrometheusText0_0_4 => "text/plain;version=0.0.4",
        }
    }
}

impl fmt::Display for ScrapeProtocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::PrometheusProto => "PrometheusProto",
            Self::OpenMetricsText1_0_0 => "OpenMetricsText1.0.0",
            Self::OpenMetricsText0_0_1 => "OpenMetricsText0.0.1",
            Self::PrometheusText1_0_0 => "PrometheusText1.0.0",
            Self::PrometheusText0_0_4 => "PrometheusText0.0.4",
        })
    }
}

/// What is wrong with a list of protocols.
pub(crate) fn check(protocols: &[ScrapeProtocol]) -> Result<(), String> {
    for (position, protocol) in protocols.iter().enumerate() {
        if protocols[..position].contains(protocol) {
            return Err(format!(
                "duplicated protocol {protocol} in scrape_protocols"
            ));
        }
    }
    Ok(())
}
