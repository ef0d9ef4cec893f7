//! Swarmscope's own metrics, in Prometheus's text format.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus::{Encoder, Gauge, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use swarmscope_model::accounting::{Account, Balance};
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
    match render(&samples, &state.ledger.by_agent(), &state.ledger.balances()) {
        Ok(text) => {
            let kind = (CONTENT_TYPE, prometheus::TEXT_FORMAT);
            Ok(([kind], text).into_response())
        }
        Err(error) => Err(ApiError::unavailable(format!(
            "cannot render the metrics: {error}"
        ))),
    }
}

fn render(
    samples: &[Sample],
    accounts: &[(String, Account)],
    balances: &BTreeMap<String, Balance>,
) -> prometheus::Result<Vec<u8>> {
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
    register_ledger(&registry, balances)?;
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text)?;
    Ok(text)
}

/// What agents say they emitted, against what became of it.
fn register_ledger(
    registry: &Registry,
    balances: &BTreeMap<String, Balance>,
) -> prometheus::Result<()> {
    let events = IntCounterVec::new(
        Opts::new(
            "swarmscope_ledger_events_total",
            "Events of agents that report: emitted + unreported = stored + refused + dropped + gap, \
             as of the last report.",
        ),
        &["agent_name", "outcome"],
    )?;
    let gaps = IntGaugeVec::new(
        Opts::new(
            "swarmscope_ledger_gap_events",
            "Events that an agent emitted and that neither arrived nor were given up by it.",
        ),
        &["agent_name"],
    )?;
    for (agent_name, balance) in balances {
        let agent_name = agent_name.as_str();
        for (outcome, count) in [
            ("emitted", balance.emitted),
            ("stored", balance.stored),
            ("refused", balance.refused),
            ("dropped", balance.dropped),
            ("unreported", balance.unreported),
        ] {
            events
                .with_label_values(&[agent_name, outcome])
                .inc_by(count);
        }
        let gap = i64::try_from(balance.gap).unwrap_or(i64::MAX);
        gaps.with_label_values(&[agent_name]).set(gap);
    }
    registry.register(Box::new(events))?;
    registry.register(Box::new(gaps))
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
            ..Account::default()
        };
        let balance = Balance {
            emitted: 7,
            gap: 2,
            ..Balance::default()
        };
        let balances = BTreeMap::from([("a".to_owned(), balance)]);
        let accounts = [("orchestrator".to_owned(), account)];
        let text = render(&samples, &accounts, &balances).expect("renders");
        let text = String::from_utf8(text).expect("UTF-8");
        assert!(
            text.contains("# TYPE swarmscope_fsyncs_total counter\nswarmscope_fsyncs_total 3\n")
        );
        assert!(text.contains(
            "swarmscope_documents_total{agent_name=\"orchestrator\",outcome=\"stored\"} 4\n"
        ));
        assert!(text.contains("swarmscope_ledger_gap_events{agent_name=\"a\"} 2\n"));
        assert!(
            text.contains(
                "swarmscope_ledger_events_total{agent_name=\"a\",outcome=\"emitted\"} 7\n"
            )
        );
    }
}
