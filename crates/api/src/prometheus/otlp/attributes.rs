//! Attributes of OTLP as labels: those of a point, and those of the resource that it comes from.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use swarmscope_model::metrics::float::general;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, LabelsBuilder};

use super::naming;
use super::proto::{AnyValue, KeyValue, Resource, Value};

const SERVICE_NAME: &str = "service.name";
const SERVICE_NAMESPACE: &str = "service.namespace";
const SERVICE_INSTANCE: &str = "service.instance.id";
const TARGET_INFO: &str = "target_info";

/// Where points come from, as labels that each of their series has.
#[derive(Debug, Default)]
pub struct Source {
    job: Option<String>,
    instance: Option<String>,
}

impl Source {
    /// `job` and `instance` of a resource.
    pub fn of(resource: Option<&Resource>) -> Self {
        let text = |name: &str| find(resource, name).map(text_of);
        let job = text(SERVICE_NAME).map(|name| match text(SERVICE_NAMESPACE) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        });
        Self {
            job,
            instance: text(SERVICE_INSTANCE),
        }
    }

    /// The labels of a point without its metric's name.
    pub fn labels(&self, attributes: &[KeyValue]) -> LabelsBuilder {
        let mut builder = renamed(attributes.iter());
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
            if let Some(value) = value {
                builder.set(name, value);
            }
        }
        builder
    }

    /// The series that tells the resource's other attributes, when there are some and it can be told whose.
    pub fn target_info(&self, resource: Option<&Resource>) -> Option<Labels> {
        let identifying = [SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE];
        let others: Vec<&KeyValue> = resource?
            .attributes
            .iter()
            .filter(|attribute| !identifying.contains(&attribute.key.as_str()))
            .collect();
        if others.is_empty() || (self.job.is_none() && self.instance.is_none()) {
            return None;
        }
        let mut builder = renamed(others.into_iter());
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
            if let Some(value) = value {
                builder.set(name, value);
            }
        }
        builder.set(METRIC_NAME, TARGET_INFO);
        Some(builder.build())
    }
}

/// Labels of attributes as they are named, for exemplars.
pub fn verbatim(attributes: &[KeyValue]) -> impl Iterator<Item = (&str, String)> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.as_str(), text_of(attribute)))
}

/// Attributes whose names become the same one are joined, so that none is lost.
fn renamed<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> LabelsBuilder {
    let sorted: BTreeMap<&str, &KeyValue> = attributes
        .map(|attribute| (attribute.key.as_str(), attribute))
        .collect();
    let mut builder = LabelsBuilder::default();
    for (key, attribute) in sorted {
        let Some(name) = naming::label(key).filter(|name| name != METRIC_NAME) else {
            continue;
        };
        let value = text_of(attribute);
        let value = match builder.get(&name) {
            Some(other) => format!("{other};{value}"),
            None => value,
        };
        builder.set(name, value);
    }
    builder
}

fn find<'a>(resource: Option<&'a Resource>, name: &str) -> Option<&'a KeyValue> {
    let attributes = &resource?.attributes;
    attributes.iter().find(|attribute| attribute.key == name)
}

fn text_of(attribute: &KeyValue) -> String {
    match attribute.value.as_ref().and_then(|any| any.value.as_ref()) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Bytes(bytes)) => STANDARD.encode(bytes),
        Some(Value::Double(number)) => general(*number),
        Some(value) => json_of(value).to_string(),
        None => String::new(),
    }
}

fn json_of(value: &Value) -> serde_json::Value {
    let inner = |any: &AnyValue| any.value.as_ref().map_or(serde_json::Value::Null, json_of);
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Integer(number) => (*number).into(),
        Value::Double(number) => (*number).into(),
        Value::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Value::List(list) => list.values.iter().map(inner).collect(),
        Value::Map(map) => map
            .values
            .iter()
            .map(|entry| {
                let value = entry.value.as_ref().map_or(serde_json::Value::Null, inner);
                (entry.key.clone(), value)
            })
            .collect(),
    }
}
