//! The obviously right store for random writes: what is in it, and what may be after a crash.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use swarmscope_logstore::EmbeddedLogs;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, Effect, LogStore, Refused, SearchRequest, SortKey, WriteOperation, Written,
};

use super::{all, operation};

const INDICES: [&str; 3] = ["logs-a", "logs-b", "traces"];
/// So few that replacing and deleting hits something.
const IDS: u32 = 8;

/// A document is known by the id that its sender gave, or by the number in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Given(String),
    Number(u64),
}

/// Version and number of a document.
type Document = (u64, u64);

/// What is stored, by index.
pub type Contents = BTreeMap<String, BTreeMap<Key, Document>>;

/// One operation of a request.
#[derive(Debug, Clone)]
pub struct Operation {
    pub action: Action,
    pub index: String,
    pub id: Option<String>,
    pub number: u64,
}

/// Something that changes what is stored, as a whole or not at all.
#[derive(Debug, Clone)]
pub enum Change {
    Write(Vec<Operation>),
    CreateIndex(String),
    DeleteIndex(String),
}

impl Operation {
    /// As it is sent to the store.
    pub fn to_write(&self) -> WriteOperation {
        let source = match self.action {
            Action::Delete => Value::Null,
            _ => json!({
                "n": self.number,
                "message": format!("request {} took {} ms", self.number * 7919, self.number % 97),
                "agent_name": format!("agent_{}", self.number % 3),
            }),
        };
        operation(self.action, &self.index, self.id.as_deref(), &source)
    }
}

impl Change {
    /// A request of a few documents, with numbers from `next` on.
    pub fn random_write(random: &mut StdRng, next: &mut u64) -> Self {
        let count = random.random_range(1..8);
        let operations = (0..count).map(|_| {
            *next += 1;
            let id = format!("k/{}", random.random_range(0..IDS));
            let (action, id) = match random.random_range(0..10) {
                0..4 => (Action::Create, None),
                4..6 => (Action::Create, Some(id)),
                6..9 => (Action::Index, Some(id)),
                _ => (Action::Delete, Some(id)),
            };
            Operation {
                action,
                index: INDICES[random.random_range(0..INDICES.len())].to_owned(),
                id,
                number: *next,
            }
        });
        Change::Write(operations.collect())
    }

    /// Any change.
    pub fn random(random: &mut StdRng, next: &mut u64) -> Self {
        let index = INDICES[random.random_range(0..INDICES.len())].to_owned();
        match random.random_range(0..25) {
            0 => Change::CreateIndex(index),
            1 => Change::DeleteIndex(index),
            _ => Self::random_write(random, next),
        }
    }

    /// Makes the change; gives for each operation of a write what the store has to answer: effect and
    /// version, or that the document exists.
    pub fn apply(&self, contents: &mut Contents) -> Vec<Option<(Effect, u64)>> {
        match self {
            Change::CreateIndex(index) => {
                contents.entry(index.clone()).or_default();
                Vec::new()
            }
            Change::DeleteIndex(index) => {
                contents.remove(index);
                Vec::new()
            }
            Change::Write(operations) => operations
                .iter()
                .map(|operation| operation.apply(contents))
                .collect(),
        }
    }
}

impl Operation {
    fn apply(&self, contents: &mut Contents) -> Option<(Effect, u64)> {
        let key = match &self.id {
            Some(id) => Key::Given(id.clone()),
            None => Key::Number(self.number),
        };
        if self.action == Action::Delete {
            let own = contents.get_mut(&self.index);
            return match own.and_then(|documents| documents.remove(&key)) {
                Some((version, _)) => Some((Effect::Deleted, version + 1)),
                None => Some((Effect::NotFound, 1)),
            };
        }
        let present = contents
            .get(&self.index)
            .and_then(|documents| documents.get(&key))
            .map(|(version, _)| *version);
        if self.action == Action::Create && present.is_some() {
            return None;
        }
        let version = present.unwrap_or(0) + 1;
        let documents = contents.entry(self.index.clone()).or_default();
        documents.insert(key, (version, self.number));
        match present {
            Some(_) => Some((Effect::Updated, version)),
            None => Some((Effect::Created, version)),
        }
    }
}

/// What the store answered has to be what was expected.
pub fn check_answers(
    answers: &[Result<Written, Refused>],
    expected: &[Option<(Effect, u64)>],
    story: &str,
) {
    let answers: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Ok(written) => Some((written.effect, written.version)),
            Err(Refused::AlreadyExists { .. }) => None,
            Err(other) => panic!("{story}: {other}"),
        })
        .collect();
    assert_eq!(answers, expected, "{story}");
}

/// Everything that a store holds; every document has to be there once and whole.
pub async fn contents(logs: &EmbeddedLogs, story: &str) -> Contents {
    let mut found = Contents::new();
    let expression = IndexExpression::all();
    for info in logs.indices(&expression).await.expect("indices") {
        found.insert(info.name, BTreeMap::new());
    }
    let mut request = SearchRequest::new(expression, all());
    request.size = 10_000;
    request.sort = vec![SortKey::Sequence(
        swarmscope_query::aggregate::Direction::Ascending,
    )];
    let reply = logs.search(request).await.expect("a reply");
    let total = reply.total.expect("a total").count;
    assert_eq!(total, reply.hits.len() as u64, "{story}");
    let mut ids = std::collections::BTreeSet::new();
    for hit in reply.hits {
        let source: Value = serde_json::from_str(hit.source.get()).expect("JSON");
        let number = source["n"].as_u64().expect("a number");
        let whole = format!("request {} took {} ms", number * 7919, number % 97);
        assert_eq!(source["message"], whole, "{story}");
        let key = match hit.id.starts_with("k/") {
            true => Key::Given(hit.id.clone()),
            false => Key::Number(number),
        };
        assert!(
            ids.insert((hit.index.clone(), hit.id.clone())),
            "{story}: the id {} is there twice, again as {number} at {}",
            hit.id,
            hit.sequence
        );
        let documents = found.get_mut(&hit.index).expect("a known index");
        let before = documents.insert(key, (hit.version, number));
        assert_eq!(before, None, "{story}: a document is there twice");
    }
    found
}
