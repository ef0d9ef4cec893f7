//! Ids that the store makes: kept nowhere, and still as good as given ones.

mod support;

use serde_json::json;
use support::{Store, all, delete, index, operation, put};
use swarmscope_query::ast::Query;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, Effect, LogStore, Refused, SearchRequest};

/// The id that the store makes so many writes after the one of this id.
fn later(id: &str, writes: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = id.as_bytes().to_vec();
    for _ in 0..writes {
        for byte in bytes.iter_mut().rev() {
            let place = alphabet
                .iter()
                .position(|own| own == byte)
                .expect("a known character");
            *byte = alphabet[(place + 1) % 64];
            if *byte != alphabet[0] {
                break;
            }
        }
    }
    String::from_utf8(bytes).expect("ASCII")
}

fn nameless(n: u64) -> swarmscope_query::store::WriteOperation {
    operation(Action::Index, "logs", None, &json!({ "n": n }))
}

/// Writes documents without ids, one request each; gives their ids.
async fn made(store: &Store, numbers: std::ops::Range<u64>) -> Vec<String> {
    let mut ids = Vec::new();
    for n in numbers {
        for result in store.write(vec![nameless(n)]).await {
            ids.push(result.expect("stored").id);
        }
    }
    ids
}

async fn number(store: &Store, id: &str) -> Option<String> {
    let hit = store.logs().get("logs", id).await.expect("a reply")?;
    assert_eq!(hit.id, id);
    let query = SearchRequest {
        size: 10,
        ..SearchRequest::new(
            IndexExpression::parse("logs"),
            Query::Ids(vec![id.to_owned()]),
        )
    };
    let found = store.logs().search(query).await.expect("a reply").hits;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].id, found[0].source.get()),
        (id, hit.source.get())
    );
    Some(hit.source.get().to_owned())
}

#[tokio::test]
async fn documents_keep_the_ids_that_they_were_given_by_the_store() {
    let mut store = Store::new();
    let mut ids = Vec::new();
    for stage in 0..5 {
        ids.extend(made(&store, stage * 3..stage * 3 + 3).await);
        match stage {
            0 => {}
            1 | 2 => store.logs().flush_async().await,
            3 => store.logs().maintain_async().await,
            _ => store.reopen(),
        }
        for (n, id) in ids.iter().enumerate() {
            let expected = Some(format!("{{\"n\":{n}}}"));
            assert_eq!(number(&store, id).await, expected, "stage {stage}");
        }
        assert_eq!(number(&store, &later(&ids[ids.len() - 1], 9)).await, None);
    }
}

#[tokio::test]
async fn an_id_of_the_store_given_back_means_that_document() {
    let mut store = Store::new();
    let ids = made(&store, 0..8).await;
    for (at, id) in ids.iter().enumerate() {
        match at {
            2 => store.logs().flush_async().await,
            5 => store.reopen(),
            _ => {}
        }
        let results = store
            .write(vec![
                put("logs", id, &json!({})),
                index("logs", id, &json!({ "new": at })),
            ])
            .await;
        assert!(
            matches!(&results[0], Err(Refused::AlreadyExists { version: 1, .. })),
            "{at}"
        );
        let written = results[1].as_ref().expect("replaced");
        assert_eq!((written.version, written.effect), (2, Effect::Updated));
        assert_eq!(number(&store, id).await, Some(format!("{{\"new\":{at}}}")));
        assert_eq!(store.count(all()).await, 8);
        if at % 2 == 0 {
            let results = store
                .write(vec![delete("logs", id), put("logs", id, &json!({"n": at}))])
                .await;
            assert_eq!(
                results[0].as_ref().map(|written| written.effect),
                Ok(Effect::Deleted)
            );
            assert_eq!(results[1].as_ref().map(|written| written.version), Ok(1));
        }
    }
    store.reopen();
    store.logs().flush_async().await;
    store.logs().maintain_async().await;
    assert_eq!(store.count(all()).await, 8);
    for (at, id) in ids.iter().enumerate() {
        let key = if at % 2 == 0 { "n" } else { "new" };
        assert_eq!(
            number(&store, id).await,
            Some(format!("{{\"{key}\":{at}}}"))
        );
    }
    let results = store
        .write(ids.iter().map(|id| delete("logs", id)).collect())
        .await;
    assert!(results.iter().all(|result| {
        result
            .as_ref()
            .is_ok_and(|written| written.effect == Effect::Deleted)
    }));
    assert_eq!(store.count(all()).await, 0);
}

#[tokio::test]
async fn an_id_of_the_store_that_is_to_come_is_left_to_whom_a_client_gave_it() {
    let mut store = Store::new();
    let first = made(&store, 0..1).await.remove(0);
    let (soon, later_on) = (later(&first, 7), later(&first, 20));
    let claims = vec![
        put("logs", &soon, &json!({"given": 1})),
        put("logs", &later_on, &json!({"given": 2})),
        put("other", &later(&first, 6), &json!({"given": 3})),
    ];
    for result in store.write(claims).await {
        result.expect("stored");
    }
    let mut ids = made(&store, 1..6).await;
    store.reopen();
    ids.extend(made(&store, 6..20).await);
    store.logs().flush_async().await;
    store.reopen();
    ids.extend(made(&store, 20..30).await);
    let distinct: std::collections::HashSet<_> =
        ids.iter().chain([&first, &soon, &later_on]).collect();
    assert_eq!(distinct.len(), ids.len() + 3);
    assert_eq!(
        number(&store, &soon).await.as_deref(),
        Some("{\"given\":1}")
    );
    assert_eq!(
        number(&store, &later_on).await.as_deref(),
        Some("{\"given\":2}")
    );
    for (n, id) in (1..).zip(&ids) {
        assert_eq!(number(&store, id).await, Some(format!("{{\"n\":{n}}}")));
    }
}

#[tokio::test]
async fn one_request_may_name_what_it_makes_itself() {
    let store = Store::new();
    let first = made(&store, 0..1).await.remove(0);
    let [own, other] = [later(&first, 1), later(&first, 2)];
    let results = store
        .write(vec![
            nameless(1),
            nameless(2),
            put("logs", &own, &json!({})),
            index("logs", &own, &json!({"replaced": true})),
            delete("logs", &other),
        ])
        .await;
    let ids: Vec<_> = results[..2]
        .iter()
        .map(|result| result.as_ref().map(|written| &written.id))
        .collect();
    assert_eq!(ids, [Ok(&own), Ok(&other)]);
    assert!(matches!(
        &results[2],
        Err(Refused::AlreadyExists { version: 1, .. })
    ));
    assert_eq!(results[3].as_ref().map(|written| written.version), Ok(2));
    assert_eq!(
        results[4].as_ref().map(|written| written.effect),
        Ok(Effect::Deleted)
    );
    assert_eq!(
        number(&store, &own).await.as_deref(),
        Some("{\"replaced\":true}")
    );
    assert_eq!(number(&store, &other).await, None);
    assert_eq!(store.count(all()).await, 2);
}
