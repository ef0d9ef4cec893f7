//! `_analyze`: what words a text becomes. `standard` shows Elasticsearch's words; a search here finds their parts
//! as well.

mod tokens;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_model::limits::{MAX_ANALYZE_BYTES, MAX_ANALYZE_FILTERS, MAX_ANALYZE_TOKENS};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::index_settings::settings_of;
use super::mapping::mapping_of;
use super::parameters::IndicesOptions;
use tokens::{Analyzer, Budget, Filter, Token, Tokenizer, TooMany, built_in, tokens};

/// `GET|POST /_analyze`
pub async fn all(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    analyze(&state, None, &body).await
}

/// `GET|POST /{index}/_analyze`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(_): Parameters<IndicesOptions>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    analyze(&state, Some(&index), &body).await
}

async fn analyze(
    state: &ElasticState,
    index: Option<&str>,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let mut said: Map<String, Value> = match body.is_empty() {
        true => Map::new(),
        false => serde_json::from_slice(body)
            .map_err(|error| ElasticError::content(&error, "the body of _analyze"))?,
    };
    let texts: Vec<String> = match said.remove("text") {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            })
            .collect(),
        _ => Vec::new(),
    };
    if texts.is_empty() {
        return Err(ElasticError::validation("text is missing"));
    }
    let explains = said.remove("explain") == Some(Value::Bool(true));
    said.remove("attributes");
    let limit = token_limit(state, index).await?;
    let analyzer = analyzer(state, index, said).await?;
    let mut budget = Budget {
        tokens: limit,
        bytes: MAX_ANALYZE_BYTES,
    };
    let reply = match explains && analyzer.is_custom {
        true => steps(&analyzer, &texts, &mut budget),
        false => tokens(analyzer.tokenizer, &analyzer.filters, &texts, &mut budget).map(|tokens| {
            match explains {
                false => json!({ "tokens": shown(&tokens) }),
                true => json!({ "detail": {
                    "custom_analyzer": false,
                    "analyzer": { "name": analyzer.name, "tokens": shown(&tokens) },
                } }),
            }
        }),
    };
    let reply = reply.map_err(|too_many| {
        let reason = match too_many {
            TooMany::Tokens => format!(
                "The number of tokens produced by calling _analyze has exceeded the allowed maximum of [{limit}]. \
                 This limit can be set by changing the [index.analyze.max_token_count] index level setting."
            ),
            TooMany::Bytes => format!(
                "The tokens produced by calling _analyze have more than [{MAX_ANALYZE_BYTES}] bytes; analyze a part \
                 of the text"
            ),
        };
        ElasticError::new(
            axum::http::StatusCode::BAD_REQUEST,
            "status_exception",
            reason,
        )
    });
    reply.map(Json)
}

fn shown(tokens: &[Token]) -> Vec<Value> {
    let shown = tokens.iter().map(|token| {
        json!({
            "token": token.text,
            "start_offset": token.place.start,
            "end_offset": token.place.end,
            "type": token.kind,
            "position": token.position,
        })
    });
    shown.collect()
}

/// The tokens after the tokenizer and after each filter.
fn steps(analyzer: &Analyzer, texts: &[String], budget: &mut Budget) -> Result<Value, TooMany> {
    let mut with = |filters: &[Filter]| {
        let tokens = tokens(analyzer.tokenizer, filters, texts, budget)?;
        Ok(shown(&tokens))
    };
    let tokenizer = json!({ "name": analyzer.name, "tokens": with(&[])? });
    let mut filters = Vec::with_capacity(analyzer.filters.len());
    for (at, filter) in analyzer.filters.iter().enumerate() {
        let tokens = with(&analyzer.filters[..=at])?;
        filters.push(json!({ "name": filter.name(), "tokens": tokens }));
    }
    Ok(json!({ "detail": {
        "custom_analyzer": true,
        "charfilters": [],
        "tokenizer": tokenizer,
        "tokenfilters": filters,
    } }))
}

/// How many tokens there may be.
async fn token_limit(state: &ElasticState, index: Option<&str>) -> Result<usize, ElasticError> {
    let Some(index) = index else {
        return Ok(MAX_ANALYZE_TOKENS);
    };
    let found = state
        .open_targets(index, &IndicesOptions::default())
        .await?;
    let own = found.indices.first().and_then(|info| {
        let settings = settings_of(info);
        let index = &settings["index"];
        let nested = index["analyze"]["max_token_count"].as_str();
        nested
            .or(index["analyze.max_token_count"].as_str())?
            .parse()
            .ok()
    });
    Ok(own.unwrap_or(MAX_ANALYZE_TOKENS).min(MAX_ANALYZE_TOKENS))
}

async fn analyzer(
    state: &ElasticState,
    index: Option<&str>,
    mut said: Map<String, Value>,
) -> Result<Analyzer, ElasticError> {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (tokenizer, named) = (
        text(said.remove("tokenizer")),
        text(said.remove("analyzer")),
    );
    let field = text(said.remove("field"));
    let normalizer = text(said.remove("normalizer"));
    let filters = [said.remove("filter"), said.remove("token_filter")];
    if let Some(Value::Array(char_filters)) = said.remove("char_filter")
        && let Some(first) = char_filters.first()
    {
        return Err(unknown("char_filter", first));
    }
    if let Some(key) = said.keys().next() {
        return Err(ElasticError::unreadable(format!(
            "[analyze_request] unknown field [{key}]"
        )));
    }
    let mut chosen = Vec::new();
    for filter in filters.into_iter().flatten() {
        let items = match filter {
            Value::Array(items) => items,
            one => vec![one],
        };
        if chosen.len() + items.len() > MAX_ANALYZE_FILTERS {
            return Err(ElasticError::illegal_argument(format!(
                "more than {MAX_ANALYZE_FILTERS} filters"
            )));
        }
        for item in items {
            chosen.push(tokens::filter(&item).ok_or_else(|| unknown("filter", &item))?);
        }
    }
    match (named, tokenizer) {
        (Some(name), _) => built_in(&name).ok_or_else(|| unknown("analyzer", &name.into())),
        (None, Some(name)) => Ok(Analyzer {
            is_custom: true,
            tokenizer: tokens::tokenizer(&name)
                .ok_or_else(|| unknown("tokenizer", &name.clone().into()))?,
            name,
            filters: chosen,
        }),
        (None, None) if normalizer.is_some() || !chosen.is_empty() => {
            if matches!(normalizer.as_deref(), Some("lowercase")) {
                chosen.push(Filter::Lowercase);
            }
            Ok(Analyzer {
                is_custom: true,
                name: normalizer.unwrap_or_else(|| "custom".to_owned()),
                tokenizer: Tokenizer::Keyword,
                filters: chosen,
            })
        }
        (None, None) => of_field(state, index, field.as_deref()).await,
    }
}

/// The analyser of a field: its words, or its whole text when it is a keyword.
async fn of_field(
    state: &ElasticState,
    index: Option<&str>,
    field: Option<&str>,
) -> Result<Analyzer, ElasticError> {
    let standard = built_in("standard").ok_or_else(ElasticError::unanswered);
    let Some(field) = field else {
        return standard;
    };
    let Some(index) = index else {
        return Err(ElasticError::illegal_argument(
            "analysis based on a specific field requires an index",
        ));
    };
    let found = state
        .open_targets(index, &IndicesOptions::default())
        .await?;
    let Some(info) = found.indices.first() else {
        return standard;
    };
    let mapping = mapping_of(state, info).await?;
    let own = mapping.pointer(&format!(
        "/properties/{}",
        field.replace('.', "/properties/")
    ));
    let view = field.rsplit_once('.').and_then(|(field, view)| {
        let field = field.replace('.', "/properties/");
        mapping.pointer(&format!("/properties/{field}/fields/{view}"))
    });
    let mapped = own.or(view);
    let kind = mapped.and_then(|field| field["type"].as_str());
    let analyzer = mapped.and_then(|field| field["analyzer"].as_str());
    match (kind, analyzer.and_then(built_in)) {
        (_, Some(analyzer)) => Ok(analyzer),
        (None | Some("text" | "match_only_text"), None) => standard,
        (Some(_), None) => built_in("keyword").ok_or_else(ElasticError::unanswered),
    }
}

fn unknown(what: &str, name: &Value) -> ElasticError {
    let name = name
        .as_str()
        .map_or_else(|| name.to_string(), str::to_owned);
    ElasticError::illegal_argument(format!(
        "failed to find global {what} under [{name}]; here there are the analyzers standard, simple, whitespace, \
         keyword and stop, the tokenizers standard, whitespace, letter, lowercase and keyword, and the filters \
         lowercase, uppercase, trim and stop"
    ))
}
