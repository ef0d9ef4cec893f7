//! Error groups: list, one with all that is kept of it, and what people decide about them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{
    ErrorGroup, GroupAction, GroupDetail, GroupFilter, GroupFrame, GroupNote, GroupSample,
    GroupState, Part, Span,
};
use swarmscope_model::limits::{MAX_GROUP_SEARCH_WORDS, MAX_PAGE};
use swarmscope_query::datemath::Rounding;

use super::NativeState;
use super::errors::ApiError;
use super::logs::parse_size;
use super::parameters::{Parameters, parse_time};

const DEFAULT_LIMIT: usize = 50;
/// As the page and the command line call it; the same as no state.
const EVERY_STATE: &str = "all";
/// How far a history goes back unless a request says otherwise, in milliseconds.
const DEFAULT_HISTORY: i64 = 24 * 3600 * 1000;

#[derive(Debug, Default, Deserialize)]
pub struct ListParameters {
    state: Option<String>,
    #[serde(default)]
    query: String,
    agent: Option<String>,
    #[serde(rename = "type")]
    error_type: Option<String>,
    version: Option<String>,
    task_type: Option<String>,
    correlation_id: Option<String>,
    task_id: Option<String>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    first_seen_after: String,
    #[serde(default)]
    created_after: String,
    #[serde(default)]
    regressed_after: String,
    sort: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

#[derive(Serialize)]
pub struct ListBody {
    total: u64,
    counts: IndexMap<&'static str, u64>,
    groups: Vec<ErrorGroup>,
}

/// `GET /api/v1/errors`
pub async fn list(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<ListBody>, ApiError> {
    let now = Timestamp::now();
    let page = state.errors.error_groups(&filter(parameters, now)?).await?;
    let states = GroupState::ALL.map(GroupState::as_str);
    Ok(Json(ListBody {
        total: page.total,
        counts: states.into_iter().zip(page.counts).collect(),
        groups: page.groups,
    }))
}

fn filter(parameters: ListParameters, now: Timestamp) -> Result<GroupFilter, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let words = parameters.query.split_whitespace().count();
    if words > MAX_GROUP_SEARCH_WORDS {
        return Err(ApiError::invalid(format!(
            "query has {words} words, the limit is {MAX_GROUP_SEARCH_WORDS}"
        )));
    }
    let time = |text: &str| point(text, now);
    let (from, to) = (time(&parameters.from)?, time(&parameters.to)?);
    Ok(GroupFilter {
        state: given(parameters.state)
            .filter(|name| name != EVERY_STATE)
            .map(|name| name.parse())
            .transpose()?,
        text: parameters.query,
        agent: given(parameters.agent),
        error_type: given(parameters.error_type),
        version: given(parameters.version),
        task_type: given(parameters.task_type),
        correlation_id: given(parameters.correlation_id),
        task_id: given(parameters.task_id),
        seen_from: from,
        seen_before: to,
        first_seen_after: time(&parameters.first_seen_after)?,
        created_after: time(&parameters.created_after)?,
        regressed_after: time(&parameters.regressed_after)?,
        sort: given(parameters.sort)
            .map(|name| name.parse())
            .transpose()?
            .unwrap_or_default(),
        limit: parse_size(parameters.limit.as_deref(), DEFAULT_LIMIT, MAX_PAGE)?,
        offset: parse_size(parameters.offset.as_deref(), 0, usize::MAX)?,
        history: Some(span(from, to, now)),
    })
}

fn point(text: &str, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
    let milliseconds = parse_time(text, now, Rounding::Down)?;
    Ok(milliseconds.map(Timestamp::from_millisecond))
}

/// The last day unless something else is said; this moment is in it.
pub fn span(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> Span {
    let to = to.unwrap_or_else(|| Timestamp::from_millisecond(now.as_millisecond() + 1));
    let day_before = Timestamp::from_millisecond(to.as_millisecond() - DEFAULT_HISTORY);
    Span {
        from: from.unwrap_or(day_before),
        to,
    }
}

#[derive(Debug, Deserialize)]
pub struct ShowParameters {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

#[derive(Serialize)]
pub struct DetailBody {
    group: ErrorGroup,
    frames: Vec<GroupFrame>,
    agents: Vec<Part>,
    versions: Vec<Part>,
    task_types: Vec<Part>,
    samples: Vec<GroupSample>,
    notes: Vec<GroupNote>,
}

impl From<GroupDetail> for DetailBody {
    fn from(detail: GroupDetail) -> Self {
        Self {
            group: detail.group,
            frames: detail.frames,
            agents: detail.agents,
            versions: detail.versions,
            task_types: detail.task_types,
            samples: detail.samples,
            notes: detail.notes,
        }
    }
}

/// `GET /api/v1/errors/{id}`
pub async fn show(
    State(state): State<NativeState>,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<ShowParameters>,
) -> Result<Json<DetailBody>, ApiError> {
    let now = Timestamp::now();
    let (from, to) = (point(&parameters.from, now)?, point(&parameters.to, now)?);
    let detail = state.errors.error_group(&id, span(from, to, now)).await?;
    Ok(Json(detail.into()))
}

#[derive(Serialize)]
pub struct GroupBody {
    pub group: ErrorGroup,
}

#[derive(Serialize)]
pub struct GroupsBody {
    groups: Vec<ErrorGroup>,
}

/// What a decision may say besides what it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Decision {
    /// Which groups; given where the path names none.
    ids: Vec<String>,
    until: Option<String>,
    until_count: Option<u64>,
    text: Option<String>,
}

/// The decisions that there are, by the path's last part.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Resolve,
    Reopen,
    Ignore,
    Notes,
}

impl Decision {
    fn action(&self, verb: Verb) -> Result<GroupAction, ApiError> {
        Ok(match verb {
            Verb::Resolve => GroupAction::Resolve,
            Verb::Reopen => GroupAction::Reopen,
            Verb::Ignore => GroupAction::Ignore {
                until: point(self.until.as_deref().unwrap_or_default(), Timestamp::now())?,
                until_count: self.until_count,
            },
            Verb::Notes => GroupAction::Note(self.text.clone().unwrap_or_default()),
        })
    }
}

/// `POST /api/v1/errors/{id}/resolve`, `reopen`, `ignore` and `notes`
pub async fn act(
    State(state): State<NativeState>,
    Path((id, verb)): Path<(String, Verb)>,
    body: Bytes,
) -> Result<Json<GroupBody>, ApiError> {
    let decision: Decision = read(&body)?;
    let action = decision.action(verb)?;
    let missing = ApiError::not_found(format!("there is no error group {id:?}"));
    let groups = state.errors.act_on_groups(&[id], &action).await?;
    let group = groups.into_iter().next().ok_or(missing)?;
    Ok(Json(GroupBody { group }))
}

/// `POST /api/v1/errors/resolve`, `reopen` and `ignore`, for several groups
pub async fn act_on_all(
    state: NativeState,
    verb: Verb,
    body: &Bytes,
) -> Result<Json<GroupsBody>, ApiError> {
    let decision: Decision = read(body)?;
    let action = decision.action(verb)?;
    let groups = state.errors.act_on_groups(&decision.ids, &action).await?;
    Ok(Json(GroupsBody { groups }))
}

/// A body of JSON; an empty one is an empty object.
///
/// # Errors
/// When it is no JSON of that shape.
pub fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    let text: &[u8] = match body.trim_ascii() {
        b"" => b"{}",
        text => text,
    };
    serde_json::from_slice(text).map_err(|error| ApiError::invalid(format!("the body: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_every_state() {
        let of = |state: &str| {
            let parameters = ListParameters {
                state: Some(state.to_owned()),
                ..ListParameters::default()
            };
            filter(parameters, Timestamp::now()).map(|filter| filter.state)
        };
        assert_eq!(of("all").ok(), Some(None));
        assert_eq!(of("ignored").ok(), Some(Some(GroupState::Ignored)));
        assert!(of("every").is_err());
    }

    #[test]
    fn a_search_has_so_many_words_at_most() {
        let with = |words: usize| {
            let query = vec!["word"; words].join(" ");
            let parameters = ListParameters {
                query,
                ..ListParameters::default()
            };
            filter(parameters, Timestamp::now())
        };
        assert!(with(MAX_GROUP_SEARCH_WORDS).is_ok());
        assert!(with(MAX_GROUP_SEARCH_WORDS + 1).is_err());
    }
}
