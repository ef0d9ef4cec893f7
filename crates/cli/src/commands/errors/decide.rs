//! `swarmscope errors resolve`, `ignore`, `reopen` and `note`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{print, whole_id, whole_ids};
use crate::arguments::{IgnoreErrorsArguments, NoteErrorArguments, SomeErrorsArguments};
use crate::failure::Failure;

#[derive(Deserialize)]
struct Changed {
    groups: Vec<Value>,
}

#[derive(Deserialize)]
struct Noted {
    group: Value,
}

/// Runs `errors resolve`.
///
/// # Errors
/// When a group does not exist or the server cannot be reached; then nothing is changed.
pub async fn resolve(arguments: SomeErrorsArguments) -> Result<(), Failure> {
    change(arguments, "resolve", json!({})).await
}

/// Runs `errors reopen`.
///
/// # Errors
/// As [`resolve`].
pub async fn reopen(arguments: SomeErrorsArguments) -> Result<(), Failure> {
    change(arguments, "reopen", json!({})).await
}

/// Runs `errors ignore`.
///
/// # Errors
/// As [`resolve`].
pub async fn ignore(arguments: IgnoreErrorsArguments) -> Result<(), Failure> {
    let IgnoreErrorsArguments {
        groups,
        period,
        more,
    } = arguments;
    let until = period.map(|period| format!("now+{}s", period.as_secs()));
    change(
        groups,
        "ignore",
        json!({"until": until, "until_count": more}),
    )
    .await
}

/// Runs `errors note`.
///
/// # Errors
/// As [`resolve`].
pub async fn note(arguments: NoteErrorArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let id = whole_id(&client, &arguments.id).await?;
    let request = client
        .post(&format!("/api/v1/errors/{id}/notes"))
        .json(&json!({"text": arguments.text}));
    let noted: Noted = client.json(request, "").await?;
    print(&[noted.group], arguments.json)
}

async fn change(
    arguments: SomeErrorsArguments,
    verb: &str,
    mut decision: Value,
) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    decision["ids"] = whole_ids(&client, &arguments.ids).await?.into();
    let request = client
        .post(&format!("/api/v1/errors/{verb}"))
        .json(&decision);
    let changed: Changed = client.json(request, "").await?;
    print(&changed.groups, arguments.json)
}
