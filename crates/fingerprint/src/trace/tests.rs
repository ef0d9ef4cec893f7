//! Tracebacks as the runtimes print them.

use super::*;

fn names<'a>(raised: &Raised<'a>) -> Vec<&'a str> {
    raised.calls.iter().map(|call| call.function).collect()
}

#[test]
fn python_chains_begin_with_the_root_cause() {
    let text = "Traceback (most recent call last):
  File \"/srv/a.py\", line 3, in load
    return table[key]
           ~~~~~^^^^^
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/srv/a.py\", line 9, in <module>
    main()
  File \"/srv/a.py\", line 6, in main
    raise LookupFailed(key) from error
app.LookupFailed: no x
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Python);
    assert_eq!(trace.raised.len(), 2);
    assert_eq!(trace.raised[0].kind, "KeyError");
    assert_eq!(trace.raised[0].calls[0].source, "return table[key]");
    assert_eq!(trace.raised[1].message, "no x");
    assert_eq!(names(&trace.raised[1]), ["main", "<module>"]);
}

#[test]
fn python_groups_hold_members() {
    let text = "  + Exception Group Traceback (most recent call last):
  |   File \"/srv/a.py\", line 9, in main
  |     async with TaskGroup():
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File \"/srv/a.py\", line 3, in fetch
    |     raise ValueError(1)
    | ValueError: 1
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File \"/srv/a.py\", line 4, in store
    |     raise OSError
    | OSError
    +------------------------------------
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    let kinds: Vec<_> = trace
        .raised
        .iter()
        .map(|raised| (raised.kind, raised.member))
        .collect();
    assert_eq!(
        kinds,
        [
            ("ExceptionGroup", false),
            ("ValueError", true),
            ("OSError", true)
        ]
    );
    assert_eq!(names(&trace.raised[1]), ["fetch"]);
}

#[test]
fn java_causes_are_followed_and_what_was_suppressed_is_not() {
    let text = "Exception in thread \"main\" com.acme.PlanFailed: no plan
\tat com.acme.Planner.plan(Planner.java:10)
\tat app//com.acme.Main.main(Main.java:3)
\tSuppressed: java.io.IOException: close
\t\tat com.acme.Pool.close(Pool.java:1)
Caused by: java.lang.IllegalStateException: empty
\tat java.base/java.util.Optional.get(Optional.java:143)
\tat com.acme.Steps$$Lambda$14/0x0000000800c03000.apply(Unknown Source)
\t... 1 more
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Java);
    let kinds: Vec<_> = trace.raised.iter().map(|raised| raised.kind).collect();
    assert_eq!(
        kinds,
        ["java.lang.IllegalStateException", "com.acme.PlanFailed"]
    );
    assert_eq!(
        names(&trace.raised[0]),
        [
            "java.util.Optional.get",
            "com.acme.Steps$$Lambda$14/0x0000000800c03000.apply"
        ]
    );
    assert_eq!(
        names(&trace.raised[1]),
        ["com.acme.Planner.plan", "com.acme.Main.main"]
    );
    assert_eq!(trace.raised[1].calls[0].line, Some(10));
}

#[test]
fn node_calls_have_names_or_none() {
    let text = "/srv/a.js:3
    throw new TypeError('x')
    ^

TypeError [ERR_BAD]: x: y
    at Object.fetch [as run] (/srv/a.js:3:11)
    at async /srv/b.js:7:2
    at new Promise (<anonymous>)
    at node:internal/process/task_queues:95:5 {
  [cause]: RangeError: z
      at deep (file:///srv/c.mjs:1:1)
}
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Node);
    assert_eq!(trace.raised[0].kind, "RangeError");
    assert_eq!(trace.raised[1].message, "x: y");
    assert_eq!(
        names(&trace.raised[1]),
        ["Object.fetch", "", "new Promise", ""]
    );
    let places: Vec<_> = trace.raised[1]
        .calls
        .iter()
        .map(|call| (call.file, call.line))
        .collect();
    assert_eq!(places[1], ("/srv/b.js", Some(7)));
    assert_eq!(places[3], ("node:internal/process/task_queues", Some(95)));
}

#[test]
fn go_panics_begin_below_what_recovered_them() {
    let text = "panic: runtime error: index out of range [5] with length 3 [recovered]
\tpanic: again

goroutine 7 [running]:
main.guard.func1()
\t/srv/a.go:5 +0x1d
panic({0x4a2b40?, 0xc000012120?})
\t/usr/local/go/src/runtime/panic.go:770 +0x132
main.(*Pool).take(0xc00001, {0x1, 0x2})
\t/srv/a.go:12 +0x65
created by main.main in goroutine 1
\t/srv/a.go:20 +0x2

goroutine 8 [running]:
main.other()
\t/srv/a.go:40 +0x2
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Go);
    assert_eq!(trace.raised[0].kind, "runtime error");
    assert_eq!(
        trace.raised[0].message,
        "index out of range [5] with length 3"
    );
    assert_eq!(names(&trace.raised[0]), ["panic", "main.(*Pool).take"]);
    assert_eq!(trace.raised[0].calls[1].line, Some(12));
}

#[test]
fn go_panics_of_a_handler_say_whom_they_served() {
    let text = "2026/01/14 09:30:00 http: panic serving 10.0.0.7:41344: runtime error: integer divide by zero
goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1947 +0xbe
panic({0x6a1f20?, 0x8d2a10?})
\t/usr/local/go/src/runtime/panic.go:787 +0x132
main.share(...)
\t/srv/a.go:9
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.raised[0].kind, "runtime error");
    assert_eq!(trace.raised[0].message, "integer divide by zero");
    assert_eq!(names(&trace.raised[0]), ["panic", "main.share"]);
}

#[test]
fn rust_panics_and_reports() {
    let text = "thread 'worker-3' panicked at src/plan.rs:10:5:
no plan
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/abc/library/std/src/panicking.rs:697:5
   1: swarm::plan::choose
             at ./src/plan.rs:10:5
note: Some details are omitted
";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Rust);
    assert_eq!(trace.raised[0].message, "no plan");
    assert_eq!(
        trace.raised[0].site.map(|site| site.file),
        Some("src/plan.rs")
    );
    assert_eq!(
        names(&trace.raised[0]),
        ["__rustc::rust_begin_unwind", "swarm::plan::choose"]
    );
    assert_eq!(trace.raised[0].calls[1].file, "./src/plan.rs");

    let text = "swarm::Refused: no plan\ncaused by: std::io::Error: gone\n   0: swarm::plan::choose::h0123456789abcdef\n";
    let trace = within(Version::NEWEST, text).expect("a traceback");
    assert_eq!(trace.language, Language::Rust);
    assert_eq!(trace.raised[0].kind, "std::io::Error");
    assert_eq!(trace.raised[1].kind, "swarm::Refused");
    assert_eq!(trace.raised[1].calls.len(), 1);
}

#[test]
fn prose_is_no_traceback() {
    for text in [
        "",
        "one line",
        "two\nlines",
        "look at the (map)\nand at this",
        "1: first\n2: second",
    ] {
        assert_eq!(within(Version::NEWEST, text), None, "{text}");
    }
}
