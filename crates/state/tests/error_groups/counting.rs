//! What a batch changes, exactly once whatever happens in between.

use swarmscope_model::error_groups::{Applied, GroupFilter};
use swarmscope_model::limits::COUNTED_HASHES;

use crate::batches::{self, Errors, SOURCE, group_id, occurrence};
use crate::fixture::Fixture;
use crate::{DAY, HOUR, at, day_until, listed, only};

crate::on_both!(
    a_group_is_what_its_errors_come_to,
    late_errors_and_wrong_clocks_stretch_a_group_in_bounds,
    a_batch_is_applied_once_however_often_it_is_sent,
    two_followers_of_one_store_count_each_error_once,
    followers_of_two_stores_add_to_the_same_groups,
    the_newest_documents_are_remembered_and_older_ones_forgotten,
    any_text_is_kept,
);

async fn a_group_is_what_its_errors_come_to(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now().as_millisecond();
    let mut first = occurrence(at(now - 2 * HOUR));
    first.version = Some("1.2.0".into());
    first.task_type = Some("research".into());
    let mut second = occurrence(at(now - HOUR));
    second.agent_name = "agent_b".into();
    second.version = Some("1.3.0".into());
    let news = errors.take(&[("boom", vec![first, second])]).await;
    assert_eq!(news.created, [group_id("boom")]);
    errors
        .take(&[
            ("boom", vec![occurrence(at(now))]),
            ("other", vec![occurrence(at(now - 5))]),
        ])
        .await;

    let filter = GroupFilter {
        history: Some(day_until(fixture.now())),
        ..GroupFilter::default()
    };
    let page = errors.store.error_groups(&filter).await.unwrap();
    assert_eq!((page.total, page.counts), (2, [2, 0, 0]));
    let boom = &page.groups[0];
    assert_eq!(
        (boom.title.as_str(), boom.error_type.as_str(), boom.count),
        ("boom happened", "boom", 3)
    );
    assert_eq!(
        (boom.first_seen, boom.last_seen),
        (at(now - 2 * HOUR), at(now))
    );
    assert_eq!(boom.agents, ["agent_a", "agent_b"]);
    assert_eq!(boom.agents_total, 2);
    assert_eq!(boom.versions, ["1.2.0", "1.3.0"]);
    assert_eq!(boom.task_types, ["research"]);
    assert_eq!(boom.history.counts.iter().sum::<u64>(), 3);
    assert_eq!(boom.history.interval_ms, HOUR);

    let span = day_until(fixture.now());
    let detail = errors.store.error_group(&boom.id, span).await.unwrap();
    assert_eq!(&detail.group, boom);
    assert_eq!(detail.frames[0].function, "boom.run");
    assert!(detail.frames[0].in_app && detail.frames[0].line == Some(17));
    let agents: Vec<_> = detail
        .agents
        .iter()
        .map(|part| (part.name.as_str(), part.count))
        .collect();
    assert_eq!(agents, [("agent_a", 2), ("agent_b", 1)]);
    assert_eq!(detail.agents[1].last_seen, at(now - HOUR));
    let samples: Vec<_> = detail.samples.iter().map(|sample| sample.number).collect();
    assert_eq!(samples, [3, 2, 1]);
}

async fn late_errors_and_wrong_clocks_stretch_a_group_in_bounds(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now().as_millisecond();
    errors
        .take(&[("boom", vec![occurrence(at(now - HOUR))])])
        .await;
    errors
        .take(&[("boom", vec![occurrence(at(now - 30 * DAY))])])
        .await;
    let late = only(&errors).await;
    assert_eq!(
        (late.first_seen, late.last_seen),
        (at(now - 30 * DAY), at(now - HOUR))
    );
    // A clock that is a year ahead makes no group of next year.
    errors
        .take(&[("boom", vec![occurrence(at(now + 365 * DAY))])])
        .await;
    let ahead = only(&errors).await;
    assert_eq!((ahead.count, ahead.last_seen), (3, at(now)));
    let detail = errors
        .store
        .error_group(&ahead.id, day_until(fixture.now()))
        .await
        .unwrap();
    assert_eq!(
        detail.samples[0].timestamp,
        at(now + 365 * DAY),
        "the document says so"
    );
    assert_eq!(detail.samples.last().unwrap().timestamp, at(now - 30 * DAY));
    let mut critical = occurrence(at(0));
    critical.severity = swarmscope_model::Severity::Critical;
    errors.take(&[("boom", vec![critical])]).await;
    let old = only(&errors).await;
    assert_eq!(
        (old.first_seen, old.severity),
        (at(0), swarmscope_model::Severity::Error)
    );
}

async fn a_batch_is_applied_once_however_often_it_is_sent(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now();
    let before = errors.batch(&[("boom", vec![occurrence(now)])]);
    assert!(matches!(
        errors.store.apply_errors(&before).await.unwrap(),
        Applied::Done(_)
    ));
    assert_eq!(
        errors.store.apply_errors(&before).await.unwrap(),
        Applied::Moved
    );

    // Dropped in the middle, at whatever statement it is: all of it is there or nothing.
    for patience in 0..40 {
        let batch = errors.batch(&[
            ("boom", vec![occurrence(now)]),
            ("b", vec![occurrence(now)]),
        ]);
        let apply = errors.store.apply_errors(&batch);
        let _ = tokio::time::timeout(std::time::Duration::from_micros(patience * 150), apply).await;
        // The same again, as a follower does after a start: from where it stands.
        let position = errors.store.follower_position(SOURCE).await.unwrap();
        if position.cursor == batch.after {
            errors.store.apply_errors(&batch).await.unwrap();
        }
        let position = errors.store.follower_position(SOURCE).await.unwrap();
        assert_eq!(position.cursor, Some(batch.cursor));
        let counts: Vec<u64> = listed(&errors, GroupFilter::default())
            .await
            .iter()
            .map(|group| group.count)
            .collect();
        let each = 1 + patience;
        assert_eq!(counts.iter().sum::<u64>(), each + each + 1, "{counts:?}");
        let detail = errors
            .store
            .error_group(&group_id("b"), day_until(now))
            .await
            .unwrap();
        assert_eq!((detail.group.count, detail.agents[0].count), (each, each));
        assert_eq!(detail.group.history.counts.iter().sum::<u64>(), each);
    }
}

async fn two_followers_of_one_store_count_each_error_once(fixture: Fixture) {
    const BATCHES: u64 = 30;
    let mut followers = tokio::task::JoinSet::new();
    let now = fixture.now();
    for _ in 0..3 {
        let store = fixture.error_groups().await;
        followers.spawn(async move {
            let mut done = 0_u64;
            loop {
                let position = store.follower_position(SOURCE).await.unwrap();
                let cursor = position.cursor.unwrap_or(0) + 1;
                if cursor > BATCHES {
                    return done;
                }
                let errors = [("boom", vec![occurrence(now)])];
                let batch = batches::batch(position.cursor, cursor, &errors);
                if let Applied::Done(_) = store.apply_errors(&batch).await.unwrap() {
                    done += 1;
                }
            }
        });
    }
    let done: u64 = followers.join_all().await.into_iter().sum();
    assert_eq!(done, BATCHES);
    let errors = Errors::of(&fixture).await;
    assert_eq!(only(&errors).await.count, BATCHES);
}

async fn followers_of_two_stores_add_to_the_same_groups(fixture: Fixture) {
    const BATCHES: u64 = 20;
    let now = fixture.now();
    let mut followers = tokio::task::JoinSet::new();
    for source in ["here", "there"] {
        let store = fixture.error_groups().await;
        followers.spawn(async move {
            for number in 0..BATCHES {
                let mut names = ["a", "b", "c"];
                if source == "there" {
                    names.reverse();
                }
                let errors: Vec<_> = names
                    .iter()
                    .map(|name| (*name, vec![occurrence(now)]))
                    .collect();
                let mut batch = batches::batch(number.checked_sub(1), number, &errors);
                batch.source = source.to_owned();
                let applied = store.apply_errors(&batch).await.unwrap();
                assert!(matches!(applied, Applied::Done(_)));
            }
        });
    }
    followers.join_all().await;
    let errors = Errors::of(&fixture).await;
    let groups = listed(&errors, GroupFilter::default()).await;
    let counts: Vec<u64> = groups.iter().map(|group| group.count).collect();
    assert_eq!(counts, [2 * BATCHES; 3]);
}

async fn the_newest_documents_are_remembered_and_older_ones_forgotten(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let third = COUNTED_HASHES as u64 / 3 + 1;
    for part in 0..4 {
        let mut batch = errors.batch(&[]);
        batch.documents = (part * third..(part + 1) * third).collect();
        errors.store.apply_errors(&batch).await.unwrap();
    }
    let known = errors
        .store
        .follower_position(SOURCE)
        .await
        .unwrap()
        .documents;
    assert_eq!(
        known.first(),
        Some(&third),
        "the first batch is forgotten as a whole"
    );
    assert_eq!(known.last(), Some(&(4 * third - 1)));
    assert_eq!(known.len() as u64, 3 * third);
}

async fn any_text_is_kept(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let mut odd = occurrence(fixture.now());
    odd.message = "a\0b \u{1}\"'\\ ${x} 🦀".into();
    odd.agent_name = "x\0".into();
    odd.correlation_id = Some("'; DROP TABLE agents; --\0".into());
    odd.index = "i".repeat(5_000);
    errors.take(&[("na\0me'\"", vec![odd])]).await;
    let group = only(&errors).await;
    assert_eq!(group.error_type, "na\u{fffd}me'\"");
    let detail = errors
        .store
        .error_group(&group.id, day_until(fixture.now()))
        .await
        .unwrap();
    assert_eq!(detail.samples[0].message, "a\u{fffd}b \u{1}\"'\\ ${x} 🦀");
    assert_eq!(group.agents, ["x\u{fffd}"]);
}
