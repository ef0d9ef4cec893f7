//! Which fields there are, and the most frequent values of one.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, BucketKey, TermsAggregation,
};
use swarmscope_query::ast::{Field, Query};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{FieldInfo, FieldType};

use super::NativeState;
use super::errors::ApiError;
use super::left_out::{LeftOutBody, left_out};
use super::logs::parse_size;
use super::parameters::{Parameters, Selection};

const DEFAULT_VALUES: usize = 10;
const MOST_VALUES: usize = 1_000;

#[derive(Debug, Deserialize)]
pub struct FieldsParameters {
    #[serde(default)]
    index: String,
}

#[derive(Serialize)]
pub struct FieldsBody {
    fields: Vec<FieldBody>,
}

#[derive(Serialize)]
struct FieldBody {
    name: String,
    r#type: &'static str,
}

impl From<FieldInfo> for FieldBody {
    fn from(field: FieldInfo) -> Self {
        let kind = match field.kind {
            FieldType::Text => "string",
            FieldType::Long | FieldType::Double => "number",
            FieldType::Boolean => "boolean",
            FieldType::Date => "date",
            FieldType::Mixed => "mixed",
        };
        Self {
            name: field.path,
            r#type: kind,
        }
    }
}

/// `GET /api/v1/logs/fields`
pub async fn fields(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<FieldsParameters>,
) -> Result<Json<FieldsBody>, ApiError> {
    let fields = state
        .logs
        .fields(&IndexExpression::parse(&parameters.index))
        .await?;
    Ok(Json(FieldsBody {
        fields: fields.into_iter().map(FieldBody::from).collect(),
    }))
}

#[derive(Debug, Deserialize)]
pub struct ValuesParameters {
    #[serde(flatten)]
    selection: Selection,
    #[serde(default)]
    field: String,
    size: Option<String>,
}

#[derive(Serialize)]
pub struct ValuesBody {
    field: String,
    total: u64,
    present: u64,
    values: Vec<ValueBody>,
    left_out: Vec<LeftOutBody>,
}

#[derive(Serialize)]
struct ValueBody {
    value: serde_json::Value,
    count: u64,
}

/// `GET /api/v1/logs/values`
pub async fn values(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<ValuesParameters>,
) -> Result<Json<ValuesBody>, ApiError> {
    if parameters.field.is_empty() {
        return Err(ApiError::invalid(
            "name a field with `field=`, such as field=agent_name",
        ));
    }
    let size = parse_size(parameters.size.as_deref(), DEFAULT_VALUES, MOST_VALUES)?;
    let field = parameters.field;
    let mut request = parameters.selection.to_request()?;
    let top = TermsAggregation {
        field: field.clone(),
        size: size.max(1),
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    };
    let present = AggregationKind::Filter(Query::Exists {
        field: Field::Named(field.clone()),
    });
    let named = |name: &str, kind| Aggregation {
        name: name.to_owned(),
        kind,
        within: Vec::new(),
    };
    request.aggregations = vec![
        named("top", AggregationKind::Terms(top)),
        named("present", present),
    ];
    let reply = state.logs.search(request).await?;
    let mut body = ValuesBody {
        field,
        total: reply.total.map_or(0, |total| total.count),
        present: 0,
        values: Vec::new(),
        left_out: left_out(reply.left_out),
    };
    for (_, result) in reply.aggregations {
        match result {
            AggregationResult::Terms { buckets, .. } => {
                body.values = buckets
                    .into_iter()
                    .map(|bucket| ValueBody {
                        value: key_json(bucket.key),
                        count: bucket.count,
                    })
                    .collect();
            }
            AggregationResult::Slots(slots) => {
                body.present = slots.first().map_or(0, |slot| slot.count);
            }
            _ => {}
        }
    }
    Ok(Json(body))
}

fn key_json(key: BucketKey) -> serde_json::Value {
    match key {
        BucketKey::Text(text) => text.into(),
        BucketKey::Integer(number) => number.into(),
        BucketKey::Float(number) => number.into(),
        BucketKey::Boolean(value) => value.into(),
        BucketKey::Instant(instant) => Timestamp::from_millisecond(instant).to_string().into(),
    }
}

/// A bucket's key as text.
pub fn key_text(key: &BucketKey) -> String {
    match key {
        BucketKey::Text(text) => text.clone(),
        BucketKey::Integer(number) => number.to_string(),
        BucketKey::Float(number) => number.to_string(),
        BucketKey::Boolean(value) => value.to_string(),
        BucketKey::Instant(instant) => Timestamp::from_millisecond(*instant).to_string(),
    }
}
