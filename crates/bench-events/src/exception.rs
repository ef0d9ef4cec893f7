//! Exceptions with their tracebacks, as Python agents log them.

use crate::random::Draws;
use crate::write;

/// The errors that are raised and what they say before and after a number.
const ERRORS: [(&str, &str, &str); 10] = [
    ("TimeoutError", "no answer within ", " ms"),
    (
        "ConnectionResetError",
        "[Errno 104] Connection reset by peer after ",
        " bytes",
    ),
    ("KeyError", "'chunk_", "'"),
    ("ValueError", "score ", " is not between 0 and 100"),
    (
        "json.decoder.JSONDecodeError",
        "Expecting ',' delimiter: line 1 column ",
        "",
    ),
    (
        "PermissionError",
        "[Errno 13] Permission denied: '/data/shard_",
        ".bin'",
    ),
    ("RateLimitError", "429: retry after ", " ms"),
    ("MemoryError", "cannot allocate ", " bytes"),
    (
        "psycopg2.OperationalError",
        "server closed the connection after ",
        " ms",
    ),
    (
        "ModelOverloadedError",
        "queue of the model has ",
        " requests",
    ),
];

/// The places in the code, as a traceback shows them inside of JSON.
const FRAMES: [&str; 24] = [
    r#"  File \"/app/agents/research.py\", line 88, in gather\n    pages = await self.fetch_all(urls)\n"#,
    r#"  File \"/app/agents/research.py\", line 141, in fetch_all\n    return [await fetch(u) for u in urls]\n"#,
    r#"  File \"/app/agents/writing.py\", line 57, in draft\n    text = self.model.complete(prompt)\n"#,
    r#"  File \"/app/agents/writing.py\", line 203, in outline\n    sections = plan.split()\n"#,
    r#"  File \"/app/agents/editing.py\", line 34, in revise\n    patch = diff(before, after)\n"#,
    r#"  File \"/app/agents/editing.py\", line 119, in apply\n    document.update(patch)\n"#,
    r#"  File \"/app/agents/fact_checking.py\", line 72, in verify\n    sources = self.index.lookup(claim)\n"#,
    r#"  File \"/app/agents/fact_checking.py\", line 160, in score\n    return weights[source.kind]\n"#,
    r#"  File \"/app/core/worker.py\", line 45, in run\n    result = handler(task)\n"#,
    r#"  File \"/app/core/worker.py\", line 97, in handle\n    return self.process(task)\n"#,
    r#"  File \"/app/core/retry.py\", line 28, in call\n    return function(*args)\n"#,
    r#"  File \"/app/core/queue.py\", line 64, in claim\n    row = cursor.fetchone()\n"#,
    r#"  File \"/app/core/queue.py\", line 132, in complete\n    connection.commit()\n"#,
    r#"  File \"/app/clients/http.py\", line 51, in get\n    response = session.get(url, timeout=30)\n"#,
    r#"  File \"/app/clients/http.py\", line 83, in read\n    return response.json()\n"#,
    r#"  File \"/app/clients/model.py\", line 39, in complete\n    reply = self.post(\"/complete\", body)\n"#,
    r#"  File \"/app/clients/model.py\", line 77, in post\n    raise_for_status(reply)\n"#,
    r#"  File \"/app/clients/storage.py\", line 22, in load\n    with open(path, \"rb\") as file:\n"#,
    r#"  File \"/usr/lib/python3.11/asyncio/tasks.py\", line 479, in wait_for\n    return fut.result()\n"#,
    r#"  File \"/usr/lib/python3.11/json/decoder.py\", line 337, in decode\n    obj, end = self.raw_decode(s)\n"#,
    r#"  File \"/usr/lib/python3.11/ssl.py\", line 1134, in read\n    return self._sslobj.read(len)\n"#,
    r#"  File \"/usr/lib/python3.11/socket.py\", line 706, in readinto\n    return self._sock.recv_into(b)\n"#,
    r#"  File \"/usr/lib/python3.11/concurrent/futures/thread.py\", line 58, in run\n    result = self.fn(*self.args)\n"#,
    r#"  File \"/usr/lib/python3.11/site-packages/psycopg2/extras.py\", line 236, in execute\n    return super().execute(query)\n"#,
];

/// The ways through the code on which something fails, as numbers of [`FRAMES`], the innermost last: a
/// program fails in a few places again and again. They have 4 frames on average.
const PATHS: [&[usize]; 16] = [
    &[8, 9, 0, 1, 13, 21],
    &[8, 9, 0, 1, 14],
    &[8, 9, 0, 18],
    &[8, 9, 2, 15, 16],
    &[8, 9, 2, 15, 13, 20],
    &[9, 3],
    &[8, 9, 4],
    &[8, 9, 4, 5],
    &[8, 9, 6, 17],
    &[9, 6, 7],
    &[22, 10, 13, 20],
    &[22, 10, 15, 16],
    &[11, 23],
    &[8, 12],
    &[8, 9, 14, 19],
    &[22, 8, 10, 17],
];
/// What fails: a place, and one of four errors there.
const BUGS: u64 = 4 * PATHS.len() as u64;

/// Appends `metadata.exception`.
pub fn append(draws: &mut Draws, line: &mut Vec<u8>) {
    let bug = draws.skewed(BUGS) as usize;
    let path = PATHS[bug % PATHS.len()];
    let (kind, before, after) = ERRORS[(7 * bug + bug / PATHS.len()) % ERRORS.len()];
    let number = draws.below(10_000);
    let message = |line: &mut Vec<u8>| {
        line.extend_from_slice(before.as_bytes());
        write::integer(line, number);
        line.extend_from_slice(after.as_bytes());
    };
    line.extend_from_slice(b",\"exception\":{\"type\":\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b"\",\"message\":\"");
    message(line);
    line.extend_from_slice(br#"","traceback":["Traceback (most recent call last):\n"#);
    for frame in path {
        line.extend_from_slice(b"\",\"");
        line.extend_from_slice(FRAMES[*frame].as_bytes());
    }
    line.extend_from_slice(b"\",\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b": ");
    message(line);
    line.extend_from_slice(br#"\n"]}"#);
}
