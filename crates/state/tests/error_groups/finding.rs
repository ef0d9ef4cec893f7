//! What is found of groups, and which tasks.

use serde_json::json;
use swarmscope_model::error_groups::{GroupFilter, GroupSort, Span};

use crate::batches::{Errors, group_id, occurrence};
use crate::fixture::{Fixture, task};
use crate::{DAY, HOUR, at, listed};

crate::on_both!(
    groups_are_found_by_what_they_say,
    groups_are_found_by_what_they_hold,
    groups_are_found_by_their_times,
    versions_of_groups_are_those_below_one,
    pages_of_groups_are_in_order,
    histories_are_by_minutes_hours_or_days,
    tasks_of_a_group_are_found_by_their_id_or_correlation_id,
);

/// The errors that stand out.
const ONE: [&str; 1] = ["TimeoutError_100%"];

/// Two of a `ValueError` now, three that stand out an hour ago, and a `KeyError` two days ago.
async fn three_groups(fixture: &Fixture) -> Errors {
    let mut errors = Errors::of(fixture).await;
    let now = fixture.now().as_millisecond();
    let mut other = occurrence(at(now - HOUR));
    other.agent_name = "agent_b".into();
    other.version = Some("2.0".into());
    other.task_type = Some("editing".into());
    other.correlation_id = Some("c-1".into());
    other.task_id = Some("t-1".into());
    let groups = [
        ("ValueError", vec![occurrence(at(now)); 2]),
        (ONE[0], vec![other; 3]),
        ("KeyError", vec![occurrence(at(now - 2 * DAY))]),
    ];
    errors.take(&groups).await;
    errors
}

/// The types of the groups that a change of the filter leaves.
async fn types(errors: &Errors, restrict: impl FnOnce(&mut GroupFilter)) -> Vec<String> {
    let mut filter = GroupFilter::default();
    restrict(&mut filter);
    let groups = listed(errors, filter).await.into_iter();
    groups.map(|group| group.error_type).collect()
}

async fn groups_are_found_by_what_they_say(fixture: Fixture) {
    let errors = three_groups(&fixture).await;
    let found = async |text: &str| types(&errors, |filter| filter.text = text.to_owned()).await;
    assert_eq!(found("").await, ["ValueError", ONE[0], "KeyError"]);
    assert_eq!(found("happened VALUE").await, ["ValueError"]);
    assert_eq!(found("error_1").await, ONE, "no wildcard");
    assert_eq!(found("100%").await, ONE);
    assert_eq!(found(&group_id("KeyError")[..30]).await, ["KeyError"]);
    assert_eq!(found("nothing\0like it").await, [""; 0]);
}

async fn groups_are_found_by_what_they_hold(fixture: Fixture) {
    let errors = three_groups(&fixture).await;
    let found = async |restrict: fn(&mut GroupFilter)| types(&errors, restrict).await;
    assert_eq!(
        found(|filter| filter.agent = Some("agent_b".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.version = Some("2.0".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.task_type = Some("editing".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.error_type = Some(ONE[0].into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.correlation_id = Some("c-1".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.correlation_id = Some("t-1".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.task_id = Some("t-1".into())).await,
        ONE
    );
    assert_eq!(
        found(|filter| filter.task_id = Some("c-1".into())).await,
        [""; 0]
    );
    assert_eq!(
        found(|filter| filter.agent = Some("t-1".into())).await,
        [""; 0]
    );
}

async fn groups_are_found_by_their_times(fixture: Fixture) {
    let errors = three_groups(&fixture).await;
    let now = fixture.now().as_millisecond();
    let hour_ago = Some(at(now - HOUR));
    let found = types(&errors, |filter| filter.seen_from = hour_ago).await;
    assert_eq!(found, ["ValueError", ONE[0]]);
    let found = types(&errors, |filter| filter.first_seen_after = hour_ago).await;
    assert_eq!(found, ["ValueError"]);
    let found = types(&errors, |filter| filter.seen_before = hour_ago).await;
    assert_eq!(found, ["KeyError"]);
    for (time, groups) in [(now - 1, 3), (now, 0)] {
        let found = types(&errors, |filter| filter.created_after = Some(at(time))).await;
        assert_eq!(found.len(), groups);
    }
}

async fn pages_of_groups_are_in_order(fixture: Fixture) {
    let errors = three_groups(&fixture).await;
    let found = types(&errors, |filter| filter.sort = GroupSort::Count).await;
    assert_eq!(found, [ONE[0], "ValueError", "KeyError"]);
    let found = types(&errors, |filter| filter.sort = GroupSort::FirstSeen).await;
    assert_eq!(found, ["ValueError", ONE[0], "KeyError"]);
    let filter = GroupFilter {
        limit: 1,
        offset: 1,
        ..GroupFilter::default()
    };
    let page = errors.store.error_groups(&filter).await.unwrap();
    assert_eq!(page.groups[0].error_type, ONE[0]);
    assert_eq!((page.total, page.counts), (3, [3, 0, 0]));
}

async fn histories_are_by_minutes_hours_or_days(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now().as_millisecond();
    let ages = [0, 10 * 60_000, 3 * HOUR, 2 * DAY, 100 * DAY];
    let occurrences = ages.iter().map(|age| occurrence(at(now - age))).collect();
    errors.take(&[("boom", occurrences)]).await;
    let history = async |from, to| {
        let span = Span {
            from: at(from),
            to: at(to),
        };
        let detail = errors
            .store
            .error_group(&group_id("boom"), span)
            .await
            .unwrap();
        let history = detail.group.history;
        let sum: u64 = history.counts.iter().sum();
        (history.interval_ms, history.counts.len(), sum)
    };
    assert_eq!(history(now - HOUR, now + 1).await, (300_000, 13, 2));
    assert_eq!(history(now - DAY, now + 1).await, (HOUR, 25, 3));
    assert_eq!(history(now - 50 * DAY, now + 1).await, (DAY, 51, 4));
    assert_eq!(history(now - 200 * DAY, now + 1).await, (DAY, 201, 5));
    assert_eq!(history(i64::MIN / 2, i64::MAX / 2).await.2, 5);
}

async fn tasks_of_a_group_are_found_by_their_id_or_correlation_id(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let mut tied = task("tied");
    tied.metadata = json!({"correlation_id": "story"})
        .as_object()
        .unwrap()
        .clone();
    let tasks = vec![task("named"), task("unharmed"), task("by-own-id"), tied];
    fixture.store.enqueue(tasks).await.unwrap();
    fixture
        .sql("UPDATE task_states SET state = 'dead_letter' WHERE task_id = 'named'")
        .await;
    fixture
        .sql("UPDATE task_states SET state = 'failed' WHERE task_id = 'tied'")
        .await;
    let now = fixture.now();
    let with = |task_id: Option<&str>, correlation_id: Option<&str>| {
        let mut one = occurrence(now);
        one.task_id = task_id.map(str::to_owned);
        one.correlation_id = correlation_id.map(str::to_owned);
        one
    };
    let occurrences = vec![
        with(Some("named"), Some("elsewhere")),
        with(None, Some("story")),
        with(None, Some("by-own-id")),
        with(Some("named"), None),
        with(Some("long-gone"), None),
    ];
    errors
        .take(&[("boom", occurrences), ("other", vec![occurrence(now)])])
        .await;
    let id = group_id("boom");
    let found = errors.store.error_group_tasks(&id, 10, 0).await.unwrap();
    let mut names: Vec<_> = found
        .tasks
        .iter()
        .map(|task| task.task_id.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["by-own-id", "named", "tied"]);
    assert_eq!((found.total, found.requeueable), (3, 2));
    let page = errors.store.error_group_tasks(&id, 2, 2).await.unwrap();
    assert_eq!((page.tasks.len(), page.total), (1, 3));
    let mut requeueable = errors.store.requeueable_tasks(&id, 10).await.unwrap();
    requeueable.sort_unstable();
    assert_eq!(requeueable, ["named", "tied"]);
    let none = errors
        .store
        .error_group_tasks(&group_id("other"), 10, 0)
        .await
        .unwrap();
    assert_eq!((none.total, none.requeueable), (0, 0));
    let unknown = errors
        .store
        .error_group_tasks("nobody", 10, 0)
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

async fn versions_of_groups_are_those_below_one(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let none = errors.store.fingerprint_versions_before(9).await.unwrap();
    assert!(none.is_empty(), "{none:?}");
    for version in [3, 1, 3, 2] {
        let name = format!("E{version}");
        let one = vec![occurrence(at(fixture.now().as_millisecond()))];
        let mut batch = errors.batch(&[(&name, one)]);
        batch.changes[0].identity.version = version;
        errors.store.apply_errors(&batch).await.unwrap();
    }
    for (below, expected) in [(1, &[][..]), (3, &[1, 2]), (4, &[1, 2, 3])] {
        let found = errors.store.fingerprint_versions_before(below).await;
        assert_eq!(found.unwrap(), expected, "{below}");
    }
}
