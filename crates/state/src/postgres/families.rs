//! All that a change of many tasks may touch, locked before anything is changed and in the order in which
//! everybody locks: children before their parents. Whoever settled with one parent and then waited for a child of
//! another would stand in the way of those who hold that child and wait for the parent. Tasks of one depth come
//! in the order of their ids' bytes, whatever the database's own order of text is.

use std::collections::{HashMap, HashSet};

use sqlx::Row;
use sqlx::postgres::PgConnection;
use swarmscope_model::limits::MAX_TASK_DEPTH;

use crate::broken::Broken;

/// The tasks (`$1`), all above them and all under them; not whether somebody changes them meanwhile.
const FAMILY: &str = "WITH RECURSIVE up (id, parent) AS (\
         SELECT task_id::text, parent_task_id::text FROM task_states \
             JOIN unnest($1::text[]) AS named (id) ON task_id = named.id \
         UNION SELECT task_states.task_id::text, task_states.parent_task_id::text \
             FROM up JOIN task_states ON task_states.task_id = up.parent), \
     down (id, parent) AS (\
         SELECT task_id::text, parent_task_id::text FROM task_states \
             JOIN unnest($1::text[]) AS named (id) ON task_id = named.id \
         UNION SELECT task_states.task_id::text, task_states.parent_task_id::text \
             FROM down JOIN task_states ON task_states.parent_task_id = down.id) \
     SELECT id, parent FROM up UNION SELECT id, parent FROM down";

/// Locks those that have not been completed: nobody changes the others.
const LOCK: &str = "SELECT FROM unnest($1::text[]) WITH ORDINALITY AS wanted (id, place) \
     JOIN task_states ON task_states.task_id = wanted.id WHERE state <> 'completed' \
     ORDER BY place FOR UPDATE OF task_states";

/// Locks the tasks, those above them and those under them. Children that come under them meanwhile are not
/// among these.
pub async fn lock(change: &mut PgConnection, task_ids: &[String]) -> Result<(), Broken> {
    let parents = family(change, task_ids).await?;
    sqlx::query(LOCK)
        .bind(deepest_first(&parents))
        .execute(change)
        .await?;
    Ok(())
}

/// Locks these tasks alone, and nobody above or under them, in the same order.
pub async fn lock_alone(change: &mut PgConnection, task_ids: &[String]) -> Result<(), Broken> {
    let parents = family(change, task_ids).await?;
    let named: HashSet<&str> = task_ids.iter().map(String::as_str).collect();
    let mut ordered = deepest_first(&parents);
    ordered.retain(|id| named.contains(id));
    sqlx::query(LOCK).bind(ordered).execute(change).await?;
    Ok(())
}

/// The tasks, all above them and all under them, each with its parent.
async fn family(
    change: &mut PgConnection,
    task_ids: &[String],
) -> Result<HashMap<String, Option<String>>, Broken> {
    let rows = sqlx::query(FAMILY).bind(task_ids).fetch_all(change).await?;
    let mut parents = HashMap::with_capacity(rows.len());
    for row in &rows {
        parents.insert(row.try_get("id")?, row.try_get("parent")?);
    }
    Ok(parents)
}

/// Tasks by how many there are above them, most first, and by their ids.
fn deepest_first(parents: &HashMap<String, Option<String>>) -> Vec<&str> {
    let mut by_depth: Vec<(usize, &str)> = parents
        .keys()
        .map(|id| (depth(parents, id), id.as_str()))
        .collect();
    by_depth.sort_unstable_by(|(left, left_id), (right, right_id)| {
        right.cmp(left).then_with(|| left_id.cmp(right_id))
    });
    by_depth.into_iter().map(|(_, id)| id).collect()
}

/// How many tasks are above this one. Of a circle, which somebody's own SQL may have made, any number.
fn depth(parents: &HashMap<String, Option<String>>, id: &str) -> usize {
    let mut above = parents.get(id).and_then(Option::as_ref);
    let mut depth = 0;
    while let Some(parent) = above.filter(|_| depth < 2 * MAX_TASK_DEPTH) {
        depth += 1;
        above = parents.get(parent).and_then(Option::as_ref);
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(pairs: &[(&str, Option<&str>)]) -> HashMap<String, Option<String>> {
        pairs
            .iter()
            .map(|(id, parent)| ((*id).to_owned(), parent.map(str::to_owned)))
            .collect()
    }

    #[test]
    fn children_come_before_their_parents_whatever_their_names() {
        let family = family(&[
            ("a", None),
            ("b", Some("a")),
            ("z", Some("a")),
            ("c", Some("b")),
            ("other", None),
            // Its parent was removed.
            ("d", Some("gone")),
        ]);
        assert_eq!(deepest_first(&family), ["c", "b", "d", "z", "a", "other"]);
    }

    #[test]
    fn a_circle_has_an_order_too() {
        let circle = family(&[("a", Some("b")), ("b", Some("a"))]);
        assert_eq!(deepest_first(&circle).len(), 2);
    }
}
