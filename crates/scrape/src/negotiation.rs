//! Which format a target is asked for, and which one it answered in.

use swarmscope_prometheus_config::{NameEscaping, ScrapeProtocol};

/// An answer in a format that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFormat {
    #[error(
        "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target"
    )]
    Blank,
    #[error(
        "received unsupported Content-Type {0:?} and no fallback_scrape_protocol specified for target"
    )]
    Unsupported(String),
}

/// The `Accept` header: each protocol with a weight that falls, and at last anything.
pub fn accept(protocols: &[ScrapeProtocol], escaping: NameEscaping) -> String {
    let mut weight = 6;
    let mut header = String::new();
    for protocol in protocols {
        header.push_str(protocol.media_type());
        if matches!(
            protocol,
            ScrapeProtocol::OpenMetricsText1_0_0 | ScrapeProtocol::PrometheusText1_0_0
        ) {
            header.push_str(";escaping=");
            header.push_str(escaping.as_str());
        }
        header.push_str(&format!(";q=0.{weight},"));
        weight -= 1;
    }
    header.push_str(&format!("*/*;q=0.{weight}"));
    header
}

/// The format that a content type names, or else the fallback.
///
/// # Errors
/// When it names none and there is no fallback.
pub fn protocol(
    content_type: Option<&str>,
    fallback: Option<ScrapeProtocol>,
) -> Result<ScrapeProtocol, UnknownFormat> {
    let text = content_type.unwrap_or_default().trim();
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameter = |name: &str| {
        text.split(';').skip(1).find_map(|part| {
            let (key, value) = part.split_once('=')?;
            (key.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"'))
        })
    };
    let named = match media.as_str() {
        "application/openmetrics-text" => Some(ScrapeProtocol::OpenMetricsText1_0_0),
        "application/vnd.google.protobuf" => (parameter("proto")
            == Some("io.prometheus.client.MetricFamily")
            && parameter("encoding") == Some("delimited"))
        .then_some(ScrapeProtocol::PrometheusProto),
        "text/plain" => Some(ScrapeProtocol::PrometheusText1_0_0),
        _ => None,
    };
    named.or(fallback).ok_or_else(|| {
        if text.is_empty() {
            UnknownFormat::Blank
        } else {
            UnknownFormat::Unsupported(text.to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_is_prometheuss() {
        assert_eq!(
            accept(&ScrapeProtocol::TEXT, NameEscaping::AllowUtf8),
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,\
             text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
        );
    }

    #[test]
    fn the_content_type_decides() {
        let plain = ScrapeProtocol::PrometheusText1_0_0;
        let proto = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
        assert_eq!(protocol(Some("text/plain; version=0.0.4"), None), Ok(plain));
        assert_eq!(
            protocol(Some(proto), None),
            Ok(ScrapeProtocol::PrometheusProto)
        );
        assert_eq!(
            protocol(
                Some("application/openmetrics-text; version=1.0.0; charset=utf-8"),
                None
            ),
            Ok(ScrapeProtocol::OpenMetricsText1_0_0)
        );
        assert_eq!(protocol(None, None), Err(UnknownFormat::Blank));
        let html = Some("text/html");
        assert_eq!(
            protocol(html, None),
            Err(UnknownFormat::Unsupported("text/html".to_owned()))
        );
        assert_eq!(protocol(html, Some(plain)), Ok(plain));
        let text = "application/vnd.google.protobuf; proto=x; encoding=text";
        assert!(protocol(Some(text), None).is_err());
    }
}
