//! Real output of real programs, with ordinary lines around their tracebacks.

use proptest::prelude::*;

use super::*;

fn lines(text: &str) -> Vec<Line> {
    text.lines()
        .map(|line| Line {
            bytes: line.as_bytes().to_vec(),
            cut: 0,
        })
        .collect()
}

fn join(text: &str) -> Vec<Piece> {
    let mut joiner = Joiner::default();
    let mut pieces: Vec<Piece> = lines(text)
        .into_iter()
        .flat_map(|line| joiner.push(line))
        .collect();
    pieces.extend(joiner.flush());
    pieces
}

/// Every piece on a line: the text, or type, message, number of lines, first and last of them.
fn summary(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Line(line) => text += &format!("line       {}\n", line.text()),
            Piece::Traceback(exception) => {
                let (first, last) = (exception.traceback.first(), exception.traceback.last());
                text += &format!(
                    "traceback  {} | {} | {} lines, {:?} to {:?}\n",
                    exception.kind,
                    exception.message,
                    exception.traceback.len(),
                    first.map(String::as_str).unwrap_or_default(),
                    last.map(String::as_str).unwrap_or_default(),
                );
            }
        }
    }
    text
}

macro_rules! samples {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            let text = include_str!(concat!("samples/", stringify!($name), ".txt"));
            insta::assert_snapshot!(stringify!($name), summary(&join(text)));
        }
    )*};
}

samples!(
    python_threads,
    python_recursion,
    node,
    java,
    go,
    rust,
    rust_old
);

#[test]
fn an_event_is_never_part_of_a_traceback() {
    let text = "panic: lost\n{\"message\":\"a\"}\n\ngoroutine 1 [running]:\nmain.main()\n";
    let pieces = join(text);
    assert!(pieces.iter().all(|piece| matches!(piece, Piece::Line(_))));
    assert_eq!(pieces.len(), 5);
}

#[test]
fn what_may_begin_a_traceback_is_not_held_for_ever() {
    let mut joiner = Joiner::default();
    let mut given = 0;
    for number in 0..MAX_UNDECIDED_LINES + 5 {
        let text = if number == 0 {
            "Error: slow"
        } else {
            "still at work"
        };
        given += lines(text)
            .into_iter()
            .map(|line| joiner.push(line).len())
            .sum::<usize>();
    }
    assert_eq!(given, MAX_UNDECIDED_LINES + 5);
    assert!(!joiner.is_open());
}

#[test]
fn an_endless_traceback_keeps_its_ends() {
    let frames = "  File \"a.py\", line 1, in f\n".repeat(MAX_TRACEBACK_LINES);
    let text = format!("Traceback (most recent call last):\n{frames}RecursionError: too deep\n");
    let pieces = join(&text);
    let [Piece::Traceback(exception)] = pieces.as_slice() else {
        panic!("one traceback");
    };
    assert_eq!(exception.traceback.len(), MAX_TRACEBACK_LINES + 1);
    assert!(exception.traceback[MAX_TRACEBACK_LINES / 2].contains("2 lines left out"));
    assert_eq!(
        exception.traceback.last().map(String::as_str),
        Some("RecursionError: too deep")
    );
}

fn any_line() -> impl Strategy<Value = String> {
    let known: Vec<String> = [
        include_str!("samples/python_threads.txt"),
        include_str!("samples/node.txt"),
        include_str!("samples/java.txt"),
        include_str!("samples/go.txt"),
        include_str!("samples/rust.txt"),
        include_str!("samples/rust_old.txt"),
    ]
    .iter()
    .flat_map(|text| text.lines())
    .map(str::to_owned)
    .collect();
    prop_oneof![4 => proptest::sample::select(known), 1 => "[ -~]{0,20}"]
}

proptest! {
    /// Whatever the order of the lines, all of them come out, in their order.
    #[test]
    fn nothing_is_lost_or_reordered(given in proptest::collection::vec(any_line(), 0..120)) {
        let pieces = join(&given.join("\n"));
        let found: Vec<String> = pieces
            .into_iter()
            .flat_map(|piece| match piece {
                Piece::Line(line) => vec![line.text().into_owned()],
                Piece::Traceback(exception) => exception.traceback,
            })
            .collect();
        let expected: Vec<&str> = given.iter().map(String::as_str).collect();
        let expected = expected.join("\n");
        let expected: Vec<&str> = expected.lines().collect();
        prop_assert_eq!(found, expected);
    }
}
