//! Sends a scenario's requests and compares the replies.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::file::{Scenario, Step};
use super::subset::{at, difference};
use super::{otlp, remote_write};

/// What became of a scenario.
pub struct Outcome {
    pub steps: usize,
    pub skipped: usize,
    pub failures: Vec<String>,
}

/// Runs all steps, the later ones also when an earlier one fails. `refresh` is called before each on a
/// reference that does not find at once what it has acknowledged.
pub async fn scenario(
    scenario: &Scenario,
    base: &str,
    is_reference: bool,
    refresh: Option<&str>,
) -> Outcome {
    let client = Client::new();
    assert!(
        !scenario.source.is_empty(),
        "{} names no source",
        scenario.name
    );
    for index in &scenario.indices {
        let gone = client.delete(format!("{base}/{index}")).send().await;
        gone.expect("the server answers");
    }
    let stand_in = std::env::var("SCENARIO_STAND_IN").ok();
    let mut saved = BTreeMap::new();
    let mut outcome = Outcome {
        steps: 0,
        skipped: 0,
        failures: Vec::new(),
    };
    for (number, step) in scenario.steps.iter().enumerate() {
        let reason = match (is_reference, &stand_in) {
            (true, Some(name)) => not_on_stand_in(scenario, step, name),
            (true, None) => step.not_on_reference.clone(),
            (false, _) => step.only_on_reference.clone(),
        };
        if let Some(reason) = reason {
            println!("{}, step {}: skipped, {reason}", scenario.name, number + 1);
            outcome.skipped += 1;
            continue;
        }
        if let (true, Some(path)) = (is_reference, refresh) {
            let refreshed = client.post(format!("{base}{path}")).send().await;
            refreshed.expect("the server answers");
        }
        outcome.steps += 1;
        if let Some(wrong) = run(&client, step, base, &mut saved).await {
            let place = format!("{}, step {}", scenario.name, number + 1);
            outcome
                .failures
                .push(format!("{place}: {}\n    {wrong}", step.request));
        }
    }
    outcome
}

/// Whether a step is for a server that stands in for the reference.
fn names(step: &Step, stand_in: &str) -> bool {
    let reason = step.not_on_reference.as_ref();
    reason.is_some_and(|reason| reason.contains(stand_in))
}

/// Why a step is not for it: it answers the steps that name it, and takes the documents of their files.
fn not_on_stand_in(scenario: &Scenario, step: &Step, stand_in: &str) -> Option<String> {
    let takes_part = scenario.steps.iter().any(|step| names(step, stand_in));
    let holds = names(step, stand_in) || (takes_part && step.request.starts_with("POST /_bulk"));
    (!holds).then(|| format!("the reference answers it, {stand_in} need not"))
}

async fn run(
    client: &Client,
    step: &Step,
    base: &str,
    saved: &mut BTreeMap<String, String>,
) -> Option<String> {
    let (method, path) = step.request.split_once(' ').expect("a method and a path");
    let method: Method = method.parse().expect("a method");
    let path = filled_in(path, saved);
    let request = with_body(client.request(method, format!("{base}{path}")), step, saved);
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let bytes = response.bytes().await.expect("a reply");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if status != step.status {
        return Some(format!(
            "expected status {}, found {status}: {text}",
            step.status
        ));
    }
    for (name, expected) in &step.reply_headers {
        let found = headers.get(name).and_then(|value| value.to_str().ok());
        if found != Some(expected.as_str()) {
            return Some(format!("expected {name}: {expected}, found {found:?}"));
        }
    }
    if let Some(name) = step
        .absent_headers
        .iter()
        .find(|name| headers.contains_key(name.as_str()))
    {
        return Some(format!("the header {name} must not be there"));
    }
    if let Some(part) = &step.reply_contains {
        return (!text.contains(part)).then(|| format!("expected {part:?} in {text:?}"));
    }
    if let Some(expected) = &step.reply_text {
        return (*expected != text).then(|| format!("expected {expected:?}, found {text:?}"));
    }
    if step.reply.is_none()
        && step.absent.is_empty()
        && step.lengths.is_empty()
        && step.save.is_empty()
    {
        return None;
    }
    let reply: Value = match serde_json::from_str(&text) {
        Ok(reply) => reply,
        Err(error) => return Some(format!("the reply is no JSON, {error}: {text}")),
    };
    for (name, path) in &step.save {
        match at(&reply, path) {
            Some(Value::String(text)) => saved.insert(name.clone(), text.clone()),
            Some(other) => saved.insert(name.clone(), other.to_string()),
            None => return Some(format!("{path}, to be saved, is not there in {text}")),
        };
    }
    let wrong = compare(step, &reply)?;
    Some(format!(
        "{wrong}\n    in {}",
        text.chars().take(1_500).collect::<String>()
    ))
}

fn compare(step: &Step, reply: &Value) -> Option<String> {
    if let Some(wrong) = step
        .reply
        .as_ref()
        .and_then(|expected| difference(expected, reply, ""))
    {
        return Some(wrong);
    }
    if let Some(path) = step.absent.iter().find(|path| at(reply, path).is_some()) {
        return Some(format!("{path} must not be there"));
    }
    step.lengths.iter().find_map(|(path, expected)| {
        let found = match at(reply, path) {
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(members)) => members.len(),
            _ => return Some(format!("{path} has no length")),
        };
        (found != *expected).then(|| format!("{path}: expected length {expected}, found {found}"))
    })
}

/// The text with what earlier steps have saved.
fn filled_in(text: &str, saved: &BTreeMap<String, String>) -> String {
    let parts = saved.iter();
    parts.fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{name}}}"), value)
    })
}

fn with_body(
    mut request: RequestBuilder,
    step: &Step,
    saved: &BTreeMap<String, String>,
) -> RequestBuilder {
    for (name, value) in &step.headers {
        request = request.header(name, value);
    }
    if let Some(pairs) = &step.form {
        return request.form(pairs);
    }
    if let Some(write) = &step.remote_write {
        return remote_write::attach(request, write);
    }
    if let Some(otlp) = &step.otlp {
        return otlp::attach(request, otlp);
    }
    let (kind, bytes) = if let Some(body) = &step.body {
        (
            "application/json",
            filled_in(&body.to_string(), saved).into_bytes(),
        )
    } else if let Some(lines) = &step.ndjson {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        ("application/x-ndjson", text.into_bytes())
    } else if let Some(text) = &step.text {
        ("application/json", filled_in(text, saved).into_bytes())
    } else {
        return request;
    };
    if !step
        .headers
        .keys()
        .any(|name| name.eq_ignore_ascii_case("content-type"))
    {
        request = request.header("content-type", kind);
    }
    if !step.gzip {
        return request.body(bytes);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes).expect("memory takes all bytes");
    let packed = encoder.finish().expect("memory takes all bytes");
    request.header("content-encoding", "gzip").body(packed)
}
