//! Silences: list, make, end.

use serde::Deserialize;
use serde_json::json;

use super::{answer, part, printable, state_style};
use crate::arguments::SilenceArguments;
use crate::failure::Failure;
use crate::terminal::FAINT;

#[derive(Deserialize)]
struct Silence {
    id: String,
    matchers: Vec<String>,
    until: String,
    comment: String,
    author: String,
    state: String,
    alerts: usize,
}

/// Lists, makes or ends silences.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn run(arguments: SilenceArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = match (&arguments.end, &arguments.length) {
        // Ids are UUIDs; whatever else is typed must not lead to another path.
        (Some(id), _) => {
            let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
            client.post(&format!("/api/v1/alerts/silences/{id}/end"))
        }
        (None, Some(length)) => client.post("/api/v1/alerts/silences").json(&json!({
            "matchers": arguments.matchers,
            "duration": length,
            "comment": arguments.comment,
            "author": arguments.author,
        })),
        (None, None) => client.get("/api/v1/alerts/silences"),
    };
    let Some(body) = answer(&client, request, arguments.json).await? else {
        return Ok(());
    };
    if arguments.end.is_some() || arguments.length.is_some() {
        print(&part::<Silence>(&body, "silence")?);
        return Ok(());
    }
    let silences: Vec<Silence> = part(&body, "silences")?;
    if silences.is_empty() {
        anstream::println!("nothing is silenced");
    }
    for silence in &silences {
        print(silence);
    }
    Ok(())
}

fn print(silence: &Silence) {
    let style = state_style(&silence.state);
    let by = match silence.author.as_str() {
        "" => String::new(),
        author => format!(" by {}", printable(author)),
    };
    anstream::println!(
        "{style}{:<7}{style:#} {} {FAINT}until {}{by}, {} alert(s) now{FAINT:#}",
        silence.state,
        printable(&silence.matchers.join(" ")),
        silence.until,
        silence.alerts
    );
    let comment = printable(&silence.comment);
    let separator = if comment.is_empty() { "" } else { " " };
    anstream::println!("        {FAINT}{}{FAINT:#}{separator}{comment}", silence.id);
}
