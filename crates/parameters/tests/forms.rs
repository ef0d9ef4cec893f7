//! What is found in messages as programs write them.

use swarmscope_parameters::{find, replaced};

fn template(text: &str) -> String {
    let mut out = String::new();
    replaced(text, &mut out);
    out
}

/// Each line: a message, and what is left of it without its values.
const MESSAGES: &[(&str, &str)] = &[
    ("task completed", "task completed"),
    (
        "Retry 3 of 5 in 2.5s",
        "Retry <number> of <number> in <number>",
    ),
    (
        "took 12 ms, 1,024 rows, 99.5% done",
        "took <number> ms, <number> rows, <number> done",
    ),
    (
        "delta -5 gain +3 eps 1e-9",
        "delta <number> gain <number> eps <number>",
    ),
    ("waited 1h30m then 250µs", "waited <number> then <number>"),
    ("the 3rd of 10/20", "the <number> of <number>/<number>"),
    ("[1,2,3]", "[<number>,<number>,<number>]"),
    ("lines 10-20", "lines <number>"),
    ("id 38101a0b-2096-447d-96ea-a692162415ae", "id <uuid>"),
    ("at 0x7ffd12ab", "at <hex>"),
    (
        "commit 4f2a9c1 of 113d3a99c3da401fbd62cc2caa5b96d2",
        "commit <hex> of <hex>",
    ),
    ("<Lock at 0x1f> Foo@1a2b3c4d", "<Lock at <hex>> Foo@<hex>"),
    (
        "upgraded to v1.2.3-rc1 from 1.2.0",
        "upgraded to <version> from <version>",
    ),
    (
        "from 10.0.0.7:8080 to 10.0.0.0/24.",
        "from <address> to <address>.",
    ),
    ("src: /10.250.19.102:54106", "src: /<address>"),
    (
        "fe80::1ff:fe23:4567:890a via 00:1a:2b:3c:4d:5e",
        "<address> via <address>",
    ),
    ("chip FF:F2:9F:15:1F:72:00:0D ready", "chip <address> ready"),
    (
        "connect db-1.prod.internal:5432 localhost:9200",
        "connect <address> <address>",
    ),
    ("rhost=218.188.2.4 user=root", "rhost=<address> user=root"),
    ("at 2024-01-31T10:15:30.123Z", "at <time>"),
    ("2015-10-18 18:01:47,978 INFO", "<time> INFO"),
    ("17/06/09 20:10:40 INFO", "<time> INFO"),
    ("Jun 14 15:16:01 combo", "<time> combo"),
    ("Sat Jun 11 03:28:22 2005", "<time>"),
    ("Tue, 15 Nov 1994 08:12:31 GMT ok", "<time> ok"),
    ("[10/Oct/2000:13:55:36 -0700]", "[<time>]"),
    ("since 31/12/2024, at 12:30", "since <time>, at <time>"),
    ("due 2024-01-31 10:15:30+02:00.", "due <time>."),
    ("May be 5 late", "May be <number> late"),
    ("open /var/log/app-1.log: denied", "open <path>: denied"),
    (
        "open ./a/b.txt and ~/x and ../y",
        "open <path> and <path> and <path>",
    ),
    ("in src/main.rs:12:5", "in <path>:<number>:<number>"),
    ("in main.py:12:30", "in main.py:<number>:<number>"),
    (r"C:\Users\ann\x.txt missing", "<path> missing"),
    ("and/or, read/write", "and/or, read/write"),
    (
        "GET /v2/54fadb/servers?limit=5&x=y HTTP/1.1",
        "GET <path> HTTP/<number>",
    ),
    ("see https://example.com/a?b=c#d.", "see <url>."),
    ("(http://x.y/z)", "(<url>)"),
    ("mail ann.b+c@example.com now", "mail <email> now"),
    ("No such file: 'data.csv'", "No such file: <quoted>"),
    (r#"key "a \" b" missing"#, "key <quoted> missing"),
    (
        "don't and agents' work isn't",
        "don't and agents' work isn't",
    ),
    ("block blk_-1608999687919862906", "block <id>"),
    ("task-8f3a on i-0abc12 by worker-3", "<id> on <id> by <id>"),
    ("appattempt_1445144423722_0020_000001", "<id>"),
    ("token eyJhbGciOiJIUzI1NiJ9", "token <id>"),
    (
        "org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Created",
        "org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Created",
    ),
    ("layer.12.weight", "layer.<number>.weight"),
    ("sha256 of utf-8 via http2", "sha256 of utf-8 via http2"),
    ("Base64Decoder failed", "Base64Decoder failed"),
    (
        "sshd(pam_unix)[19939]: check",
        "sshd(pam_unix)[<number>]: check",
    ),
    ("java.net.SocketException", "java.net.SocketException"),
    ("std::vec::Vec", "std::vec::Vec"),
    ("größe 5 überschritten", "größe <number> überschritten"),
    ("日本語42テスト", "<id>"),
    ("port:8080", "port:<number>"),
    ("", ""),
];

#[test]
fn values_are_found_in_messages_as_programs_write_them() {
    let wrong: Vec<_> = MESSAGES
        .iter()
        .map(|(text, wanted)| (*text, template(text), *wanted))
        .filter(|(_, found, wanted)| found != wanted)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn quoted_sentences_can_be_looked_into() {
    let text = r#""GET /a/b HTTP/1.1" of 'ann' tag="View Lock""#;
    let kinds: Vec<_> = find(text)
        .looking_into_quotes()
        .map(|found| (found.kind.name(), &text[found.range]))
        .collect();
    assert_eq!(
        kinds,
        [
            ("path", "/a/b"),
            ("number", "1.1"),
            ("quoted", "'ann'"),
            ("quoted", "\"View Lock\"")
        ]
    );
}

#[test]
fn long_texts_of_values_take_time_in_proportion_to_their_length() {
    // Each of these would not end in this life if what is left were looked at again and again.
    for unit in [
        "1:", "1,111,", "1h", "'a ", "a@", "/:", "1.", "-", "aé", "x=", "::1",
    ] {
        let text = unit.repeat(200_000 / unit.len());
        assert!(find(&text).count() <= text.len());
    }
    assert!(find(&"1".repeat(200_000)).count() > 0);
    assert_eq!(find(&format!("{}z", "/a".repeat(100_000))).count(), 1);
}
