//! Grafana's dashboards for the web UI: the same files that a real Grafana provisions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::NativeState;
use super::errors::ApiError;

/// Where dashboards come from; asked at every request, so that a changed file shows at once.
pub trait DashboardSource: Send + Sync {
    /// Every file, as text.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn files(&self) -> std::io::Result<Vec<DashboardFile>>;
}

/// One file of a folder of dashboards.
#[derive(Debug, Clone)]
pub struct DashboardFile {
    /// Relative to the folder, for messages.
    pub name: String,
    /// The folder that it is shown in.
    pub folder: String,
    /// Grafana's dashboard JSON.
    pub text: String,
}

/// What of a dashboard a list shows.
#[derive(Deserialize)]
struct Head {
    uid: Option<String>,
    title: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize)]
pub struct DashboardsBody {
    dashboards: Vec<DashboardBody>,
    /// Files that are no dashboards, and why.
    problems: Vec<ProblemBody>,
}

#[derive(Serialize)]
struct DashboardBody {
    uid: String,
    title: String,
    tags: Vec<String>,
    folder: String,
}

#[derive(Serialize)]
struct ProblemBody {
    file: String,
    reason: String,
}

/// `GET /api/v1/dashboards`
pub async fn list(State(state): State<NativeState>) -> Result<Json<DashboardsBody>, ApiError> {
    let mut body = DashboardsBody {
        dashboards: Vec::new(),
        problems: Vec::new(),
    };
    for file in files(&state).await? {
        match serde_json::from_str::<Head>(&file.text) {
            Ok(head) => body.dashboards.push(DashboardBody {
                uid: uid(&head, &file),
                title: head.title,
                tags: head.tags,
                folder: file.folder,
            }),
            Err(error) => body.problems.push(ProblemBody {
                file: file.name,
                reason: error.to_string(),
            }),
        }
    }
    body.dashboards
        .sort_by(|a, b| (&a.folder, &a.title).cmp(&(&b.folder, &b.title)));
    Ok(Json(body))
}

/// `GET /api/v1/dashboards/{uid}`
pub async fn show(
    State(state): State<NativeState>,
    Path(wanted): Path<String>,
) -> Result<Response, ApiError> {
    let has_uid = |file: &DashboardFile| {
        serde_json::from_str::<Head>(&file.text).is_ok_and(|head| uid(&head, file) == wanted)
    };
    match files(&state).await?.into_iter().find(has_uid) {
        Some(file) => Ok(([(CONTENT_TYPE, "application/json")], file.text).into_response()),
        None => Err(ApiError::not_found(format!(
            "there is no dashboard with the uid {wanted:?}"
        ))),
    }
}

async fn files(state: &NativeState) -> Result<Vec<DashboardFile>, ApiError> {
    let source = state.dashboards.clone();
    let read = tokio::task::spawn_blocking(move || source.files()).await;
    match read {
        Ok(Ok(files)) => Ok(files),
        Ok(Err(error)) => Err(ApiError::unavailable(format!(
            "the dashboards cannot be read: {error}"
        ))),
        Err(error) => Err(ApiError::unavailable(format!(
            "reading the dashboards failed: {error}"
        ))),
    }
}

/// Files without a uid go by their names.
fn uid(head: &Head, file: &DashboardFile) -> String {
    match &head.uid {
        Some(uid) if !uid.is_empty() => uid.clone(),
        _ => file.name.trim_end_matches(".json").replace('/', "-"),
    }
}
