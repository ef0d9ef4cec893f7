//! The questions in LogsQL, for VictoriaLogs.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;

use super::BUCKET_MS;
use super::answer::{Answer, AnswerError, milliseconds};
use super::question::{Asked, FEW, NEWEST, Question, TOP};

/// Where bulks go: JSON lines as they are; the agent is what its documentation calls a stream.
pub const BULK_PATH: &str =
    "/insert/jsonline?_stream_fields=agent_name&_time_field=timestamp&_msg_field=message";
/// Where questions go.
pub const SEARCH_PATH: &str = "/select/logsql/query";
/// The header that names the tenant, so that events of another run are not found.
pub const TENANT_HEADER: &str = "AccountID";
/// How many events there are.
pub const COUNT_QUERY: &str = "* | stats count() n";

/// A question and how many hits are wanted, newest first, when hits are. None for what it has no request for.
pub fn query(asked: &Asked) -> Option<(String, Option<u64>)> {
    let time = |milliseconds| Timestamp::from_millisecond(milliseconds).to_string();
    let range = format!(
        "_time:[{}, {})",
        time(asked.range.start),
        time(asked.range.end)
    );
    let minutes = BUCKET_MS / 60_000;
    let (rest, limit) = match &asked.question {
        Question::CorrelationId(id) => (format!("metadata.correlation_id:=\"{id}\""), Some(FEW)),
        Question::NewestErrors => ("severity:=ERROR".to_owned(), Some(NEWEST)),
        Question::RareWords([one, two]) => (format!("_msg:{one} _msg:{two}"), Some(FEW)),
        Question::Phrase(phrase) => (format!("_msg:\"{phrase}\""), Some(FEW)),
        Question::Histogram => (
            format!("| stats by (_time:{minutes}m, severity) count() n"),
            None,
        ),
        Question::FailingAgents => (
            format!(
                "event_type:=task_failed | stats by (agent_name) count() n | sort by (n desc) limit {TOP}"
            ),
            None,
        ),
        // The estimate is the faster one, and the others estimate as well.
        Question::TaskCount => (
            "| stats count_uniq_hash(metadata.task_id) n".to_owned(),
            None,
        ),
        Question::DurationPercentiles => (
            "metadata.duration:* | stats by (event_type) quantile(0.5, metadata.duration) p50, \
             quantile(0.95, metadata.duration) p95"
                .to_owned(),
            None,
        ),
        Question::Dashboard => return None,
    };
    Some((format!("{range} {rest}"), limit))
}

/// What a query found: one JSON object of texts a line.
///
/// # Errors
/// When the body is not an answer.
pub fn answer(question: &Question, body: &[u8]) -> Result<Answer, AnswerError> {
    let mut answer = Answer::default();
    let lines = body.split(|byte| *byte == b'\n');
    for (rank, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        let row: BTreeMap<String, String> = serde_json::from_slice(line)?;
        let field = |name: &str| row.get(name).map_or("", String::as_str);
        let number = |name: &str| -> Result<f64, AnswerError> {
            let text = field(name);
            text.parse()
                .map_err(|_| AnswerError::Number(text.to_owned()))
        };
        match question {
            Question::Histogram => {
                let bucket = milliseconds(field("_time"))?;
                answer.add(format!("{bucket} {}", field("severity")), number("n")?);
            }
            Question::FailingAgents => answer.ranked(rank, number("n")?),
            Question::TaskCount => answer.add("value", number("n")?),
            Question::DurationPercentiles => {
                for percentile in ["p50", "p95"] {
                    let name = format!("{} {percentile}", field("event_type"));
                    answer.add(name, number(percentile)?);
                }
            }
            _ => answer.hit(field("_time"))?,
        }
    }
    Ok(answer)
}

/// The answer to [`COUNT_QUERY`].
///
/// # Errors
/// When the body is not an answer.
pub fn count(body: &[u8]) -> Result<u64, AnswerError> {
    let row: BTreeMap<String, String> = serde_json::from_slice(body)?;
    let text = row.get("n").map_or("", String::as_str);
    text.parse()
        .map_err(|_| AnswerError::Number(text.to_owned()))
}
