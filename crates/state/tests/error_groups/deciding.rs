//! What people decide, and what becomes of it when errors go on.

use swarmscope_model::error_groups::{GroupAction, GroupFilter, GroupState};
use swarmscope_model::limits::MAX_GROUP_NOTES;
use swarmscope_model::state::StateError;

use crate::batches::{Errors, group_id, occurrence};
use crate::fixture::Fixture;
use crate::{DAY, HOUR, at, day_until, listed, only};

crate::on_both!(
    a_resolved_group_that_comes_back_is_a_regression,
    an_error_in_the_millisecond_of_the_resolution_is_one_too,
    a_late_error_from_before_the_resolution_is_none,
    an_ignored_group_opens_when_its_count_or_time_is_up,
    decisions_are_for_all_groups_or_none,
    notes_are_kept_in_order_and_bounded,
);

async fn a_resolved_group_that_comes_back_is_a_regression(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    fixture.turn(1_000);
    let resolved_at = fixture.now();
    let resolved = errors.act("boom", GroupAction::Resolve).await;
    assert_eq!(
        (resolved.state, resolved.resolved_at),
        (GroupState::Resolved, Some(resolved_at))
    );
    fixture.turn(1_000);
    let again = errors.act("boom", GroupAction::Resolve).await;
    assert_eq!(
        again.resolved_at,
        Some(resolved_at),
        "it was resolved already"
    );
    let news = errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    assert_eq!(
        (news.created.len(), news.regressed),
        (0, vec![group_id("boom")])
    );
    let back = only(&errors).await;
    assert_eq!(
        (back.state, back.regressed_at, back.regressions),
        (GroupState::Open, Some(fixture.now()), 1)
    );
    // More of it is nothing new.
    fixture.turn(1_000);
    let news = errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    assert_eq!(news.regressed.len(), 0);
    assert_eq!(only(&errors).await.regressions, 1);
    let since = |time| GroupFilter {
        regressed_after: Some(time),
        ..GroupFilter::default()
    };
    assert_eq!(listed(&errors, since(resolved_at)).await.len(), 1);
    assert_eq!(listed(&errors, since(fixture.now())).await.len(), 0);
}

async fn an_error_in_the_millisecond_of_the_resolution_is_one_too(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let boom = || ("boom", vec![occurrence(fixture.now())]);
    errors.take(&[boom()]).await;
    fixture.turn(1_000);
    errors.act("boom", GroupAction::Resolve).await;
    let news = errors.take(&[boom()]).await;
    assert_eq!(news.regressed, vec![group_id("boom")]);
    assert_eq!(only(&errors).await.state, GroupState::Open);
}

async fn a_late_error_from_before_the_resolution_is_none(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    let before = fixture.now();
    fixture.turn(60_000);
    errors.act("boom", GroupAction::Resolve).await;
    fixture.turn(60_000);
    let news = errors.take(&[("boom", vec![occurrence(before)])]).await;
    assert_eq!(news.regressed.len(), 0);
    let group = only(&errors).await;
    assert_eq!(
        (group.state, group.count, group.regressed_at),
        (GroupState::Resolved, 2, None)
    );
}

async fn an_ignored_group_opens_when_its_count_or_time_is_up(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    let ignore = |until, until_count| GroupAction::Ignore { until, until_count };
    let ignored = errors.act("boom", ignore(None, Some(3))).await;
    assert_eq!(
        (ignored.state, ignored.ignored_until_count),
        (GroupState::Ignored, Some(4))
    );
    errors
        .take(&[("boom", vec![occurrence(fixture.now()); 2])])
        .await;
    assert_eq!(only(&errors).await.state, GroupState::Ignored);
    errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    let open = only(&errors).await;
    assert_eq!(
        (open.state, open.ignored_until_count, open.regressions),
        (GroupState::Open, None, 0)
    );

    let until = at(fixture.now().as_millisecond() + HOUR);
    errors.act("boom", ignore(Some(until), None)).await;
    errors
        .take(&[("boom", vec![occurrence(fixture.now()); 5])])
        .await;
    let ignored = only(&errors).await;
    assert_eq!(
        (ignored.state, ignored.ignored_until),
        (GroupState::Ignored, Some(until))
    );
    fixture.turn(HOUR);
    let filter = GroupFilter {
        state: Some(GroupState::Open),
        ..GroupFilter::default()
    };
    let page = errors.store.error_groups(&filter).await.unwrap();
    assert_eq!(
        (page.total, page.counts),
        (1, [1, 0, 0]),
        "without any error since"
    );
    assert_eq!(page.groups[0].ignored_until, None);

    errors.act("boom", ignore(None, None)).await;
    fixture.turn(1_000 * DAY);
    errors
        .take(&[("boom", vec![occurrence(fixture.now()); 5])])
        .await;
    assert_eq!(only(&errors).await.state, GroupState::Ignored, "for good");
    let over = ignore(Some(fixture.now()), None);
    let refused = errors
        .store
        .act_on_groups(&[group_id("boom")], &over)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "invalid_request");
}

async fn decisions_are_for_all_groups_or_none(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    let now = fixture.now();
    errors
        .take(&[("a", vec![occurrence(now)]), ("b", vec![occurrence(now)])])
        .await;
    let some = [group_id("a"), "f".repeat(32)];
    let refused = errors
        .store
        .act_on_groups(&some, &GroupAction::Resolve)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, StateError::NotFound { id, .. } if *id == some[1]),
        "{refused}"
    );
    let filter = |state| GroupFilter {
        state: Some(state),
        ..GroupFilter::default()
    };
    assert_eq!(listed(&errors, filter(GroupState::Resolved)).await.len(), 0);
    let both = [group_id("b"), group_id("a"), group_id("b")];
    let done = errors
        .store
        .act_on_groups(&both, &GroupAction::Resolve)
        .await
        .unwrap();
    let ids: Vec<_> = done.iter().map(|group| group.id.clone()).collect();
    assert_eq!(ids, both);
    assert_eq!(listed(&errors, filter(GroupState::Resolved)).await.len(), 2);
    let open = errors.act("a", GroupAction::Reopen).await;
    assert_eq!((open.state, open.resolved_at), (GroupState::Open, None));
}

async fn notes_are_kept_in_order_and_bounded(fixture: Fixture) {
    let mut errors = Errors::of(&fixture).await;
    errors
        .take(&[("boom", vec![occurrence(fixture.now())])])
        .await;
    let note = |text: &str| GroupAction::Note(text.to_owned());
    errors.act("boom", note("  the disk was full ")).await;
    fixture.turn(1_000);
    errors.act("boom", note("mended in 1.3.1")).await;
    let id = group_id("boom");
    let notes = errors
        .store
        .error_group(&id, day_until(fixture.now()))
        .await
        .unwrap()
        .notes;
    let texts: Vec<_> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["the disk was full", "mended in 1.3.1"]);
    assert_eq!(notes[1].at, fixture.now());
    for number in 2..MAX_GROUP_NOTES {
        errors.act("boom", note(&number.to_string())).await;
    }
    for refused in [note("one more"), note(" "), note(&"x".repeat(100_000))] {
        let error = errors
            .store
            .act_on_groups(std::slice::from_ref(&id), &refused)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "invalid_request", "{error}");
    }
}
