//! What a write promises: decided in order, visible at once, there after any restart.

mod support;

use serde_json::json;
use support::{Store, all, delete, index, put};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, ClientVersion, Effect, LogStore, Refused, StoreError};

#[tokio::test]
async fn ids_hold_over_memtable_segments_and_restarts() {
    let mut store = Store::new();
    for stage in 0..4 {
        let id = format!("id-{stage}");
        let results = store
            .write(vec![
                put("logs", &id, &json!({"n": stage})),
                put("logs", &id, &json!({"n": "again"})),
                index("logs", &id, &json!({"n": stage, "second": true})),
                put("logs", "shared", &json!({"n": stage})),
            ])
            .await;
        assert_eq!(results[0].as_ref().map(|written| written.version), Ok(1));
        assert!(matches!(
            &results[1],
            Err(Refused::AlreadyExists { version: 1, .. })
        ));
        assert_eq!(
            results[2]
                .as_ref()
                .map(|written| (written.version, written.effect)),
            Ok((2, Effect::Updated))
        );
        assert_eq!(results[3].is_ok(), stage == 0, "{:?}", results[3]);
        match stage {
            0 => {}
            1 => store.logs().flush_async().await,
            _ => store.reopen(),
        }
    }
    assert_eq!(store.count(all()).await, 5);
    let hit = store
        .logs()
        .get("logs", "id-1")
        .await
        .expect("a reply")
        .expect("a hit");
    assert_eq!(
        (hit.source.get(), hit.version),
        (r#"{"n":1,"second":true}"#, 2)
    );
    let results = store
        .write(vec![delete("logs", "id-1"), delete("logs", "id-1")])
        .await;
    let effects: Vec<_> = results
        .into_iter()
        .map(|result| result.expect("done").effect)
        .collect();
    assert_eq!(effects, [Effect::Deleted, Effect::NotFound]);
    store.reopen();
    assert_eq!(store.count(all()).await, 4);
    assert_eq!(
        store
            .logs()
            .get("logs", "id-1")
            .await
            .expect("a reply")
            .map(|hit| hit.id),
        None
    );
}

#[tokio::test]
async fn a_bad_document_is_refused_alone() {
    let store = Store::new();
    let mut bad = put("logs", "bad", &json!({}));
    bad.source = br#"{"a": 1"#.to_vec().into();
    let mut array = put("logs", "array", &json!({}));
    array.source = b"[1]".to_vec().into();
    let results = store
        .write(vec![
            bad,
            array,
            put("Logs", "x", &json!({})),
            put("logs", "good", &json!({"a": 1e3})),
        ])
        .await;
    assert!(matches!(&results[0], Err(Refused::NotJson { .. })));
    assert!(matches!(
        &results[1],
        Err(Refused::NotAnObject { found: "an array" })
    ));
    assert!(matches!(&results[2], Err(Refused::InvalidIndexName(_))));
    assert!(results[3].is_ok());
    assert_eq!(store.count(all()).await, 1);
    let total = store.ledger().total();
    assert_eq!((total.received, total.stored, total.refused), (4, 1, 3));
}

#[tokio::test]
async fn a_document_takes_the_place_of_the_write_that_was_read_and_of_no_other() {
    let mut store = Store::new();
    for stage in 0..3 {
        let id = format!("id-{stage}");
        let replace = |sequence: u64, n: u64| {
            let mut operation = index("logs", &id, &json!({ "n": n }));
            operation.action = Action::Replace(sequence);
            operation
        };
        let first = store
            .write(vec![index("logs", &id, &json!({"n": 0}))])
            .await;
        let first = first[0].as_ref().expect("written").sequence;
        match stage {
            0 => {}
            1 => store.logs().flush_async().await,
            _ => store.reopen(),
        }
        let written = store
            .write(vec![replace(first, 1), replace(first, 2)])
            .await;
        let second = written[0].as_ref().expect("replaced");
        assert_eq!((second.version, second.effect), (2, Effect::Updated));
        let stale = Refused::Replaced {
            id: id.clone(),
            required: first,
            current: second.sequence,
        };
        assert_eq!(written[1], Err(stale));
        // One that was deleted and made again has version 1 again, and is another.
        let again = store
            .write(vec![
                delete("logs", &id),
                index("logs", &id, &json!({"n": 3})),
                replace(first, 4),
            ])
            .await;
        assert_eq!(again[1].as_ref().map(|written| written.version), Ok(1));
        assert!(matches!(&again[2], Err(Refused::Replaced { .. })));
        store.write(vec![delete("logs", &id)]).await;
        let gone = store.write(vec![replace(first, 5)]).await;
        let required = first;
        assert_eq!(gone[0], Err(Refused::Gone { id, required }));
    }
    assert_eq!(store.count(all()).await, 0);
}

#[tokio::test]
async fn versions_that_clients_count_decide_who_is_newer_and_survive_restarts() {
    let mut store = Store::new();
    let at = |version: u64, may_be_equal: bool| ClientVersion {
        version,
        may_be_equal,
    };
    for stage in 0..3 {
        let id = format!("id-{stage}");
        let put = |version: ClientVersion, n: u64| {
            let mut operation = index("logs", &id, &json!({ "n": n }));
            operation.action = Action::IndexAs(version);
            operation
        };
        // The lowest versions are those that a log read again could take for first ones.
        let first = [put(at(0, false), 0), put(at(0, true), 1)];
        let written = store.write(first.to_vec()).await;
        let told: Vec<_> = written
            .iter()
            .map(|written| written.as_ref().map(|own| (own.version, own.effect)))
            .collect();
        assert_eq!(told, [Ok((0, Effect::Created)), Ok((0, Effect::Updated))]);
        let stale = store.write(vec![put(at(0, false), 2)]).await;
        let refusal = |given: ClientVersion, current: u64| Refused::Newer {
            id: id.clone(),
            given,
            current,
        };
        assert_eq!(stale[0], Err(refusal(at(0, false), 0)));
        let second = [put(at(1, false), 3), put(at(1, true), 4)];
        assert!(store.write(second.to_vec()).await.iter().all(Result::is_ok));
        match stage {
            0 => {}
            1 => store.logs().flush_async().await,
            _ => store.reopen(),
        }
        assert_eq!(store.count(all()).await, 1, "stage {stage}");
        let written = store
            .write(vec![put(at(7, false), 5), put(at(6, true), 6)])
            .await;
        assert_eq!(written[0].as_ref().map(|own| own.version), Ok(7));
        assert_eq!(written[1], Err(refusal(at(6, true), 7)));
        let mut old = delete("logs", &id);
        old.action = Action::DeleteAs(at(7, false));
        let mut new = delete("logs", &id);
        new.action = Action::DeleteAs(at(9, false));
        let gone = store.write(vec![old, new.clone(), new]).await;
        assert_eq!(gone[0], Err(refusal(at(7, false), 7)));
        let effect = |place: usize| gone[place].as_ref().map(|own| (own.version, own.effect));
        assert_eq!(effect(1), Ok((9, Effect::Deleted)));
        assert_eq!(effect(2), Ok((9, Effect::NotFound)));
    }
    store.reopen();
    assert_eq!(store.count(all()).await, 0);
}

#[tokio::test]
async fn what_an_agent_reports_as_dropped_is_in_its_account_once() {
    let store = Store::new();
    let report = json!({
        "agent_name": "busy",
        "event_type": "events_dropped",
        "metadata": { "dropped": 40 },
    });
    let mut created = put("logs", "report", &report);
    created.action = Action::Create;
    let results = store.write(vec![created.clone()]).await;
    assert!(results[0].is_ok());
    // Sent again after a lost answer, it counts no second time.
    let results = store.write(vec![created]).await;
    assert!(matches!(&results[0], Err(Refused::AlreadyExists { .. })));
    // Neither does it when the store writes it again, nor does anything else then.
    let again = store
        .logs()
        .rewrite(vec![put("copies", "report", &report)])
        .await;
    assert!(again.expect("written")[0].is_ok());
    let total = store.ledger().total();
    assert_eq!((total.received, total.stored, total.refused), (2, 1, 1));
    let accounts = store.ledger().by_agent();
    let busy = accounts.iter().find(|(name, _)| name == "busy");
    assert_eq!(busy.map(|(_, account)| account.dropped), Some(40));
}

#[tokio::test]
async fn indices_are_made_named_and_removed_durably() {
    let mut store = Store::new();
    let definition = json!({"settings": {"x": 1}})
        .as_object()
        .cloned()
        .expect("an object");
    let logs = store.logs();
    logs.create_index("made", definition.clone())
        .await
        .expect("made");
    assert!(matches!(
        logs.create_index("made", definition.clone()).await,
        Err(StoreError::IndexExists { .. })
    ));
    drop(logs);
    store
        .write(vec![
            put("logs-1", "a", &json!({"a": 1})),
            put("logs-2", "a", &json!({"a": 1})),
        ])
        .await;
    store.logs().flush_async().await;
    store.reopen();
    let info = store
        .logs()
        .indices(&IndexExpression::parse("made"))
        .await
        .expect("a reply");
    assert_eq!(info[0].definition, definition);
    let removed = store
        .logs()
        .delete_indices(&IndexExpression::parse("logs-*"))
        .await;
    assert_eq!(removed.expect("removed"), ["logs-1", "logs-2"]);
    store.reopen();
    assert_eq!(store.count(all()).await, 0);
    assert!(matches!(
        store
            .logs()
            .indices(&IndexExpression::parse("logs-1"))
            .await,
        Err(StoreError::IndexNotFound { .. })
    ));
}

#[tokio::test]
async fn any_json_object_comes_back_as_it_was_sent() {
    let mut store = Store::new();
    let deep = format!("{}1{}", r#"{"a":"#.repeat(119), "}".repeat(119));
    let wide: serde_json::Map<_, _> = (0..5000)
        .map(|n| (format!("key {n}.ü"), json!(n)))
        .collect();
    let sources = [
        deep,
        serde_json::to_string(&wide).expect("JSON"),
        r#"{"a":1}"#.to_owned(),
        r#"{"a":{"b":2,"":null},"a.b":"x"}"#.to_owned(),
        r#"{"n":1e400,"m":123456789012345678901234567890,"s":"\ud800 \u0000"}"#.to_owned(),
        r#"{ "spaced" : [ 1 , "2" , [ ] ] }"#.to_owned(),
        "{}".to_owned(),
    ];
    let writes = sources.iter().enumerate().map(|(at, source)| {
        let mut write = put("logs", &at.to_string(), &json!({}));
        write.source = source.clone().into_bytes().into();
        write
    });
    for result in store.write(writes.collect()).await {
        result.expect("stored");
    }
    for round in 0..3 {
        for (at, source) in sources.iter().enumerate() {
            let hit = store
                .logs()
                .get("logs", &at.to_string())
                .await
                .expect("a reply");
            assert_eq!(hit.expect("a hit").source.get(), source, "round {round}");
        }
        assert_eq!(store.count(support::exists("key 4999.ü")).await, 1);
        if round == 0 {
            store.logs().flush_async().await;
        }
        store.reopen();
    }
}
