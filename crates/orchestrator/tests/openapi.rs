//! The document at `/openapi.json`: complete, sound in itself, true of what the port answers, and the same
//! as `docs/native-api.md`.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use support::Server;
use swarmscope_model::state::{Agent, NewAgent, NewSchedule, NewTask, Task};

async fn document(server: &Server) -> Value {
    let (status, document) = server.get("/openapi.json").await;
    assert_eq!(status, 200);
    document
}

/// Every operation as `METHOD path` with its description.
fn operations(document: &Value) -> BTreeMap<(String, String), Value> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("an object").clone();
        let path = path.clone();
        methods
            .into_iter()
            .filter(|(method, _)| ["get", "post", "put", "delete"].contains(&method.as_str()))
            .map(move |(method, operation)| ((method.to_uppercase(), path.clone()), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

/// Every reference in the document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                found.insert(reference.clone());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_sound_and_says_what_each_call_takes_and_gives() {
    let server = Server::start().await;
    let document = document(&server).await;
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
    let mut names = BTreeSet::new();
    for ((method, path), operation) in operations(&document) {
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name.to_owned()), "{name} twice");
        assert!(
            operation["summary"].is_string(),
            "{method} {path} has no summary"
        );
        let in_path = path.matches('{').count();
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let described = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path");
        assert_eq!(described.count(), in_path, "{method} {path}");
        if let Some(body) = operation.get("requestBody") {
            let json = &body["content"]["application/json"];
            assert!(
                json["example"].is_object(),
                "{method} {path} has no example of its body"
            );
        }
        let responses = operation["responses"].as_object().expect("responses");
        for (status, response) in responses.iter().filter(|(status, _)| *status != "204") {
            let content = response["content"].as_object().expect("content");
            let described = content
                .values()
                .all(|content| !content["example"].is_null());
            assert!(described, "{method} {path} {status} has no example");
        }
        let errors = responses
            .keys()
            .filter(|status| status.as_str() >= "400")
            .count();
        assert!(
            errors > 0 || path == "/metrics",
            "{method} {path} names no error"
        );
    }
}

#[tokio::test]
async fn every_described_call_is_answered_by_its_handler() {
    let server = Server::start().await;
    let document = document(&server).await;
    for (method, path) in operations(&document).into_keys() {
        if path.ends_with("/watch") {
            continue;
        }
        let path = path
            .replace("{scope}", "agent")
            .replace("{task_id}", "none")
            .replace("{agent_name}", "none")
            .replace("{name}", "none")
            .replace("{task_type}", "none");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let (status, reply) = server.call(method.clone(), &path, "").await;
        let message = reply["error"]["message"].as_str().unwrap_or_default();
        assert_ne!(status, 405, "{method} {path}");
        assert!(
            !message.starts_with("there is nothing at"),
            "{method} {path}: {message}"
        );
    }
    assert_eq!(server.call(Method::PATCH, "/api/v1/tasks", "").await.0, 405);
}

/// The calls that the page names for port 8000.
fn documented() -> BTreeSet<(String, String)> {
    let page = include_str!("../../../docs/native-api.md");
    let (_, section) = page.split_once("## Port 8000").expect("the section");
    let calls = section.split('`').filter_map(|code| {
        let (method, path) = code.split_once(' ')?;
        let known = ["GET", "POST", "PUT", "DELETE"].contains(&method) && path.starts_with('/');
        known.then(|| (method.to_owned(), path.to_owned()))
    });
    calls.collect()
}

#[tokio::test]
async fn the_page_and_the_document_name_the_same_calls() {
    let server = Server::start().await;
    let mut described: BTreeSet<_> = operations(&document(&server).await).into_keys().collect();
    described.insert(("GET".to_owned(), "/openapi.json".to_owned()));
    assert_eq!(documented(), described);
}

/// The schema's own names of an object's fields.
fn fields(document: &Value, name: &str) -> BTreeSet<String> {
    let properties = &document["components"]["schemas"][name]["properties"];
    let properties = properties
        .as_object()
        .unwrap_or_else(|| panic!("{name} is described"));
    properties.keys().cloned().collect()
}

#[tokio::test]
async fn schemas_have_the_fields_that_bodies_have() {
    let server = Server::start().await;
    let document = document(&server).await;
    let (_, task) = server
        .post("/api/v1/tasks", json!({"task_type": "a"}))
        .await;
    let task: BTreeSet<String> = task.as_object().expect("a task").keys().cloned().collect();
    let described = fields(&document, "Task");
    assert!(task.is_subset(&described), "{task:?} {described:?}");
    server.register("a").await;
    let (_, agents) = server.get("/api/v1/agents").await;
    let agent = agents["agents"][0].as_object().expect("an agent");
    let agent: BTreeSet<String> = agent.keys().cloned().collect();
    let described = fields(&document, "Agent");
    assert!(agent.is_subset(&described), "{agent:?} {described:?}");
}

#[tokio::test]
async fn examples_are_what_they_are_shown_for() {
    let server = Server::start().await;
    let document = document(&server).await;
    let operations = operations(&document);
    let body = |method: &str, path: &str| {
        let key = (method.to_owned(), path.to_owned());
        operations[&key]["requestBody"]["content"]["application/json"]["example"].clone()
    };
    let _: NewTask = serde_json::from_value(body("POST", "/api/v1/tasks")).expect("a new task");
    let _: NewAgent = serde_json::from_value(body("POST", "/api/v1/agents")).expect("a new agent");
    let mut schedule = body("PUT", "/api/v1/schedules/{name}");
    schedule["name"] = "n".into();
    let _: NewSchedule = serde_json::from_value(schedule).expect("a schedule");
    let reply = |path: &str, pointer: &str| {
        let key = ("GET".to_owned(), path.to_owned());
        operations[&key]
            .pointer("/responses/200/content/application~1json/example")
            .and_then(|example| example.pointer(pointer))
            .cloned()
            .expect("an example")
    };
    let _: Task = serde_json::from_value(reply("/api/v1/tasks", "/tasks/0")).expect("a task");
    let _: Agent = serde_json::from_value(reply("/api/v1/agents", "/agents/0")).expect("an agent");
    // What the document shows can be sent as it is.
    for (path, expected) in [("/api/v1/tasks", 201), ("/api/v1/agents", 201)] {
        let (status, reply) = server.post(path, body("POST", path)).await;
        assert_eq!(status, expected, "{path}: {reply}");
    }
    for path in [
        "/api/v1/schedules/{name}",
        "/api/v1/limits/{scope}/{name}",
        "/api/v1/retry-policies/{task_type}",
    ] {
        let to = path
            .replace("{name}", "n")
            .replace("{scope}", "agent")
            .replace("{task_type}", "t");
        let (status, reply) = server
            .call(Method::PUT, &to, &body("PUT", path).to_string())
            .await;
        assert_eq!(status, 200, "{path}: {reply}");
    }
}
