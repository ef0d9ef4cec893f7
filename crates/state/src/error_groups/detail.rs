//! One group with everything that is kept of it.

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{GroupDetail, GroupFrame, GroupNote, GroupSample, Part, Span};

use super::session::{Row, Session};
use super::tally::{AGENT, TASK_TYPE, VERSION};
use super::{list, unknown_group};
use crate::broken::Broken;

const FRAMES: &str = "SELECT frames FROM error_groups WHERE group_id = $1";
const PARTS: &str = "SELECT kind, name, count, last_seen FROM error_group_parts WHERE group_id = $1 \
     ORDER BY CASE WHEN name = '' THEN 1 ELSE 0 END, count DESC, name";
const SAMPLES: &str = "SELECT index_name, document_id, seen_at, agent_name, correlation_id, message, number \
     FROM error_group_samples WHERE group_id = $1 ORDER BY seen_at DESC, number DESC";
const NOTES: &str =
    "SELECT noted_at, note FROM error_group_notes WHERE group_id = $1 ORDER BY place";

pub async fn detail(
    session: &mut dyn Session,
    id: &str,
    history: Span,
    now: Timestamp,
) -> Result<GroupDetail, Broken> {
    let ids = [id.to_owned()];
    let mut found = list::by_ids(session, &ids, Some(history), now).await?;
    let group = found.pop().ok_or_else(|| unknown_group(id))?;
    let frames = session.rows(FRAMES, vec![id.into()]).await?;
    let frames = frames.first().map(|row| row.text(0)).unwrap_or_default();
    let mut detail = GroupDetail {
        group,
        frames: serde_json::from_str::<Vec<GroupFrame>>(&frames).unwrap_or_default(),
        agents: Vec::new(),
        versions: Vec::new(),
        task_types: Vec::new(),
        samples: Vec::new(),
        notes: Vec::new(),
    };
    for row in session.rows(PARTS, vec![id.into()]).await? {
        let parts = match row.text(0).as_str() {
            AGENT => &mut detail.agents,
            VERSION => &mut detail.versions,
            TASK_TYPE => &mut detail.task_types,
            _ => continue,
        };
        parts.push(Part {
            name: row.text(1),
            count: row.count(2),
            last_seen: time(&row, 3),
        });
    }
    let samples = session.rows(SAMPLES, vec![id.into()]).await?;
    detail.samples = samples.iter().map(sample).collect();
    // One error may have several places: it is new, and the oldest there is.
    detail.samples.dedup_by_key(|sample| sample.number);
    let notes = session.rows(NOTES, vec![id.into()]).await?;
    detail.notes = notes
        .iter()
        .map(|row| GroupNote {
            at: time(row, 0),
            text: row.text(1),
        })
        .collect();
    Ok(detail)
}

fn sample(row: &Row) -> GroupSample {
    GroupSample {
        index: row.text(0),
        id: row.text(1),
        timestamp: time(row, 2),
        agent_name: row.text(3),
        correlation_id: row.text_or_null(4),
        message: row.text(5),
        number: row.count(6),
    }
}

fn time(row: &Row, column: usize) -> Timestamp {
    Timestamp::from_millisecond(row.number(column))
}
