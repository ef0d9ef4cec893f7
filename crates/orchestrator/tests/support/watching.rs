//! What the stream of changed tasks tells.

use std::time::Duration;

use futures::stream::{BoxStream, StreamExt};
use serde_json::Value;

/// A stream that is read for as long as it is kept.
pub struct Watch {
    bytes: BoxStream<'static, Vec<u8>>,
    text: String,
}

impl Watch {
    pub fn new(reply: reqwest::Response) -> Self {
        assert_eq!(reply.status(), 200);
        let bytes = reply.bytes_stream().map(|bytes| bytes.unwrap().to_vec());
        Self {
            bytes: bytes.boxed(),
            text: String::new(),
        }
    }

    /// Reads events until one carries a task that `wanted` accepts; the task, and the event's id.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> (Value, String) {
        let read = async {
            loop {
                let bytes = self.bytes.next().await.expect("the stream goes on");
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
                if let Some(found) = find(&self.text, &wanted) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), read)
            .await
            .expect("the event comes")
    }
}

impl Watch {
    /// The tasks of the next event that carries any, and the event's id.
    pub async fn next(&mut self) -> (Vec<Value>, String) {
        let read = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let found = parse(event);
                    self.text = rest.to_owned();
                    if let Some(found) = found {
                        return found;
                    }
                    continue;
                }
                let bytes = self.bytes.next().await.expect("the stream goes on");
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(60), read)
            .await
            .expect("an event comes")
    }
}

/// The tasks of an event that carries any, and its id.
fn parse(event: &str) -> Option<(Vec<Value>, String)> {
    let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data = line("data: ").filter(|_| line("event: ") == Some("tasks"))?;
    // The last event may not be there in full yet.
    let data: Value = serde_json::from_str(data).ok()?;
    let tasks = data["tasks"].as_array()?.clone();
    Some((tasks, line("id: ")?.to_owned()))
}

fn find(text: &str, wanted: impl Fn(&Value) -> bool) -> Option<(Value, String)> {
    text.split("\n\n").find_map(|event| {
        let (tasks, id) = parse(event)?;
        let task = tasks.into_iter().find(|task| wanted(task))?;
        Some((task, id))
    })
}
