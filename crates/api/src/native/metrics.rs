//! Swarmscope's own metrics, in Prometheus's text format.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus::{Encoder, Gauge, IntCounterVec, Opts, Registry, TextEncoder};
use swarmscope_model::accounting::Account;
use swarmscope_query::indices::IndexExpression;

use super::NativeState;
use super::errors::ApiError;

/// One number that an engine tells of itself.
pub struct Sample {
    pub name: &'static str,
    pub help: &'static str,
    pub kind: SampleKind,
    pub value: f64,
}

/// Whether a number only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    Counter,
    Gauge,
}

/// `GET /metrics`
pub async fn metrics(State(state): State<NativeState>) -> Result<Response, ApiError> {
    let indices = state.logs.indices(&IndexExpression::all()).await?;
    let mut samples = (state.system.samples)();
    let gauge = |name, help, value: u64| Sample {
        name,
        help,
        kind: SampleKind::Gauge,
        value: value as f64,
    };
    samples.push(gauge(
        "swarmscope_log_documents",
        "Documents that can be searched.",
        indices.iter().map(|index| index.documents).sum(),
    ));
    samples.push(gauge(
        "swarmscope_log_bytes",
        "Bytes of log segments on disk.",
        indices.iter().map(|index| index.bytes).sum(),
    ));
    samples.push(gauge(
        "swarmscope_damaged_indices",
        "Indices with a segment that was set aside.",
        indices
            .iter()
            .filter(|index| index.damage.is_some())
            .count() as u64,
    ));
    match render(&samples, &state.ledger.by_agent()) {
        Ok(text) => {
            let kind = (CONTENT_TYPE, prometheus::TEXT_FORMAT);
            Ok(([kind], text).into_response())
        }
        Err(error) => Err(ApiError::unavailable(format!(
            "cannot render the metrics: {error}"
        ))),
    }
}

fn render(samples: &[Sample], accounts: &[(String, Account)]) -> prometheus::Result<Vec<u8>> {
    // A registry for each scrape: the numbers live with the engines, not here.
    let registry = Registry::new();
    for sample in samples {
        match sample.kind {
            SampleKind::Gauge => {
                let gauge = Gauge::new(sample.name, sample.help)?;
                gauge.set(sample.value);
                registry.register(Box::new(gauge))?;
            }
            SampleKind::Counter => {
                let counter = prometheus::Counter::new(sample.name, sample.help)?;
                counter.inc_by(sample.value);
                registry.register(Box::new(counter))?;
            }
        }
    }
    let documents = IntCounterVec::new(
        Opts::new(
            "swarmscope_documents_total",
            "Documents since the start: received = stored + refused; dropped never arrived.",
        ),
        &["agent_name", "outcome"],
    )?;
    for (agent_name, account) in accounts {
        for (outcome, count) in [
            ("received", account.received),
            ("stored", account.stored),
            ("refused", account.refused),
            ("dropped", account.dropped),
        ] {
            documents
                .with_label_values(&[agent_name.as_str(), outcome])
                .inc_by(count);
        }
    }
    registry.register(Box::new(documents))?;
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_accounts_are_rendered_as_prometheus_text() {
        let samples = [Sample {
            name: "swarmscope_fsyncs_total",
            help: "Syncs.",
            kind: SampleKind::Counter,
            value: 3.0,
        }];
        let account = Account {
            received: 5,
            stored: 4,
            refused: 1,
            dropped: 0,
        };
        let text = render(&samples, &[("orchestrator".to_owned(), account)]).expect("renders");
        let text = String::from_utf8(text).expect("UTF-8");
        assert!(
            text.contains("# TYPE swarmscope_fsyncs_total counter\nswarmscope_fsyncs_total 3\n")
        );
        assert!(text.contains(
            "swarmscope_documents_total{agent_name=\"orchestrator\",outcome=\"stored\"} 4\n"
        ));
    }
}
