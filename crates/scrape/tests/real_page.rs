//! The page of a real program as text and in protobuf: both have to say the same.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use swarmscope_http_client::{HttpClient, Request};
use swarmscope_model::metrics::MetricKind;
use swarmscope_prometheus_config::{HttpClientConfig, ScrapeProtocol};
use swarmscope_scrape::exposition::{Entry, HistogramChoice, Parser};
use url::Url;

/// Killed when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first `prometheus` of the path: its own metrics are a page with every kind of family.
fn binary() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("prometheus"))
        .find(|file| file.is_file())
}

/// What a page says: its series, and its families with their kinds.
type Said = (BTreeSet<String>, BTreeSet<(String, MetricKind)>);

async fn read(url: &Url, protocol: ScrapeProtocol) -> Option<Said> {
    let client = HttpClient::new(&HttpClientConfig::default()).expect("a client");
    let mut request = Request::get(url.clone());
    let accept = HeaderValue::from_static(protocol.media_type());
    request.headers.insert(ACCEPT, accept);
    let answer = client.send(request, 1 << 24).await.ok()?;
    let content_type = answer.headers[CONTENT_TYPE].to_str().expect("text");
    let asked = protocol.media_type().split(';').next().unwrap_or_default();
    assert!(content_type.starts_with(asked), "{content_type}");
    let mut parser =
        Parser::new(&answer.body, protocol, HistogramChoice::default()).expect("a page");
    let (mut series, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    while let Some(entry) = parser.next_entry().expect("an entry") {
        match entry {
            Entry::Sample(sample) => {
                let labels = format!("{:?}", sample.labels().expect("labels"));
                assert!(series.insert(labels.clone()), "twice: {labels}");
            }
            Entry::Kind { family, kind } => {
                kinds.insert((family.to_owned(), kind));
            }
            _ => {}
        }
    }
    Some((series, kinds))
}

#[tokio::test]
async fn text_and_protobuf_of_one_page_give_the_same_series() {
    let Some(binary) = binary() else {
        // Past the test harness, which would keep the line of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the page of a real program (there is no prometheus on the path)"
        );
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = folder.path().join("prometheus.yml");
    std::fs::write(&configuration, "global: {}\n").expect("a file");
    let address = swarmscope_test_ports::free_address();
    let _program = Program(
        Command::new(binary)
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prometheus starts"),
    );
    let url = Url::parse(&format!("http://{address}/metrics")).expect("a URL");
    // Its page grows while it starts, and by the first requests themselves.
    let mut before = None;
    for _ in 0..1_000 {
        let now = read(&url, ScrapeProtocol::PrometheusText0_0_4).await;
        if now.is_some() && now == before {
            break;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let text = read(&url, ScrapeProtocol::PrometheusText0_0_4)
        .await
        .expect("text");
    let protobuf = read(&url, ScrapeProtocol::PrometheusProto)
        .await
        .expect("protobuf");
    assert!(text.0.len() > 200, "{}", text.0.len());
    assert_eq!(text, protobuf);
    for kind in [
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::Summary,
    ] {
        assert!(text.1.iter().any(|(_, own)| *own == kind), "{kind:?}");
    }
}
