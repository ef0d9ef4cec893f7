//! Receivers that answer as told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use swarmscope_model::metrics::{
    Append, Durability, Exemplar, Histogram, Labels, MetricStore, SampleValue,
};
use swarmscope_prometheus_config::Configuration;
use swarmscope_prometheus_wire::types::{WriteRequest, from_labels};
use swarmscope_prometheus_wire::write_v2::{Request, resolve};
use swarmscope_prometheus_wire::{Message, compression};
use swarmscope_remote::{ReceiverSnapshot, RemoteWriter};
use tokio::net::TcpListener;

use crate::support::{append, open};

/// What a receiver saw and how it answers.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
pub struct Seen {
    /// Answers of the next requests; after them all is well.
    answers: Vec<(StatusCode, Option<&'static str>)>,
    requests: usize,
    headers: Vec<HeaderMap>,
    /// Samples of requests that were answered well, as text.
    pub samples: Vec<String>,
    metadata: Vec<String>,
}

impl Receiver {
    pub async fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let router = Router::new()
            .route("/write", post(take))
            .with_state(seen.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}/write"),
            seen,
        }
    }

    pub fn answer(&self, answers: &[(StatusCode, Option<&'static str>)]) {
        self.seen.lock().expect("the lock").answers = answers.to_vec();
    }

    /// Each once: what was not noted as sent when a receiver was changed comes again.
    pub fn samples(&self) -> Vec<String> {
        let mut samples = self.seen.lock().expect("the lock").samples.clone();
        samples.sort();
        samples.dedup();
        samples
    }

    pub async fn until(&self, what: &str, is: impl Fn(&Seen) -> bool) {
        for _ in 0..6_000 {
            if is(&self.seen.lock().expect("the lock")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never came true: {what}; {:#?}", self.samples());
    }
}

/// Waits until the first receiver has counted so.
async fn counted(writer: &RemoteWriter, is: impl Fn(&ReceiverSnapshot) -> bool) {
    for _ in 0..6_000 {
        if is(&writer.receivers()[0].statistics) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never counted so: {:?}", writer.receivers());
}

async fn take(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let mut seen = seen.lock().expect("the lock");
    seen.requests += 1;
    seen.headers.push(headers.clone());
    if !seen.answers.is_empty() {
        let (status, retry_after) = seen.answers.remove(0);
        return match retry_after {
            Some(seconds) => (status, [("retry-after", seconds)], "no").into_response(),
            None => (status, "no").into_response(),
        };
    }
    let message = compression::decompress(&body, 1 << 24).expect("snappy");
    if headers["x-prometheus-remote-write-version"] == "2.0.0" {
        version_2(&message, &mut seen);
    } else {
        version_1(&message, &mut seen);
    }
    StatusCode::NO_CONTENT.into_response()
}

fn version_1(message: &[u8], seen: &mut Seen) {
    let request = WriteRequest::decode(message).expect("a request");
    for series in request.timeseries {
        let labels = from_labels(&series.labels).expect("labels");
        for sample in &series.samples {
            seen.samples
                .push(format!("{labels:?} {} @{}", sample.value, sample.timestamp));
        }
        for exemplar in &series.exemplars {
            let exemplar_labels = from_labels(&exemplar.labels).expect("labels");
            seen.samples.push(format!(
                "{labels:?} # {exemplar_labels:?} {}",
                exemplar.value
            ));
        }
        for histogram in &series.histograms {
            seen.samples.push(format!(
                "{labels:?} histogram {} @{}",
                histogram.sum, histogram.timestamp
            ));
        }
    }
    for metadata in request.metadata {
        seen.metadata.push(format!(
            "{}: {}",
            metadata.metric_family_name, metadata.help
        ));
    }
}

fn version_2(message: &[u8], seen: &mut Seen) {
    let request = Request::decode(message).expect("a request");
    for series in request.timeseries {
        let labels = resolve(&series.labels_refs, &request.symbols).expect("labels");
        for sample in &series.samples {
            seen.samples
                .push(format!("{labels:?} {} @{}", sample.value, sample.timestamp));
        }
        if let Some(metadata) = series.metadata {
            let help = &request.symbols[metadata.help_ref as usize];
            seen.metadata.push(format!("{labels:?}: {help}"));
        }
    }
}

/// What the receiver shows of such a sample.
pub fn shown(name: &str, timestamp: i64, value: f64) -> String {
    format!("{{__name__=\"{name}\", job=\"j\"}} {value} @{timestamp}")
}

pub fn configure(receiver: &Receiver, more: &str) -> Configuration {
    let text = format!(
        "remote_write:\n- url: {}\n  queue_config: {{batch_send_deadline: 50ms, min_backoff: 10ms, max_backoff: 20ms, max_samples_per_send: 100}}\n{more}",
        receiver.url
    );
    Configuration::parse(&text, &|_| None).expect("a configuration")
}

#[tokio::test]
async fn what_the_store_takes_is_sent_and_nothing_else() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, tee) = open(folder.path());
    tee.append(&[append("early", 1, 1.0)], Durability::Synced)
        .expect("stored");
    let rules = "
  headers: {X-Scope-OrgID: team}
  send_exemplars: true
  write_relabel_configs: [{source_labels: [__name__], regex: dropped, action: drop}]
global: {external_labels: {zone: eu, job: theirs}}
";
    writer.apply(&configure(&receiver, rules)).expect("applied");
    let exemplar = Exemplar {
        labels: Labels::from_pairs([("trace_id", "t")]),
        value: 0.5,
        timestamp: 4,
    };
    let batch = [
        append("a", 2, 2.0),
        append("refused", -1, 1.0),
        append("dropped", 3, 1.0),
        Append {
            exemplar: Some(exemplar),
            ..append("b", 4, 4.0)
        },
        Append {
            value: SampleValue::Histogram(Arc::new(Histogram::default())),
            ..append("unwanted", 5, 0.0)
        },
    ];
    tee.append(&batch, Durability::Buffered).expect("stored");
    receiver
        .until("all is there", |seen| {
            seen.samples.len() >= 3 && !seen.metadata.is_empty()
        })
        .await;
    assert_eq!(
        receiver.samples(),
        [
            r#"{__name__="a", job="j", zone="eu"} 2 @2"#,
            r#"{__name__="b", job="j", zone="eu"} # {trace_id="t"} 0.5"#,
            r#"{__name__="b", job="j", zone="eu"} 4 @4"#,
        ]
    );
    {
        let seen = receiver.seen.lock().expect("the lock");
        assert_eq!(seen.metadata[0], "m: Help.");
        let headers = seen.headers.last().expect("headers");
        assert_eq!(headers["content-encoding"], "snappy");
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["x-prometheus-remote-write-version"], "0.1.0");
        assert_eq!(headers["x-scope-orgid"], "team");
    }
    counted(&writer, |counted| {
        (counted.sent, counted.dropped_by_rules, counted.exemplars) == (2, 2, 1)
    })
    .await;
}

#[tokio::test]
async fn an_outage_delays_samples_and_loses_none() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, tee) = open(folder.path());
    let config = "  metadata_config: {send: false}\n";
    writer
        .apply(&configure(&receiver, config))
        .expect("applied");
    let down = (StatusCode::SERVICE_UNAVAILABLE, None);
    receiver.answer(&[down, (StatusCode::BAD_GATEWAY, Some("0")), down, down]);
    let mut expected = Vec::new();
    for time in 0..1_000 {
        tee.append(&[append("m", time, time as f64)], Durability::Buffered)
            .expect("stored");
        expected.push(shown("m", time, time as f64));
    }
    receiver
        .until("all is there", |seen| seen.samples.len() >= expected.len())
        .await;
    // In order, too: it is one series.
    assert_eq!(receiver.seen.lock().expect("the lock").samples, expected);
    counted(&writer, |counted| {
        let ends = (counted.sent, counted.failed, counted.newest_sent);
        ends == (1_000, 0, 999) && counted.retried > 0
    })
    .await;
}

#[tokio::test]
async fn what_a_receiver_refuses_for_good_is_dropped_and_counted() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, tee) = open(folder.path());
    let config = "  metadata_config: {send: false}\n";
    writer
        .apply(&configure(&receiver, config))
        .expect("applied");
    receiver.answer(&[(StatusCode::BAD_REQUEST, None)]);
    tee.append(&[append("m", 1, 1.0)], Durability::Buffered)
        .expect("stored");
    receiver.until("refused", |seen| seen.requests == 1).await;
    receiver.answer(&[(StatusCode::TOO_MANY_REQUESTS, None)]);
    tee.append(&[append("m", 2, 1.0)], Durability::Buffered)
        .expect("stored");
    receiver.until("refused", |seen| seen.requests == 2).await;
    tee.append(&[append("m", 3, 1.0)], Durability::Buffered)
        .expect("stored");
    receiver
        .until("taken", |seen| !seen.samples.is_empty())
        .await;
    assert_eq!(receiver.samples(), [shown("m", 3, 1.0)]);
    counted(&writer, |counted| counted.failed == 2).await;

    let config = "  metadata_config: {send: false}\n".to_owned();
    let text = configure(&receiver, &config);
    let mut patient = text.clone();
    patient.remote_write[0].queue_config.retry_on_http_429 = true;
    writer.apply(&patient).expect("applied");
    receiver.answer(&[(StatusCode::TOO_MANY_REQUESTS, Some("0"))]);
    tee.append(&[append("m", 4, 1.0)], Durability::Buffered)
        .expect("stored");
    let last = shown("m", 4, 1.0);
    receiver
        .until("taken", |seen| seen.samples.contains(&last))
        .await;
    assert_eq!(receiver.samples(), [shown("m", 3, 1.0), last]);
}

#[tokio::test]
async fn a_new_process_goes_on_where_the_old_one_was() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let config = "  metadata_config: {send: false}\n";
    let down = vec![(StatusCode::INTERNAL_SERVER_ERROR, None); 10_000];
    {
        let (writer, tee) = open(folder.path());
        writer
            .apply(&configure(&receiver, config))
            .expect("applied");
        tee.append(&[append("m", 1, 1.0)], Durability::Synced)
            .expect("stored");
        receiver
            .until("the first is there", |seen| seen.samples.len() == 1)
            .await;
        // Sent again after the restart only if the position had not been noted yet.
        receiver.answer(&down);
        tee.append(&[append("m", 2, 2.0)], Durability::Synced)
            .expect("stored");
        let requests = receiver.seen.lock().expect("the lock").requests;
        receiver
            .until("it is tried", |seen| seen.requests > requests)
            .await;
    }
    receiver.answer(&[]);
    let (writer, tee) = open(folder.path());
    writer
        .apply(&configure(&receiver, config))
        .expect("applied");
    tee.append(&[append("m", 3, 3.0)], Durability::Synced)
        .expect("stored");
    receiver
        .until("all is there", |seen| seen.samples.len() >= 3)
        .await;
    let samples = receiver.samples();
    for time in 1..=3 {
        assert!(
            samples.contains(&shown("m", time, time as f64)),
            "{samples:#?}"
        );
    }
}

#[tokio::test]
async fn version_2_carries_metadata_with_the_samples_and_receivers_are_on_their_own() {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let folder = tempfile::tempdir().expect("a folder");
    let (writer, tee) = open(folder.path());
    first.answer(&vec![(StatusCode::SERVICE_UNAVAILABLE, None); 10_000]);
    let other = format!(
        "- url: {}\n  protobuf_message: io.prometheus.write.v2.Request\n  queue_config: {{batch_send_deadline: 50ms}}\n",
        second.url
    );
    writer.apply(&configure(&first, &other)).expect("applied");
    tee.append(&[append("m_total", 1, 1.0)], Durability::Synced)
        .expect("stored");
    second.until("taken", |seen| !seen.samples.is_empty()).await;
    assert_eq!(second.samples(), [shown("m_total", 1, 1.0)]);
    {
        let seen = second.seen.lock().expect("the lock");
        assert_eq!(seen.metadata[0], r#"{__name__="m_total", job="j"}: Help."#);
        let headers = &seen.headers[0];
        assert_eq!(
            headers["content-type"],
            "application/x-protobuf;proto=io.prometheus.write.v2.Request"
        );
    }
    assert!(first.samples().is_empty());
    // Without receivers nothing is kept.
    writer.apply(&Configuration::default()).expect("applied");
    assert!(writer.receivers().is_empty());
    assert_eq!(writer.lost(), 0);
}
