//! Deleting by query: the documents are gone, and so are their bytes, wherever they were.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use support::{Store, all, delete, index, operation, put};
use swarmscope_query::ast::{Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, DeleteRequest, Effect, LogStore, Refused, SearchRequest, Written,
};

/// A person's words, which no other document has.
const MARKER: &str = "q7Zx9LkPwYv3NbTfRs8HgJd2";

fn of_correlation(id: &str) -> Query {
    Query::exactly("metadata.correlation_id", Scalar::Text(id.to_owned()))
}

fn request(query: Query) -> DeleteRequest {
    DeleteRequest::new(IndexExpression::parse("logs-*"), query)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

/// Files that hold the bytes as they are.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let found = files(folder).into_iter().filter(|path| {
        let bytes = fs::read(path).expect("a file");
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    });
    found.collect()
}

/// Twenty documents of an index, of which two are the person's.
async fn write(store: &Store, name: &str) {
    let writes = (0..20).map(|n| {
        let correlation = if n % 10 == 3 { "person" } else { "other" };
        let message = match n % 10 {
            3 => format!("asked about {MARKER}"),
            _ => format!("step {n}"),
        };
        let source = json!({"message": message, "metadata": {"correlation_id": correlation}});
        put(name, &format!("{name}-{correlation}-{n}"), &source)
    });
    let written = store.write(writes.collect()).await;
    assert!(written.iter().all(Result::is_ok));
}

async fn deleted_rows(store: &Store) -> u64 {
    let all = IndexExpression::all();
    let indices = store.logs().indices(&all).await.expect("a reply");
    indices.iter().map(|index| index.deleted).sum()
}

#[tokio::test]
async fn no_file_holds_what_was_deleted() {
    let mut store = Store::new();
    for round in 0..3 {
        write(&store, &format!("logs-{round}")).await;
        write(&store, &format!("kept-{round}")).await;
        store.logs().flush_async().await;
    }
    write(&store, "logs-memory").await;
    store.reopen();
    write(&store, "logs-later").await;
    assert!(
        !holding(&store.folder.path().join("wal"), MARKER).is_empty(),
        "the log holds the words before"
    );

    let deletion = store
        .logs()
        .delete_by_query(request(of_correlation("person")))
        .await
        .expect("deleted");
    assert_eq!((deletion.matched, deletion.deleted), (10, 10));
    assert!(deletion.erased, "{deletion:?}");
    assert_eq!(
        holding(&store.folder.path().join("wal"), "logs-1-person"),
        Vec::<PathBuf>::new()
    );
    assert_eq!(
        holding(&store.folder.path().join("wal"), MARKER),
        Vec::<PathBuf>::new()
    );

    // Segments are compressed: what counts is that no row is left that is only marked as deleted.
    assert_eq!(deleted_rows(&store).await, 0);
    let names = files(store.folder.path());
    let marks = names
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "del"));
    assert_eq!(marks.count(), 0, "{names:?}");
    for _ in 0..2 {
        let mut search = SearchRequest::new(IndexExpression::parse("logs-*"), all());
        search.size = 1000;
        let reply = store.logs().search(search).await.expect("a reply");
        assert_eq!(reply.hits.len(), 5 * 18);
        assert!(
            reply
                .hits
                .iter()
                .all(|hit| !hit.source.get().contains(MARKER))
        );
        assert_eq!(
            store.count(of_correlation("person")).await,
            3 * 2,
            "those of kept-*"
        );
        store.reopen();
    }
}

#[tokio::test]
async fn a_deletion_completes_an_interrupted_one() {
    let store = Store::new();
    write(&store, "logs-a").await;
    store.logs().flush_async().await;
    store.write(vec![delete("logs-a", "logs-a-person-3")]).await;
    assert_eq!(deleted_rows(&store).await, 1);
    let deletion = store
        .logs()
        .delete_by_query(request(of_correlation("nobody")))
        .await
        .expect("deleted");
    assert_eq!((deletion.matched, deletion.erased), (0, true));
    assert_eq!(deleted_rows(&store).await, 0);
    assert_eq!(store.count(all()).await, 19);
}

#[tokio::test]
async fn at_most_so_many_are_deleted_the_oldest_first() {
    let store = Store::new();
    write(&store, "logs-a").await;
    let none = DeleteRequest {
        max_documents: Some(0),
        ..request(all())
    };
    let deletion = store.logs().delete_by_query(none).await.expect("deleted");
    assert_eq!((deletion.matched, deletion.deleted), (0, 0));
    let some = DeleteRequest {
        max_documents: Some(7),
        ..request(all())
    };
    let deletion = store.logs().delete_by_query(some).await.expect("deleted");
    assert_eq!((deletion.matched, deletion.deleted), (7, 7));
    assert_eq!(store.count(all()).await, 13);
    let oldest = store.logs().get("logs-a", "logs-a-other-0").await;
    assert!(oldest.expect("a reply").is_none());
}

#[tokio::test]
async fn a_document_replaced_since_it_was_found_stays() {
    let store = Store::new();
    let first = index("logs-a", "a", &json!({"n": 1}));
    let first = store.write(vec![first]).await.remove(0).expect("written");
    let second = index("logs-a", "a", &json!({"n": 2}));
    let second = store.write(vec![second]).await.remove(0).expect("written");
    let of_write = |written: &Written| {
        operation(
            Action::DeleteWritten(written.sequence),
            "logs-a",
            Some("a"),
            &json!(null),
        )
    };
    let refused = store.write(vec![of_write(&first)]).await.remove(0);
    let expected = Refused::Replaced {
        id: "a".to_owned(),
        required: first.sequence,
        current: second.sequence,
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(store.count(all()).await, 1);
    let done = store.write(vec![of_write(&second)]).await.remove(0);
    assert_eq!(done.expect("deleted").effect, Effect::Deleted);
    assert_eq!(store.count(all()).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_goes_on_while_documents_are_deleted() {
    let store = Store::new();
    for round in 0..4 {
        write(&store, &format!("logs-{round}")).await;
        store.logs().flush_async().await;
    }
    let logs = store.logs();
    let writer = tokio::spawn(async move {
        for n in 0..200 {
            let source = json!({"n": n, "metadata": {"correlation_id": "other"}});
            let write = logs.write(vec![put("logs-live", &format!("live-{n}"), &source)]);
            assert!(write.await.expect("acknowledged")[0].is_ok());
        }
    });
    let deletion = store
        .logs()
        .delete_by_query(request(of_correlation("person")))
        .await
        .expect("deleted");
    writer.await.expect("written");
    assert_eq!((deletion.deleted, deletion.conflicts), (8, 0));
    assert_eq!(store.count(of_correlation("other")).await, 4 * 18 + 200);
    assert_eq!(store.count(of_correlation("person")).await, 0);
    assert_eq!(deleted_rows(&store).await, 0);
}

#[tokio::test]
async fn a_damaged_segment_is_named_as_not_rewritten() {
    let mut store = Store::new();
    write(&store, "logs-a").await;
    store.logs().flush_async().await;
    let segments = files(&store.folder.path().join("segments"));
    let mut bytes = fs::read(&segments[0]).expect("a segment");
    let pages = bytes.len() / 2;
    for byte in bytes.iter_mut().take(pages).skip(8) {
        *byte ^= 0x55;
    }
    fs::write(&segments[0], bytes).expect("spoiled");
    store.reopen();
    write(&store, "logs-b").await;
    let deletion = store
        .logs()
        .delete_by_query(request(of_correlation("person")))
        .await
        .expect("deleted");
    assert_eq!(deletion.deleted, 2);
    let named: Vec<&str> = deletion
        .left_out
        .iter()
        .map(|left_out| left_out.index.as_str())
        .collect();
    assert_eq!(named, ["logs-a"]);
}
