//! What people decide about groups.

use std::collections::BTreeSet;

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{ErrorGroup, GroupAction, Span};
use swarmscope_model::limits::{MAX_GROUP_NOTES, MAX_GROUPS_AT_ONCE, MAX_NOTE_BYTES};

use super::session::{Cell, Session, invalid, json_texts};
use super::{list, unknown_group};
use crate::broken::Broken;

/// One that is resolved already keeps the time of it: what came since was told as a regression.
const RESOLVE: &str = "UPDATE error_groups SET \
     resolved_at = CASE WHEN state = 'resolved' THEN resolved_at ELSE $2 END, \
     state = 'resolved', updated_at = $2 WHERE group_id IN (SELECT value->>0 FROM {rows})";
const REOPEN: &str = "UPDATE error_groups SET state = 'open', resolved_at = NULL, updated_at = $2 \
     WHERE group_id IN (SELECT value->>0 FROM {rows})";
const IGNORE: &str = "UPDATE error_groups SET state = 'ignored', resolved_at = NULL, ignored_until = $3, \
     ignored_until_count = count + $4, updated_at = $2 \
     WHERE group_id IN (SELECT value->>0 FROM {rows})";
const TOUCH: &str = "UPDATE error_groups SET updated_at = $2 \
     WHERE group_id IN (SELECT value->>0 FROM {rows})";
const NOTE: &str = "INSERT INTO error_group_notes (group_id, place, noted_at, note) \
     SELECT $1, coalesce(max(place), 0) + 1, $2, $3 FROM error_group_notes WHERE group_id = $1 \
     HAVING count(*) < $4";

/// How far the histories of the groups go back that are given, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

pub async fn act(
    session: &mut dyn Session,
    ids: &[String],
    action: &GroupAction,
    now: Timestamp,
) -> Result<Vec<ErrorGroup>, Broken> {
    check(ids, action, now)?;
    let at = now.as_millisecond();
    let (statement, mut cells) = match action {
        GroupAction::Resolve => (RESOLVE, Vec::new()),
        GroupAction::Reopen => (REOPEN, Vec::new()),
        GroupAction::Ignore { until, until_count } => {
            let until = until.map(Timestamp::as_millisecond);
            let count = until_count.map(|count| i64::try_from(count).unwrap_or(i64::MAX / 2));
            (IGNORE, vec![Cell::from(until), Cell::from(count)])
        }
        GroupAction::Note(_) => (TOUCH, Vec::new()),
    };
    let different: BTreeSet<&String> = ids.iter().collect();
    cells.splice(0..0, [json_texts(different.iter().copied()), at.into()]);
    let changed = session.execute(statement, cells).await?;
    let day = Span {
        from: Timestamp::from_millisecond(at - DAY),
        to: Timestamp::from_millisecond(at + 1),
    };
    let groups = list::by_ids(session, ids, Some(day), now).await?;
    if changed != different.len() as u64 {
        let known: BTreeSet<&String> = groups.iter().map(|group| &group.id).collect();
        let missing = different.difference(&known).next();
        return Err(unknown_group(missing.map_or("", |id| id.as_str())).into());
    }
    if let GroupAction::Note(text) = action {
        for id in &different {
            note(session, id, text, at).await?;
        }
    }
    let in_order = ids
        .iter()
        .filter_map(|id| groups.iter().find(|group| group.id == *id));
    Ok(in_order.cloned().collect())
}

fn check(ids: &[String], action: &GroupAction, now: Timestamp) -> Result<(), Broken> {
    if ids.is_empty() || ids.len() > MAX_GROUPS_AT_ONCE {
        return Err(invalid(
            "ids",
            format!(
                "names {} groups; 1 to {MAX_GROUPS_AT_ONCE} can be changed at a time",
                ids.len()
            ),
        ));
    }
    match action {
        GroupAction::Ignore {
            until: Some(until), ..
        } if *until <= now => Err(invalid("until", format!("{until} is over already"))),
        GroupAction::Ignore {
            until_count: Some(0),
            ..
        } => Err(invalid(
            "until_count",
            "has to be at least 1: so many more errors open the group again",
        )),
        GroupAction::Note(text) if text.trim().is_empty() => {
            Err(invalid("text", "is empty; write what is to be remembered"))
        }
        GroupAction::Note(text) if text.len() > MAX_NOTE_BYTES => Err(invalid(
            "text",
            format!("has {} bytes; at most {MAX_NOTE_BYTES} fit", text.len()),
        )),
        _ => Ok(()),
    }
}

async fn note(session: &mut dyn Session, id: &str, text: &str, at: i64) -> Result<(), Broken> {
    let cells = vec![
        id.into(),
        at.into(),
        text.trim().replace('\0', "\u{fffd}").into(),
        i64::from(MAX_GROUP_NOTES).into(),
    ];
    if session.execute(NOTE, cells).await? == 0 {
        return Err(invalid(
            "text",
            format!("the group {id} has {MAX_GROUP_NOTES} notes, which is the limit"),
        ));
    }
    Ok(())
}
