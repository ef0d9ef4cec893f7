//! Files that load, and what they mean.

use std::path::Path;
use std::time::Duration;

use swarmscope_prometheus_config::relabel::Action;
use swarmscope_prometheus_config::{
    Configuration, NameEscaping, NameValidation, ProtobufMessage, Scheme, ScrapeProtocol, Size,
    load,
};

fn parse(text: &str) -> Configuration {
    Configuration::parse(text, &|_| None).expect("a configuration")
}

#[test]
fn an_empty_file_is_all_defaults() {
    for text in [
        "",
        "# nothing\n",
        "global:\n",
        "global: {}\nscrape_configs:\n",
    ] {
        let configuration = parse(text);
        assert_eq!(configuration, Configuration::default(), "{text:?}");
        assert_eq!(
            configuration.global.scrape_interval,
            Duration::from_secs(60)
        );
        assert_eq!(configuration.global.scrape_timeout, Duration::from_secs(10));
        assert_eq!(configuration.storage.exemplars.max_exemplars, 100_000);
    }
}

#[test]
fn the_shipped_file_loads_with_its_anchors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus.yml");
    let configuration = load(&path).expect("the shipped file");
    assert!(configuration.unsupported.is_empty());
    let folder = path.parent().expect("a folder");
    assert_eq!(configuration.rule_files, [folder.join("rules/*.yml")]);
    let jobs: Vec<_> = configuration.jobs().collect();
    let credentials = jobs[1].http.basic_auth.as_ref().expect("credentials");
    assert_eq!(credentials.username, "swarmscope");
    assert_eq!(
        credentials.password_file.as_deref(),
        Some(folder.join("swarmscope_password").as_path())
    );
    for job in &jobs[1..] {
        assert_eq!(
            job.http.basic_auth.as_ref(),
            Some(credentials),
            "{}",
            job.job_name
        );
    }
    assert_eq!(jobs[3].static_configs[1].labels["agent"], "writing_agent");
    assert_eq!(
        jobs[4].file_sd_configs[0].refresh_interval,
        Duration::from_secs(30)
    );
}

#[test]
fn jobs_inherit_what_they_do_not_say() {
    let configuration = parse(
        "
global:
  scrape_interval: 15s
  sample_limit: 1000
  body_size_limit: 10MB
  metric_name_validation_scheme: legacy
  scrape_native_histograms: true
scrape_configs:
  - job_name: plain
  - job_name: own
    scrape_interval: 5s
    sample_limit: 7
    scheme: https
    metrics_path: /probe
    params: {module: [http_2xx], n: ['1', 2]}
    honor_timestamps: no
    scrape_protocols: [PrometheusText0.0.4]
    metric_name_validation_scheme: utf8
    enable_compression: false
    follow_redirects: false
    http_headers: {X-Scope: {values: [a], secrets: [b], files: [c]}}
    swarmscope_sd_configs: [{}]
",
    );
    let [plain, own] = configuration.scrape_configs.as_slice() else {
        panic!("two jobs");
    };
    assert_eq!(plain.scrape_interval, Duration::from_secs(15));
    assert_eq!(plain.scrape_timeout, Duration::from_secs(10));
    assert_eq!(plain.limits.sample_limit, 1000);
    assert_eq!(plain.limits.body_size_limit, Size(10 << 20));
    assert_eq!(plain.scrape_protocols, ScrapeProtocol::PROTOBUF_FIRST);
    assert_eq!(plain.metric_name_escaping_scheme, NameEscaping::Underscores);
    assert!(plain.honor_timestamps && plain.http.follow_redirects && plain.enable_compression);

    assert_eq!(
        own.scrape_timeout,
        Duration::from_secs(5),
        "no longer than the interval"
    );
    assert_eq!(own.limits.sample_limit, 7);
    assert_eq!(own.scheme, Scheme::Https);
    assert_eq!(own.params["n"], ["1", "2"]);
    assert!(!own.honor_timestamps && !own.http.follow_redirects && !own.enable_compression);
    assert_eq!(own.scrape_protocols, [ScrapeProtocol::PrometheusText0_0_4]);
    assert_eq!(own.metric_name_validation_scheme, NameValidation::Utf8);
    assert_eq!(own.metric_name_escaping_scheme, NameEscaping::AllowUtf8);
    assert_eq!(own.http.http_headers["X-Scope"].secrets[0].expose(), "b");
    assert_eq!(own.swarmscope_sd_configs.len(), 1);
}

#[test]
fn merges_fill_in_what_is_not_said() {
    let configuration = parse(
        "
scrape_configs:
  - &base
    job_name: a
    scrape_interval: 30s
    metrics_path: /a
  - <<: *base
    job_name: b
    metrics_path: /b
",
    );
    let b = &configuration.scrape_configs[1];
    assert_eq!((b.job_name.as_str(), b.metrics_path.as_str()), ("b", "/b"));
    assert_eq!(b.scrape_interval, Duration::from_secs(30));
}

#[test]
fn external_labels_take_variables_and_name_empty_ones() {
    let configuration = Configuration::parse(
        "global: {external_labels: {zone: '$ZONE', price: '5$$', gone: '${NONE}', n: 1}}",
        &|name| (name == "ZONE").then(|| "eu".to_owned()),
    )
    .expect("a configuration");
    let labels = &configuration.global.external_labels;
    assert_eq!(labels["zone"], "eu");
    assert_eq!(labels["price"], "5$");
    assert_eq!(labels["n"], "1");
    assert!(!labels.contains_key("gone"));
    assert_eq!(configuration.empty_variables, ["NONE"]);
}

#[test]
fn alerting_and_remote_write_are_read() {
    let configuration = parse(
        "
alerting:
  alert_relabel_configs: [{action: labeldrop, regex: replica}]
  alertmanagers:
    - path_prefix: /am
      timeout: 3s
      bearer_token: t0ken
      static_configs: [{targets: [am:9093]}]
remote_write:
  - url: https://user:pw@mimir/api/v1/push
    name: long
    headers: {X-Scope-OrgID: t1}
    protobuf_message: io.prometheus.write.v2.Request
    send_exemplars: true
    tls_config: {insecure_skip_verify: true, min_version: TLS12}
    write_relabel_configs:
      - source_labels: [__name__]
        regex: 'go_.*'
        action: Drop
    queue_config: {max_shards: 4, retry_on_http_429: true}
storage: {tsdb: {out_of_order_time_window: 30m, retention: {time: 15d, size: 5GB}}}
otlp: {translation_strategy: NoTranslation, promote_resource_attributes: [service.name]}
",
    );
    let manager = &configuration.alerting.alertmanagers[0];
    let token = manager.http.authorization.as_ref().expect("a token");
    assert_eq!(
        (token.kind.as_str(), token.credentials.expose()),
        ("Bearer", "t0ken")
    );
    assert_eq!(manager.timeout, Duration::from_secs(3));
    let receiver = &configuration.remote_write[0];
    assert_eq!(receiver.protobuf_message, ProtobufMessage::RequestV2);
    assert_eq!(receiver.write_relabel_configs[0].action, Action::Drop);
    assert_eq!(receiver.queue_config.max_shards, 4);
    assert_eq!(receiver.queue_config.capacity, 10_000);
    assert!(receiver.metadata_config.send && receiver.http.tls_config.insecure_skip_verify);
    let tsdb = configuration.storage.tsdb.as_ref().expect("tsdb");
    assert_eq!(tsdb.out_of_order_time_window, Duration::from_secs(1800));
    assert_eq!(
        tsdb.retention.as_ref().and_then(|kept| kept.size),
        Some(Size(5 << 30))
    );
}

#[test]
fn what_is_printed_loads_again_and_has_no_secrets() {
    let text = "
global: {external_labels: {a: '1'}, scrape_interval: 15s}
scrape_configs:
  - job_name: x
    basic_auth: {username: u, password: hunter2}
    metric_relabel_configs: [{source_labels: [a, b], target_label: c, regex: '(.*);x', replacement: '${1}'}]
    static_configs: [{targets: ['a:1'], labels: {no: 'yes', n: '08'}}]
    http_sd_configs: [{url: 'http://u:hunter2@sd/', bearer_token: hunter2}]
alerting: {alertmanagers: [{static_configs: [{targets: [am]}]}]}
remote_write: [{url: 'http://r/', authorization: {credentials: hunter2}}]
";
    let configuration = parse(text);
    let printed = configuration.to_string();
    assert!(
        !printed.contains("hunter2") && printed.contains("<secret>"),
        "{printed}"
    );
    assert!(
        !printed.contains("<inline>") && !printed.contains("<line>"),
        "{printed}"
    );
    let again = parse(&printed);
    assert_eq!(again.to_string(), printed);
    assert_eq!(
        again.jobs().next().map(|job| &job.static_configs),
        configuration.jobs().next().map(|job| &job.static_configs)
    );
    assert_eq!(again.alerting, configuration.alerting);
    assert_eq!(again.global, configuration.global);
}

#[test]
fn what_is_not_supported_is_named_and_the_rest_loads() {
    let configuration = parse(
        "
global:
  query_log_file: q.log
tracing: {endpoint: 'x:1'}
scrape_configs:
  - job_name: k8s
    proxy_url: http://proxy
    kubernetes_sd_configs: [{role: pod}]
    http_sd_configs:
      - url: http://sd/
        oauth2: {client_id: a, token_url: b}
    static_configs:
      - targets: ['a:1']
        labels: {oauth2: stays}
remote_read: [{url: 'http://r'}]
",
    );
    let named: Vec<_> = configuration
        .unsupported
        .iter()
        .map(|part| (part.line, part.field.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            (3, "global.query_log_file"),
            (4, "tracing"),
            (7, "scrape_configs.proxy_url"),
            (8, "scrape_configs.kubernetes_sd_configs"),
            (11, "scrape_configs.http_sd_configs.oauth2"),
            (15, "remote_read"),
        ]
    );
    assert_eq!(
        configuration.scrape_configs[0].static_configs[0].labels["oauth2"],
        "stays"
    );
}

#[test]
fn jobs_of_other_files_count_from_their_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    };
    let main = write(
        "main.yml",
        "global: {scrape_interval: 7s}\nscrape_config_files: ['jobs/*.yml']\nscrape_configs: [{job_name: a}]",
    );
    write(
        "jobs/b.yml",
        "scrape_configs: [{job_name: b, file_sd_configs: [{files: ['t/*.json']}]}]",
    );
    let configuration = load(&main).expect("a configuration");
    let b = configuration.jobs().nth(1).expect("a second job");
    assert_eq!(b.scrape_interval, Duration::from_secs(7));
    assert_eq!(
        b.file_sd_configs[0].files,
        [folder.path().join("jobs/t/*.json")]
    );

    let c = write(
        "jobs/c.yml",
        "scrape_configs:\n- job_name: c\n- job_name: a\n",
    );
    let error = load(&main).expect_err("a name that is taken").to_string();
    assert!(
        error.starts_with(&format!("{}:3: found multiple scrape configs", c.display())),
        "{error}"
    );
}
