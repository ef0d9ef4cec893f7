//! The manager against real servers: what of their pages gets into the store.

use axum::http::StatusCode;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounter, Registry, TextEncoder};
use swarmscope_model::metrics::{MetricKind, SampleValue};
use swarmscope_scrape::target::Health;

use crate::support::{Answer, Bench, Server};

/// A job that scrapes one address every second: a busy machine takes longer than a moment for an answer, and no
/// scrape may last longer than the time between two.
fn job(address: &str, more: &str) -> String {
    format!(
        "
scrape_configs:
- job_name: j
  scrape_interval: 1s
  scrape_timeout: 1s
  static_configs: [{{targets: ['{address}'], labels: {{zone: eu}}}}]
{more}"
    )
}

/// Labels of a series of that job.
fn series<'a>(name: &'a str, address: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("__name__", name),
        ("instance", address),
        ("job", "j"),
        ("zone", "eu"),
    ]
}

#[tokio::test]
async fn samples_and_the_scrapes_own_series_are_written() {
    let server = Server::start(Answer::text(
        "# HELP m Help.\n# TYPE m counter\nm 5\ndropped{a=\"b\"} 1\nm2{zone=\"us\"} 7\n",
    ))
    .await;
    let bench = Bench::new();
    let rules =
        "  metric_relabel_configs: [{source_labels: [__name__], regex: dropped, action: drop}]\n";
    bench.apply(&job(&server.address, rules)).await;
    let at = server.address.as_str();
    bench
        .until("two scrapes", |bench| {
            bench.store.samples(&series("up", at)).len() >= 2
        })
        .await;
    let newest = |name: &str| bench.store.newest(&series(name, at));
    assert_eq!(newest("m"), Some(5.0));
    assert_eq!(newest("up"), Some(1.0));
    assert_eq!(newest("scrape_samples_scraped"), Some(3.0));
    assert_eq!(newest("scrape_samples_post_metric_relabeling"), Some(2.0));
    assert_eq!(newest("dropped"), None);
    let added = bench.store.samples(&series("scrape_series_added", at));
    assert_eq!(added[0].1, SampleValue::Float(2.0));
    assert_eq!(added[1].1, SampleValue::Float(0.0));
    let exported = [
        ("__name__", "m2"),
        ("exported_zone", "us"),
        ("instance", at),
        ("job", "j"),
        ("zone", "eu"),
    ];
    assert_eq!(bench.store.newest(&exported), Some(7.0));

    let pools = bench.manager.pools();
    let target = &pools[0].active[0];
    assert_eq!(pools[0].name, "j");
    assert_eq!(target.status.health, Health::Up);
    assert_eq!(target.scrape_url.as_str(), format!("http://{at}/metrics"));
    assert_eq!(target.discovered_labels.get("__address__"), Some(at));
    let metadata = target.metadata();
    assert_eq!(metadata[0].family, "m");
    assert_eq!(metadata[0].metadata.kind, MetricKind::Counter);
    assert_eq!(metadata[0].metadata.help, "Help.");
    let headers = &server.asked()[0];
    assert!(
        headers["accept"]
            .to_str()
            .expect("text")
            .starts_with("application/openmetrics-text")
    );
    assert_eq!(headers["accept-encoding"], "gzip");
    assert_eq!(headers["x-prometheus-scrape-timeout-seconds"], "1");
}

#[tokio::test]
async fn series_end_when_the_page_has_them_no_more_and_when_the_target_fails() {
    let server = Server::start(Answer::text("stays 1\ngoes 1\n")).await;
    let bench = Bench::new();
    bench.apply(&job(&server.address, "")).await;
    let at = server.address.as_str();
    bench
        .until("a scrape", |bench| {
            bench.store.newest(&series("goes", at)).is_some()
        })
        .await;
    server.set(Answer::text("stays 2\n"));
    bench
        .until("the series ends", |bench| {
            bench.store.is_ended(&series("goes", at))
        })
        .await;
    assert_eq!(bench.store.newest(&series("stays", at)), Some(2.0));
    server.set(Answer {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..Answer::text("stays 3\n")
    });
    bench
        .until("all ends", |bench| {
            bench.store.is_ended(&series("stays", at))
        })
        .await;
    bench
        .until("down", |bench| {
            bench.store.newest(&series("up", at)) == Some(0.0)
        })
        .await;
    bench
        .until("the error is shown", |bench| {
            bench.errors()[at].contains("500")
        })
        .await;
    let before = bench.store.samples(&series("stays", at)).len();
    server.set(Answer::text("stays 4\nstays 4\nbroken\n"));
    bench
        .until("a broken page", |bench| {
            bench.errors()[at].contains("line 3")
        })
        .await;
    assert_eq!(
        bench.store.samples(&series("stays", at)).len(),
        before,
        "nothing of a broken page is written, and an ended series ends once"
    );
    server.set(Answer::text("stays 5\n"));
    bench
        .until("it is back", |bench| {
            bench.store.newest(&series("stays", at)) == Some(5.0)
        })
        .await;
}

#[tokio::test]
async fn pages_over_a_limit_fail_as_a_whole() {
    let server = Server::start(Answer::text("a 1\nb 1\nc 1\n")).await;
    let bench = Bench::new();
    let at = server.address.as_str();
    for (limit, reason) in [
        ("  sample_limit: 2\n", "sample limit exceeded"),
        ("  body_size_limit: 8B\n", "body size limit exceeded"),
        ("  label_limit: 3\n", "label_limit exceeded"),
        ("  target_limit: 1\n", "target_limit exceeded"),
    ] {
        let two = limit.contains("target_limit");
        let more = if two {
            format!("{limit}  file_sd_configs: []\n  http_sd_configs: []\n")
        } else {
            limit.to_owned()
        };
        let mut text = job(at, &more);
        if two {
            text = text.replace(&format!("['{at}']"), &format!("['{at}', '127.0.0.1:1']"));
        }
        bench.apply(&text).await;
        bench
            .until(reason, |bench| {
                bench
                    .errors()
                    .get(at)
                    .is_some_and(|error| error.contains(reason))
            })
            .await;
        assert_eq!(bench.store.newest(&series("a", at)), None);
    }
    let counted = bench.manager.statistics();
    assert!(counted.exceeded_sample_limit > 0 && counted.exceeded_body_size_limit > 0);
    assert!(counted.exceeded_label_limits > 0 && counted.exceeded_target_limit > 0);
    bench
        .apply(&job(
            at,
            "  sample_limit: 3\n  extra_scrape_metrics: true\n",
        ))
        .await;
    bench
        .until("within the limit", |bench| {
            bench.store.newest(&series("scrape_sample_limit", at)) == Some(3.0)
        })
        .await;
    assert_eq!(bench.store.newest(&series("a", at)), Some(1.0));
    assert_eq!(
        bench.store.newest(&series("scrape_body_size_bytes", at)),
        Some(12.0)
    );
}

#[tokio::test]
async fn timestamps_of_the_page_count_when_they_are_honored() {
    let server = Server::start(Answer::text("m 1 1234\n")).await;
    let bench = Bench::new();
    let at = server.address.as_str();
    bench.apply(&job(at, "")).await;
    bench
        .until("a scrape", |bench| {
            bench.store.newest(&series("m", at)).is_some()
        })
        .await;
    assert_eq!(bench.store.samples(&series("m", at))[0].0, 1234);
    server.set(Answer::text("other 1\n"));
    bench
        .until("another page", |bench| {
            bench.store.newest(&series("other", at)).is_some()
        })
        .await;
    assert!(
        !bench.store.is_ended(&series("m", at)),
        "whoever gives times says himself when a series ends"
    );
    bench.apply(&job(at, "  honor_timestamps: false\n")).await;
    server.set(Answer::text("n 1 1234\n"));
    bench
        .until("a scrape", |bench| {
            bench.store.newest(&series("n", at)).is_some()
        })
        .await;
    assert!(bench.store.samples(&series("n", at))[0].0 > 1_700_000_000_000);
}

#[tokio::test]
async fn a_page_of_prometheuss_own_client_is_read_compressed_too() {
    let registry = Registry::new();
    let counter = IntCounter::new("tasks_total", "Tasks \"done\".").expect("a counter");
    let options = HistogramOpts::new("latency_seconds", "Latency.").buckets(vec![0.1, 1.0]);
    let histogram = HistogramVec::new(options, &["task"]).expect("a histogram");
    registry
        .register(Box::new(counter.clone()))
        .expect("registered");
    registry
        .register(Box::new(histogram.clone()))
        .expect("registered");
    counter.inc_by(3);
    histogram.with_label_values(&["a\\b"]).observe(0.5);
    let mut page = Vec::new();
    TextEncoder::new()
        .encode(&registry.gather(), &mut page)
        .expect("a page");
    let mut compressed = Vec::new();
    std::io::copy(
        &mut flate2::read::GzEncoder::new(page.as_slice(), flate2::Compression::default()),
        &mut compressed,
    )
    .expect("compressed");
    let server = Server::start(Answer {
        status: StatusCode::OK,
        headers: vec![
            ("content-type", "text/plain; version=0.0.4"),
            ("content-encoding", "gzip"),
        ],
        body: compressed,
    })
    .await;
    let bench = Bench::new();
    let at = server.address.as_str();
    let convert =
        "  convert_classic_histograms_to_nhcb: true\n  always_scrape_classic_histograms: true\n";
    bench.apply(&job(at, convert)).await;
    bench
        .until("a scrape", |bench| {
            bench.store.newest(&series("tasks_total", at)) == Some(3.0)
        })
        .await;
    let mut bucket = series("latency_seconds_bucket", at).to_vec();
    bucket.extend([("le", "1.0"), ("task", "a\\b")]);
    assert_eq!(bench.store.newest(&bucket), Some(1.0));
    let mut native = series("latency_seconds", at).to_vec();
    native.push(("task", "a\\b"));
    let Some((_, SampleValue::Histogram(histogram))) = bench.store.samples(&native).pop() else {
        panic!("no native histogram: {:#?}", bench.store.all());
    };
    assert_eq!(histogram.custom_bounds, [0.1, 1.0]);
    assert_eq!((histogram.count, histogram.sum), (1.0, 0.5));
}

#[tokio::test]
async fn every_exemplar_of_a_page_goes_to_the_store() {
    let page = "# TYPE h histogram\n\
        h_bucket{le=\"1.0\"} 1 # {trace_id=\"a\"} 0.5 1.5\n\
        h_bucket{le=\"+Inf\"} 2 # {trace_id=\"b\"} 9 1.25\n\
        h_count 2\nh_sum 9.5\n# EOF\n";
    let server = Server::start(Answer {
        status: StatusCode::OK,
        headers: vec![(
            "content-type",
            "application/openmetrics-text; version=1.0.0",
        )],
        body: page.as_bytes().to_vec(),
    })
    .await;
    let bench = Bench::new();
    let at = server.address.as_str();
    bench
        .apply(&job(at, "  convert_classic_histograms_to_nhcb: true\n"))
        .await;
    bench
        .until("a scrape", |bench| {
            !bench.store.samples(&series("h", at)).is_empty()
        })
        .await;
    let exemplars: Vec<_> = bench
        .store
        .exemplars_of(&series("h", at))
        .iter()
        .map(|exemplar| (exemplar.timestamp, exemplar.value))
        .collect();
    assert_eq!(exemplars[..2], [(1_250, 9.0), (1_500, 0.5)]);
    assert_eq!(
        bench
            .store
            .newest(&series("scrape_samples_post_metric_relabeling", at)),
        Some(1.0)
    );
    assert_eq!(bench.store.newest(&series("up", at)), Some(1.0));
}
