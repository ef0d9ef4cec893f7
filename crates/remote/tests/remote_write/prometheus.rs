//! A real Prometheus as the receiver.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmscope_http_client::{HttpClient, Request};
use swarmscope_model::metrics::{
    Append, Buckets, Durability, Histogram, MetricStore, STALE_NAN, SampleValue,
};
use swarmscope_prometheus_config::{Configuration, HttpClientConfig};
use url::Url;

use crate::support::{append, open};

/// Killed when dropped.
struct Prometheus {
    url: Url,
    child: Child,
    http: HttpClient,
    version: String,
    _folder: tempfile::TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// Starts one with its receiver on; `None` where there is none installed.
    async fn start() -> Option<Self> {
        let Some(binary) = binary() else {
            // Past the test harness, which would keep the line of a test that passes.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: remote write to a Prometheus (there is none on the path)"
            );
            return None;
        };
        let output = Command::new(&binary)
            .arg("--version")
            .output()
            .expect("a version");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let version = text
            .split_whitespace()
            .nth(2)
            .unwrap_or_default()
            .to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let address = swarmscope_test_ports::free_address().to_string();
        let prometheus = Self {
            url: Url::parse(&format!("http://{address}/")).expect("a URL"),
            child: spawn(&binary, folder.path(), &address),
            http: HttpClient::new(&HttpClientConfig::default()).expect("a client"),
            version,
            _folder: folder,
        };
        for _ in 0..2_000 {
            if prometheus.get("-/ready").await.is_some() {
                return Some(prometheus);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("Prometheus {} is not ready", prometheus.version);
    }

    /// Whether it understands version 2.0 of the protocol. Builds from the Go module have no number.
    fn knows_version_2(&self) -> bool {
        let major = self.version.split('.').next().unwrap_or_default();
        major.parse::<u32>() != Ok(2)
    }

    async fn get(&self, path: &str) -> Option<String> {
        let request = Request::get(self.url.join(path).expect("a URL"));
        let answer = self.http.send(request, 1 << 20).await.ok()?;
        let found = answer.status.is_success();
        String::from_utf8(answer.body.to_vec())
            .ok()
            .filter(|_| found)
    }

    /// The values of a query at a time in milliseconds, as text.
    async fn query(&self, query: &str, time: i64) -> Vec<String> {
        let mut url = self.url.join("api/v1/query").expect("a URL");
        let seconds = (time as f64 / 1_000.0).to_string();
        url.query_pairs_mut()
            .append_pair("query", query)
            .append_pair("time", &seconds);
        let text = self.get(url.as_str()).await.unwrap_or_default();
        let reply: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let result = reply["data"]["result"].as_array().cloned();
        let values = result.unwrap_or_default();
        values
            .iter()
            .map(|series| series["value"][1].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Waits until a query has this answer.
    async fn answers(&self, query: &str, time: i64, expected: &[&str]) {
        let mut last = Vec::new();
        for _ in 0..3_000 {
            last = self.query(query, time).await;
            if last == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{query}: {last:?} instead of {expected:?}");
    }
}

/// The first `prometheus` of the path.
fn binary() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("prometheus"))
        .find(|file| file.is_file())
}

fn spawn(binary: &Path, folder: &Path, address: &str) -> Child {
    let configuration = folder.join("prometheus.yml");
    std::fs::write(&configuration, "global: {}\n").expect("a file");
    Command::new(binary)
        .arg(format!("--config.file={}", configuration.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            folder.join("data").display()
        ))
        .arg(format!("--web.listen-address={address}"))
        .arg("--web.enable-remote-write-receiver")
        .arg("--enable-feature=native-histograms")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Prometheus starts")
}

#[tokio::test]
async fn a_real_prometheus_has_what_was_sent() {
    let Some(prometheus) = Prometheus::start().await else {
        return;
    };
    let messages: &[&str] = if prometheus.knows_version_2() {
        &["prometheus.WriteRequest", "io.prometheus.write.v2.Request"]
    } else {
        &["prometheus.WriteRequest"]
    };
    for (number, message) in messages.iter().enumerate() {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, tee) = open(folder.path());
        let text = format!(
            "
global: {{external_labels: {{sent_as: v{number}}}}}
remote_write:
- url: {}api/v1/write
  protobuf_message: {message}
  send_native_histograms: true
  queue_config: {{batch_send_deadline: 50ms}}
",
            prometheus.url
        );
        let configuration = Configuration::parse(&text, &|_| None).expect("a configuration");
        writer.apply(&configuration).expect("applied");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after the epoch");
        let now = i64::try_from(now.as_millis()).expect("a time");
        let histogram = Histogram {
            schema: 1,
            count: 6.0,
            sum: 12.5,
            zero_threshold: 0.001,
            zero_count: 1.0,
            positive: Buckets::from_indexed([(-1, 2.0), (3, 3.0)]),
            ..Histogram::default()
        };
        let mut batch: Vec<Append> = (0..5_000)
            .map(|each| append(&format!("m{each}"), now, f64::from(each)))
            .collect();
        batch.push(append("ends", now - 1_000, 1.0));
        batch.push(append("ends", now, STALE_NAN));
        batch.push(Append {
            value: SampleValue::Histogram(Arc::new(histogram)),
            ..append("h", now, 0.0)
        });
        tee.append(&batch, Durability::Synced).expect("stored");
        let own = format!("{{sent_as=\"v{number}\"}}");
        let sum = format!("sum({{__name__=~\"m.+\",sent_as=\"v{number}\"}})");
        prometheus.answers(&sum, now, &["12497500"]).await;
        for (query, expected) in [
            (format!("histogram_count(h{own})"), vec!["6"]),
            (format!("histogram_sum(h{own})"), vec!["12.5"]),
            (
                format!("histogram_fraction(0.0, 1.0, h{own}) * 6"),
                vec!["3"],
            ),
            (format!("ends{own}"), vec![]),
        ] {
            prometheus.answers(&query, now, &expected).await;
        }
        prometheus
            .answers(&format!("ends{own}"), now - 500, &["1"])
            .await;
        let statistics = writer.receivers()[0].statistics;
        assert_eq!((statistics.failed, statistics.retried), (0, 0), "{message}");
    }
}
