//! What is exported comes back byte for byte, each document once, whatever is written meanwhile.

mod support;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

fn swarmscope(server: &Server, arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .args(["--elastic", &server.elastic_url(""), "--json"])
        .output()
        .expect("the binary runs")
}

fn succeeded(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert_eq!(text, "", "nothing on standard error in a pipe");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Exit status and standard error.
fn refused(output: &Output, folder: &Path) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.replace(folder.to_str().expect("UTF-8"), "DIR")
}

/// The indices that the tests make; a server has logs of its own, too.
const OURS: &str = "events,odd,copy,lines";

/// Every document's text by index and id, as the server has it.
async fn documents(server: &Server) -> BTreeMap<(String, String), String> {
    #[derive(Deserialize)]
    struct Reply {
        hits: Hits,
    }
    #[derive(Deserialize)]
    struct Hits {
        hits: Vec<Hit>,
    }
    #[derive(Deserialize)]
    struct Hit {
        _index: String,
        _id: String,
        _source: Box<RawValue>,
    }
    let path = format!("/{OURS}/_search?size=10000&ignore_unavailable=true");
    let url = server.elastic_url(&path);
    let reply = reqwest::get(url).await.expect("a reply");
    let reply: Reply = reply.json().await.expect("JSON");
    let hits = reply.hits.hits.into_iter();
    hits.map(|hit| ((hit._index, hit._id), hit._source.get().to_owned()))
        .collect()
}

const ODD: [(&str, &str); 6] = [
    (
        "a",
        r#"{"n": 1.50,"e":1e3,"big":123456789012345678901234567890}"#,
    ),
    ("b", r#"{"text":"\u00e9\ud83d\ude00\/ \ud800","é":"\t"}"#),
    ("c d/%ü", "{\n  \"pretty\" : [ 1,\n [2, \"x\"] ]\n}"),
    ("d", r#"{"a.b":1,"a":{"b":2},"a":{"b":"three"},"":{}}"#),
    (
        "e",
        r#"{"timestamp":"2026-01-31T12:00:00.123456789+02:00","n":true}"#,
    ),
    ("f", r#"{ }"#),
];

async fn put_odd(server: &Server) {
    for (id, source) in ODD {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let path = format!("/odd/_create/{}", id.replace('+', "%20"));
        let (status, reply) = server.elastic(Method::PUT, &path, source.to_owned()).await;
        assert_eq!(status, 201, "{reply}");
    }
    let events: String = (0..500)
        .map(|n| {
            format!(
                "{{\"index\":{{}}}}\n{{\"timestamp\":{},\"n\":{n}}}\n",
                1_769_817_600 + n
            )
        })
        .collect();
    let (status, reply) = server.elastic(Method::POST, "/events/_bulk", events).await;
    assert_eq!((status, &reply["errors"]), (200, &json!(false)));
}

#[tokio::test]
async fn an_export_imported_into_an_empty_store_is_the_same_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (parquet, ndjson) = (path("logs.parquet"), path("logs.ndjson"));
    let original = Server::start().await;
    put_odd(&original).await;
    let expected = documents(&original).await;
    assert_eq!(expected.len(), 506);
    for (id, source) in ODD {
        assert_eq!(expected[&("odd".to_owned(), id.to_owned())], source);
    }
    let exported = succeeded(&swarmscope(
        &original,
        &["export", "--parquet", &parquet, "--index", "events,odd"],
    ));
    assert_eq!(exported["documents"], 506);
    let lines = succeeded(&swarmscope(
        &original,
        &["export", "--ndjson", &ndjson, "--index", "events,odd"],
    ));
    assert_eq!(lines["documents"], 506);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .collect();
    assert_eq!(left.len(), 2, "no temporary files: {left:?}");

    let other = Server::start().await;
    for (stored, already_there) in [(506, 0), (0, 506)] {
        let outcome = succeeded(&swarmscope(&other, &["import", &parquet]));
        let counts = (
            &outcome["outcome"]["stored"],
            &outcome["outcome"]["already_there"],
        );
        assert_eq!(counts, (&json!(stored), &json!(already_there)));
        assert_eq!(documents(&other).await, expected);
    }
    // JSON lines have the same ids; one document has other spaces there.
    let outcome = succeeded(&swarmscope(&other, &["import", &ndjson]));
    assert_eq!(outcome["outcome"]["already_there"], 506);
    let outcome = succeeded(&swarmscope(&other, &["import", &ndjson, "--index", "copy"]));
    assert_eq!(outcome["outcome"]["stored"], 506);
    for ((index, id), source) in documents(&other).await {
        if index == "copy" {
            let mut known = expected.iter().filter(|((_, own), _)| *own == id);
            let known = known.next().expect("a known id").1.replace('\n', " ");
            assert_eq!(source, known);
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_while_writing_goes_on() {
    const DOCUMENTS: usize = 4_000;
    let server = Arc::new(Server::start().await);
    let bulk = |range: std::ops::Range<usize>, round: usize| -> String {
        range
            .map(|n| {
                format!("{{\"index\":{{\"_id\":\"{n}\"}}}}\n{{\"n\":{n},\"round\":{round}}}\n")
            })
            .collect()
    };
    let (status, _) = server
        .elastic(Method::POST, "/events/_bulk", bulk(0..DOCUMENTS, 0))
        .await;
    assert_eq!(status, 200);
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (server, stop) = (Arc::clone(&server), Arc::clone(&stop));
        async move {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                let begin = round * 37 % DOCUMENTS;
                let range = begin..(begin + 40).min(DOCUMENTS);
                let mut body = bulk(range, round);
                body.push_str("{\"index\":{}}\n{\"new\":true}\n");
                let (status, _) = server.elastic(Method::POST, "/events/_bulk", body).await;
                assert_eq!(status, 200);
            }
            round
        }
    });
    for _ in 0..3 {
        let server = Arc::clone(&server);
        let output = tokio::task::spawn_blocking(move || {
            Command::new(SWARMSCOPE)
                .args([
                    "export",
                    "--ndjson",
                    "-",
                    "--index",
                    "events",
                    "--elastic",
                    &server.elastic_url(""),
                ])
                .output()
                .expect("the binary runs")
        });
        let output = output.await.expect("it ends");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let mut numbers: Vec<u64> = text
            .lines()
            .filter_map(|line| {
                let line: Value = serde_json::from_str(line).expect("JSON");
                line["_source"]["n"].as_u64()
            })
            .collect();
        numbers.sort_unstable();
        let expected: Vec<u64> = (0..DOCUMENTS as u64).collect();
        assert!(numbers == expected, "{} of {DOCUMENTS}", numbers.len());
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.expect("it ends") > 3, "there was writing");
}

#[tokio::test]
async fn a_folder_has_a_file_for_each_index_and_a_query_chooses() {
    let server = Server::start().await;
    put_odd(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let target = format!("{}/logs/", folder.path().display());
    let exported = succeeded(&swarmscope(
        &server,
        &["export", "--parquet", &target, "--index", "events,odd"],
    ));
    let files = exported["files"].as_array().expect("files");
    let counts: Vec<(&str, u64)> = files
        .iter()
        .map(|file| {
            let path = file["path"].as_str().expect("a path");
            let name = path.rsplit('/').next().expect("a name");
            (name, file["documents"].as_u64().expect("a number"))
        })
        .collect();
    assert_eq!(counts, [("events.parquet", 500), ("odd.parquet", 6)]);

    let count = |arguments: &[&str]| {
        let path = folder.path().join("some.ndjson");
        let mut all = vec!["export", "--ndjson", path.to_str().expect("UTF-8")];
        all.extend(arguments);
        succeeded(&swarmscope(&server, &all))["documents"].clone()
    };
    assert_eq!(count(&["--index", "ev*"]), 500);
    assert_eq!(count(&["--index", "events", "--query", "n:[10 TO 19]"]), 10);
    let since = "2026-01-31T00:01:40Z";
    assert_eq!(count(&["--index", "events", "--since", since]), 400);
    assert_eq!(count(&["--index", "events", "--until", since]), 100);
    assert_eq!(count(&["--index", "none-*"]), 0);
}

#[tokio::test]
async fn what_cannot_be_exported_or_imported_is_said_and_nothing_is_left() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("writes");
        path.to_str().expect("UTF-8").to_owned()
    };
    let said = |arguments: &[&str]| refused(&swarmscope(&server, arguments), folder.path());
    let target = format!("{}/x.parquet", folder.path().display());
    insta::assert_snapshot!(said(&["export", "--parquet", &target, "--index", "none"]), @r"
    error: the server refused to search (404 Not Found): no such index [none]
    ");
    insta::assert_snapshot!(said(&["export", "--parquet", &target, "--query", "a:(b"]), @r"
    error: the server refused to search (400 Bad Request): Failed to parse query [a:(b]: a parenthesis opens here and never closes at byte 2. Close it with ), or write \( to search for it.
    ");
    insta::assert_snapshot!(said(&["export", "--parquet", &format!("{target}/y")]), @r"
    error: cannot write DIR/x.parquet: No such file or directory (os error 2)
      hint: name a file in a folder that exists, has room and is yours
    ");
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0, "no file, whole or in part");

    let torn = write("torn.parquet", b"PAR1 and no more");
    insta::assert_snapshot!(said(&["import", &torn]), @r"
    error: DIR/torn.parquet: it is no Parquet file, or a damaged one: Parquet error: Invalid Parquet file. Corrupt footer
      hint: export it again, or fetch it again; nothing was imported
    ");
    let packed = write("logs.zst", b"\x28\xb5\x2f\xfd\x04\x00");
    insta::assert_snapshot!(said(&["import", &packed]), @r"
    error: DIR/logs.zst is zstd, not lines of text; nothing was imported
      hint: zstd -dc DIR/logs.zst | swarmscope import -
    ");
    let binary = write("program", b"\x7fELF\x02\x01\x01\x00\x00");
    insta::assert_snapshot!(said(&["import", &binary]), @r"
    error: DIR/program is not text: it has zero bytes; nothing was imported
      hint: import reads lines of text, JSON lines, both also as gzip, and Parquet files of documents
    ");
    assert_eq!(documents(&server).await.len(), 0, "nothing was imported");
}

#[tokio::test]
async fn compressed_lines_are_read() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log.gz");
    let file = std::fs::File::create(&path).expect("a file");
    // Two members, as `cat a.gz b.gz` and logrotate make them.
    for text in ["{\"n\":1}\nplain\n", "{\"n\":2}\n"] {
        let mut writer = flate2::write::GzEncoder::new(&file, flate2::Compression::default());
        writer.write_all(text.as_bytes()).expect("writes");
        writer.finish().expect("writes");
    }
    let path = path.to_str().expect("UTF-8");
    for (stored, already_there) in [(3, 0), (0, 3)] {
        let outcome = succeeded(&swarmscope(&server, &["import", path, "--index", "lines"]));
        let counts = (
            &outcome["outcome"]["stored"],
            &outcome["outcome"]["already_there"],
        );
        assert_eq!(counts, (&json!(stored), &json!(already_there)));
    }
    let sources: Vec<String> = documents(&server).await.into_values().collect();
    assert!(sources.iter().any(|source| source == "{\"n\":2}"));
}
