//! Attributes of OTLP as labels: those of a point, and those of the resource that it comes from.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use swarmscope_model::metrics::float::general;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, LabelsBuilder};
use swarmscope_prometheus_config::OtlpConfig;

use super::naming;
use super::proto::{AnyValue, KeyValue, Resource, ScopeMetrics, Value};

const SERVICE_NAME: &str = "service.name";
const SERVICE_NAMESPACE: &str = "service.namespace";
const SERVICE_INSTANCE: &str = "service.instance.id";
const TARGET_INFO: &str = "target_info";

/// What all points of a resource, or of a scope of it, have in common.
pub struct Source<'a> {
    settings: &'a OtlpConfig,
    resource: &'a [KeyValue],
    job: Option<String>,
    instance: Option<String>,
    /// Attributes of the resource that its points have as labels.
    promoted: Labels,
    /// What the scope adds.
    scope: Labels,
}

impl<'a> Source<'a> {
    /// What a resource says.
    pub fn of(resource: Option<&'a Resource>, settings: &'a OtlpConfig) -> Self {
        let resource = resource.map_or(&[][..], |resource| &resource.attributes);
        let text = |name: &str| {
            let found = resource.iter().find(|attribute| attribute.key == name);
            found.map(text_of)
        };
        let job = text(SERVICE_NAME).map(|name| match text(SERVICE_NAMESPACE) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        });
        let is_promoted = |attribute: &&KeyValue| {
            if settings.promote_all_resource_attributes {
                !settings.ignore_resource_attributes.contains(&attribute.key)
            } else {
                settings
                    .promote_resource_attributes
                    .contains(&attribute.key)
            }
        };
        Self {
            settings,
            resource,
            job,
            instance: text(SERVICE_INSTANCE),
            promoted: renamed(resource.iter().filter(is_promoted), settings).build(),
            scope: Labels::empty(),
        }
    }

    /// The same within a scope.
    pub fn within(self, metrics: &ScopeMetrics) -> Self {
        let Some(scope) = &metrics.scope else {
            return self.with_scope(Labels::empty());
        };
        if !self.settings.promote_scope_metadata || scope.name.is_empty() {
            return self.with_scope(Labels::empty());
        }
        let mut builder = LabelsBuilder::default();
        for attribute in &scope.attributes {
            let name = format!("otel_scope_{}", attribute.key);
            if let Some(name) = naming::label(&name, self.settings) {
                builder.set(name, text_of(attribute));
            }
        }
        builder.set("otel_scope_name", scope.name.as_str());
        builder.set("otel_scope_version", scope.version.as_str());
        builder.set("otel_scope_schema_url", metrics.schema_url.as_str());
        self.with_scope(builder.build())
    }

    fn with_scope(self, scope: Labels) -> Self {
        Self { scope, ..self }
    }

    /// How names are translated.
    pub fn settings(&self) -> &'a OtlpConfig {
        self.settings
    }

    /// The labels of a point without its metric's name.
    pub fn labels(&self, attributes: &[KeyValue]) -> LabelsBuilder {
        let mut builder = renamed(attributes.iter(), self.settings);
        for (name, value) in &self.promoted {
            if builder.get(name).is_none() {
                builder.set(name, value);
            }
        }
        self.identify(&mut builder);
        for (name, value) in &self.scope {
            builder.set(name, value);
        }
        builder
    }

    /// The series that tells the resource's other attributes, when there are some and it can be told whose.
    pub fn target_info(&self) -> Option<Labels> {
        let is_identifying = |attribute: &KeyValue| {
            [SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE].contains(&attribute.key.as_str())
        };
        let has_others = !self.resource.iter().all(is_identifying);
        if !has_others || (self.job.is_none() && self.instance.is_none()) {
            return None;
        }
        let keeps_all = self.settings.keep_identifying_resource_attributes;
        let told = self
            .resource
            .iter()
            .filter(|attribute| keeps_all || !is_identifying(attribute));
        let mut builder = renamed(told, self.settings);
        self.identify(&mut builder);
        builder.set(METRIC_NAME, TARGET_INFO);
        Some(builder.build())
    }

    fn identify(&self, builder: &mut LabelsBuilder) {
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
            if let Some(value) = value {
                builder.set(name, value);
            }
        }
    }
}

/// Labels of attributes as they are named, for exemplars.
pub fn verbatim(attributes: &[KeyValue]) -> impl Iterator<Item = (&str, String)> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.as_str(), text_of(attribute)))
}

/// Attributes whose names become the same one are joined, so that none is lost.
fn renamed<'a>(
    attributes: impl Iterator<Item = &'a KeyValue>,
    settings: &OtlpConfig,
) -> LabelsBuilder {
    let sorted: BTreeMap<&str, &KeyValue> = attributes
        .map(|attribute| (attribute.key.as_str(), attribute))
        .collect();
    let mut builder = LabelsBuilder::default();
    for (key, attribute) in sorted {
        let Some(name) = naming::label(key, settings).filter(|name| name != METRIC_NAME) else {
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
