//! What is kept of a group and for how long.

use swarmscope_model::error_groups::{GroupAction, GroupFilter, GroupRetention, Span};
use swarmscope_model::limits::{
    ERROR_ID_SPAN, MAX_ERROR_ID_SPANS, MAX_FULL_ERROR_ID_SPANS, MAX_GROUP_NAMES, MAX_GROUP_TASKS,
    NEWEST_SAMPLES,
};

use crate::batches::{Errors, group_id, occurrence};
use crate::fixture::{Fixture, task};
use crate::{DAY, at, day_until, listed};

crate::on_both!(
    names_samples_and_tasks_are_bounded,
    ids_of_long_ago_lead_to_quiet_groups_alone_and_older_ones_to_none,
    what_is_out_of_date_is_removed_and_nothing_else,
    ids_go_with_their_span_once_nothing_is_added_to_it,
    ids_go_with_their_group_and_no_others_do,
);

async fn names_samples_and_tasks_are_bounded(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let start = fixture.now().as_millisecond() - DAY;
    let mut number = 0;
    let total = MAX_GROUP_TASKS as i64 + 1_100;
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
    let tasks = [0, total - MAX_GROUP_TASKS as i64 + 900, total - 1];
    let tasks = tasks.map(|number| task(&format!("task_{number}")));
    fixture.store.enqueue(tasks.into()).await.unwrap();
    let found = errors.store.error_group_tasks(&id, 10, 0).await.unwrap();
    assert_eq!(found.total, 2, "the oldest is forgotten");
}

/// As if errors of other log stores had filled so many spans since.
async fn fill_spans(fixture: &Fixture, first: i64, spans: usize) {
    let later = fixture.now().as_millisecond() + 1;
    let rows = (0..spans as i64).map(|span| format!("({}, {later}, 1)", first + span));
    let rows: Vec<String> = rows.collect();
    let rows = rows.join(", ");
    let into = "INSERT INTO error_id_spans (span, updated_at, is_thinned)";
    fixture.sql(&format!("{into} VALUES {rows}")).await;
}

/// The errors of one span, of a group that is in no other way of interest.
async fn fill_span(errors: &mut Errors, fixture: &Fixture) {
    let mut others = vec![occurrence(fixture.now()); ERROR_ID_SPAN];
    others[0].task_id = Some("other".into());
    errors.take(&[("others", others)]).await;
}

async fn ids_of_long_ago_lead_to_quiet_groups_alone_and_older_ones_to_none(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let of = |name: &str| {
        let mut one = occurrence(fixture.now());
        one.task_id = Some(name.to_owned());
        one.correlation_id = Some(format!("c-{name}"));
        vec![one]
    };
    errors
        .take(&[("quiet", of("lonely")), ("noisy", of("one-of-many"))])
        .await;
    let found = async |errors: &Errors, id: &str| {
        let filter = GroupFilter {
            correlation_id: Some(id.to_owned()),
            ..GroupFilter::default()
        };
        let groups = listed(errors, filter).await.into_iter();
        groups.map(|group| group.error_type).collect::<Vec<_>>()
    };
    let noisy = format!(
        "UPDATE error_groups SET count = count + {MAX_GROUP_TASKS} WHERE error_type = 'noisy'"
    );
    assert_eq!(fixture.sql(&noisy).await, 1);
    fill_span(&mut errors, &fixture).await;
    assert_eq!(found(&errors, "lonely").await, ["quiet"]);
    assert_eq!(found(&errors, "c-one-of-many").await, ["noisy"]);

    fill_spans(&fixture, 1 << 50, MAX_FULL_ERROR_ID_SPANS).await;
    fixture
        .sql("UPDATE error_id_spans SET is_thinned = 0")
        .await;
    fill_span(&mut errors, &fixture).await;
    for id in ["lonely", "c-lonely"] {
        assert_eq!(found(&errors, id).await, ["quiet"], "{id}");
    }
    for id in ["one-of-many", "c-one-of-many"] {
        assert_eq!(found(&errors, id).await, [""; 0], "{id}");
    }
    assert_eq!(found(&errors, "other").await, ["others"]);

    let others = format!("DELETE FROM error_id_spans WHERE span >= {}", 1_i64 << 50);
    fixture.sql(&others).await;
    fill_spans(&fixture, 1 << 50, MAX_ERROR_ID_SPANS).await;
    fill_span(&mut errors, &fixture).await;
    assert_eq!(found(&errors, "lonely").await, [""; 0]);
    let left = fixture
        .sql("DELETE FROM error_ids WHERE id = 'lonely'")
        .await;
    assert_eq!(left, 0);
}

async fn what_is_out_of_date_is_removed_and_nothing_else(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now().as_millisecond();
    let mut with_task = occurrence(at(now - 3 * DAY));
    with_task.task_id = Some("of-old".into());
    let old = vec![with_task, occurrence(at(now - 100 * DAY))];
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
    for table in ["counts", "parts", "samples", "batches", "notes"] {
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

async fn ids_go_with_their_group_and_no_others_do(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let of = |task_id: &str| {
        let mut one = occurrence(fixture.now());
        one.task_id = Some(task_id.to_owned());
        one.correlation_id = Some(format!("c-{task_id}"));
        vec![one]
    };
    errors
        .take(&[("silent", of("t-1")), ("loud", of("t-2"))])
        .await;
    // Their span goes on, and so does one of them.
    fixture.turn(6 * DAY);
    fill_span(&mut errors, &fixture).await;
    errors.take(&[("loud", of("t-3"))]).await;
    fixture.turn(5 * DAY);
    let retention = GroupRetention {
        groups_before: Some(at(fixture.now().as_millisecond() - 8 * DAY)),
        batch: 100,
    };
    let gone = errors.store.prune_error_groups(&retention).await.unwrap();
    assert_eq!(gone, (1, false));

    errors.take(&[("silent", of("t-4"))]).await;
    let found = async |task_id: Option<&str>, correlation_id: Option<&str>| {
        let filter = GroupFilter {
            task_id: task_id.map(str::to_owned),
            correlation_id: correlation_id.map(str::to_owned),
            ..GroupFilter::default()
        };
        let groups = listed(&errors, filter).await.into_iter();
        groups.map(|group| group.error_type).collect::<Vec<_>>()
    };
    assert_eq!(found(Some("t-1"), None).await, [""; 0]);
    assert_eq!(found(None, Some("c-t-1")).await, [""; 0]);
    assert_eq!(found(Some("t-4"), None).await, ["silent"]);
    for kept in ["t-2", "t-3"] {
        assert_eq!(found(Some(kept), None).await, ["loud"], "{kept}");
    }
}

async fn ids_go_with_their_span_once_nothing_is_added_to_it(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let mut one = occurrence(fixture.now());
    one.task_id = Some("of-old".into());
    errors.take(&[("silent", vec![one])]).await;
    fixture.turn(10 * DAY);
    let retention = GroupRetention {
        groups_before: Some(at(fixture.now().as_millisecond() - 5 * DAY)),
        batch: 100,
    };
    let gone = errors.store.prune_error_groups(&retention).await.unwrap();
    assert_eq!(gone, (1, false));
    for table in ["error_ids", "error_id_spans"] {
        let statement = format!("DELETE FROM {table}");
        assert_eq!(fixture.sql(&statement).await, 0, "{table}");
    }
}
