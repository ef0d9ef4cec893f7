//! What is kept of a group and for how long.

use swarmscope_model::error_groups::{GroupAction, GroupFilter, GroupRetention, Span};
use swarmscope_model::limits::{MAX_GROUP_NAMES, MAX_GROUP_TASKS, NEWEST_SAMPLES};

use crate::batches::{Errors, group_id, occurrence};
use crate::fixture::Fixture;
use crate::{DAY, at, day_until, listed};

crate::on_both!(
    names_samples_and_tasks_are_bounded,
    what_is_out_of_date_is_removed_and_nothing_else,
);

async fn names_samples_and_tasks_are_bounded(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let start = fixture.now().as_millisecond() - DAY;
    let mut number = 0;
    let total = MAX_GROUP_TASKS as i64 + 700;
    while number < total {
        let size = 900.min(total - number);
        let occurrences = (number..number + size).map(|number| {
            let mut one = occurrence(at(start + number));
            one.agent_name = format!("agent_{number}");
            one.task_id = Some(format!("task_{number}"));
            one
        });
        errors.take(&[("boom", occurrences.collect())]).await;
        number += size;
    }
    let id = group_id("boom");
    let detail = errors
        .store
        .error_group(&id, day_until(fixture.now()))
        .await
        .unwrap();
    assert_eq!(detail.group.agents_total as usize, MAX_GROUP_NAMES);
    assert_eq!(detail.agents.len(), MAX_GROUP_NAMES + 1);
    let others = detail.agents.last().unwrap();
    assert_eq!(
        (others.name.as_str(), others.count),
        ("", (total as u64) - MAX_GROUP_NAMES as u64)
    );
    assert!(
        detail
            .agents
            .iter()
            .any(|part| part.name == format!("agent_{}", total - 1))
    );
    let numbers: Vec<u64> = detail.samples.iter().map(|sample| sample.number).collect();
    assert_eq!(numbers[0], total as u64);
    assert_eq!(numbers.last(), Some(&1));
    assert!(numbers.contains(&4_096) && numbers.len() < 2 * NEWEST_SAMPLES as usize + 10);
    let of_task = |number: i64| GroupFilter {
        correlation_id: Some(format!("task_{number}")),
        ..GroupFilter::default()
    };
    assert_eq!(listed(&errors, of_task(total - 1)).await.len(), 1);
    assert_eq!(
        listed(&errors, of_task(total - MAX_GROUP_TASKS as i64 + 256))
            .await
            .len(),
        1
    );
    assert_eq!(listed(&errors, of_task(0)).await.len(), 0, "forgotten");
}

async fn what_is_out_of_date_is_removed_and_nothing_else(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now().as_millisecond();
    let old = vec![
        occurrence(at(now - 3 * DAY)),
        occurrence(at(now - 100 * DAY)),
    ];
    errors
        .take(&[("silent", old), ("noted", vec![occurrence(at(now))])])
        .await;
    fixture.turn(10 * DAY);
    errors
        .act("noted", GroupAction::Note("still looking".into()))
        .await;
    errors
        .take(&[("new", vec![occurrence(fixture.now())])])
        .await;
    let retention = |days: i64| GroupRetention {
        groups_before: Some(at(fixture.now().as_millisecond() - days * DAY)),
        batch: 100,
    };
    let kept = errors
        .store
        .prune_error_groups(&retention(11))
        .await
        .unwrap();
    assert_eq!(kept, (0, false));
    let rows = "DELETE FROM error_group_counts WHERE width = 300000 AND start < ";
    let fine = fixture.sql(&format!("{rows}{}", now - 5 * DAY)).await;
    assert_eq!(fine, 0, "fine counts of long ago are gone");
    let silent = group_id("silent");
    let detail = errors.store.error_group(
        &silent,
        Span {
            from: at(now - 200 * DAY),
            to: fixture.now(),
        },
    );
    assert_eq!(
        detail
            .await
            .unwrap()
            .group
            .history
            .counts
            .iter()
            .sum::<u64>(),
        2,
        "days stay"
    );
    assert_eq!(
        errors
            .store
            .prune_error_groups(&retention(5))
            .await
            .unwrap(),
        (1, false)
    );
    let left: Vec<String> = listed(&errors, GroupFilter::default())
        .await
        .into_iter()
        .map(|group| group.error_type)
        .collect();
    assert_eq!(left, ["new", "noted"]);
    for table in ["counts", "parts", "samples", "tasks", "notes"] {
        let statement = format!(
            "DELETE FROM error_group_{table} WHERE group_id = '{}'",
            group_id("silent")
        );
        assert_eq!(fixture.sql(&statement).await, 0, "{table}");
    }
    // It comes back as a new group.
    let news = errors
        .take(&[("silent", vec![occurrence(fixture.now())])])
        .await;
    assert_eq!(news.created.len(), 1);
}
