//! Files that are refused, with the line and the reason.

use swarmscope_prometheus_config::{Configuration, parse_target_groups};

#[track_caller]
fn refused(text: &str, line: usize, reason: &str) {
    match Configuration::parse(text, &|_| None) {
        Ok(_) => panic!("this was taken:\n{text}"),
        Err(error) => {
            assert!(error.reason().contains(reason), "{error}\n{text}");
            assert_eq!(error.line, line, "{error}\n{text}");
        }
    }
}

#[test]
fn text_that_is_no_yaml() {
    refused("global: [\n", 2, "");
    refused("a: b: c\n", 1, "");
    refused("global: *nobody\n", 1, "");
    refused("global: {}\n---\nglobal: {}\n", 2, "second document");
    refused("global: &g\n  a: *g\n", 2, "anchor");
}

#[test]
fn fields_that_nobody_knows() {
    refused(
        "globl: {}\n",
        1,
        "unknown field \"globl\"; did you mean \"global\"?",
    );
    refused(
        "global:\n  scrape_intervall: 1s\n",
        2,
        "did you mean \"scrape_interval\"?",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: [a]\n    label: {}\n",
        5,
        "unknown field \"label\"",
    );
    // Of the job, though what it does not know goes on to the client's settings.
    refused(
        "scrape_configs:\n- job_name: a\n  metric_path: /x\n",
        3,
        "did you mean \"metrics_path\"?",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  basic_auht: {}\n",
        3,
        "did you mean \"basic_auth\"?",
    );
    refused(
        "scrape_configs:\n- {job_name: a, zzz: 1}\n",
        2,
        "unknown field \"zzz\"",
    );
}

#[test]
fn values_of_the_wrong_kind() {
    refused(
        "global:\n  scrape_interval: 15\n",
        2,
        "not a valid duration string: \"15\"",
    );
    refused(
        "global:\n  sample_limit: -1\n",
        2,
        "expected a whole number from 0, found \"-1\"",
    );
    refused("global:\n  body_size_limit: 10\n", 2, "not a valid size");
    refused("global: 7\n", 1, "expected a mapping");
    refused("scrape_configs: a\n", 1, "expected a list");
    refused(
        "rule_files:\n  - {}\n",
        2,
        "expected a text, found a mapping",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  honor_labels: perhaps\n",
        3,
        "expected true or false, found \"perhaps\"",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  scheme: ftp\n",
        3,
        "unknown variant `ftp`",
    );
    refused(
        "global:\n  scrape_interval: 1s\n  scrape_interval: 2s\n",
        3,
        "already set",
    );
}

#[test]
fn settings_that_do_not_fit_together() {
    refused(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 2s\n",
        1,
        "timeout greater",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  scrape_interval: 5s\n  scrape_timeout: 6s\n",
        2,
        "timeout greater than scrape interval for scrape config with job name \"a\"",
    );
    refused(
        "scrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a\n",
        4,
        "on line 2",
    );
    refused(
        "scrape_configs:\n- metrics_path: /\n",
        2,
        "job_name is empty",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  basic_auth: {}\n  bearer_token: x\n",
        2,
        "at most one of",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['http://a']\n",
        2,
        "is not a valid hostname",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  metric_name_validation_scheme: legacy\n  metric_name_escaping_scheme: allow-utf-8\n",
        2,
        "utf8 metric names requested",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  tls_config: {cert_file: c}\n",
        2,
        "have to be configured together",
    );
    refused(
        "rule_files:\n- ok.yml\n- 'a*/b.yml'\n",
        3,
        "only its last part",
    );
    refused(
        "otlp:\n  promote_all_resource_attributes: true\n  promote_resource_attributes: [a]\n",
        2,
        "cannot be configured simultaneously",
    );
    refused("remote_write:\n- name: x\n", 2, "url is missing");
    refused("remote_write:\n- url: ftp://x\n", 2, "'http' or 'https'");
    refused(
        "remote_write:\n- url: http://x\n  headers: {Content-Type: y}\n",
        2,
        "reserved header",
    );
    refused(
        "scrape_configs:\n- job_name: a\n  file_sd_configs:\n  - files: [a.txt]\n",
        4,
        "is not valid for file discovery",
    );
}

#[test]
fn relabelling_rules_that_make_no_sense() {
    let rule = |rule: &str, reason: &str| {
        let text = format!(
            "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - action: keep\n  - {{{rule}}}\n"
        );
        refused(&text, 5, reason);
    };
    rule(
        "action: hashmod, target_label: a",
        "requires non-zero modulus",
    );
    rule("action: replace", "replace action requires 'target_label'");
    rule(
        "action: frobnicate",
        "unknown relabel action \"frobnicate\"",
    );
    rule("regex: '('", "invalid regular expression");
    rule(
        "action: labeldrop, source_labels: [a]",
        "requires only 'regex'",
    );
    rule(
        "action: keepequal, target_label: a, regex: x",
        "requires only 'source_labels'",
    );
    rule(
        "action: lowercase, target_label: a, replacement: b",
        "'replacement' can not be set",
    );
    rule("sourcelabels: [a]", "did you mean \"source_labels\"?");
}

#[test]
fn aliases_that_multiply_are_refused_before_they_fill_the_memory() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let error = Configuration::parse(&text, &|_| None).expect_err("too many values");
    assert!(
        error
            .reason()
            .contains("values with its aliases written out"),
        "{error}"
    );
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let error = Configuration::parse(&deep, &|_| None).expect_err("too deep");
    assert!(error.reason().contains("nested deeper"), "{error}");
}

#[test]
fn discovery_files_are_yaml_or_json() {
    let yaml = "- targets: [a:1, b:2]\n  labels: {x: y}\n";
    let json = r#"[{"targets": ["a:1", "b:2"], "labels": {"x": "y"}}]"#;
    let groups = parse_target_groups(json).expect("JSON");
    assert_eq!(parse_target_groups(yaml).expect("YAML"), groups);
    assert_eq!(groups[0].targets, ["a:1", "b:2"]);
    let error = parse_target_groups("- targets: [a]\n- target: [b]\n").expect_err("a typing error");
    assert_eq!(error.line, 2);
    assert!(
        error.reason().contains("did you mean \"targets\"?"),
        "{error}"
    );
}

proptest::proptest! {
    /// Whatever stands in a file, it is taken or refused.
    #[test]
    fn no_text_is_too_strange(text in "[a-z:\\-\\[\\]{}#&*<!|>'\" \n]{0,80}") {
        let _ = Configuration::parse(&text, &|_| None);
    }
}
