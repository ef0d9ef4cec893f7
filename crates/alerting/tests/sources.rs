//! Rules over logs, agents and tasks, on real stores: what they find, and that a store which does not answer
//! begins and ends nothing.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use support::world_of_groups::{Listener, group};
use swarmscope_alerting::group::Group;
use swarmscope_alerting::question::Addresses;
use swarmscope_alerting::rule::{AlertState, Health};
use swarmscope_alerting::{
    Environment, MetricAnswers, Sources, Timing, WrittenRule, check_rule, trial,
};
use swarmscope_logstore::EmbeddedLogs;
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::error_groups::{
    Applied, ErrorGroupStore, GroupAction, GroupBatch, GroupChange, GroupIdentity, GroupSource,
    Occurrence,
};
use swarmscope_model::metrics::Cancellation;
use swarmscope_model::state::{NewAgent, NewTask, StateStore};
use swarmscope_model::{Severity, Timestamp};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, DeleteRequest, Deletion, FieldInfo, Hit, IndexInfo, LogStore, Refused, SearchReply,
    SearchRequest, StoreError, WriteOperation, Written,
};
use swarmscope_state::SqliteState;
use tempfile::TempDir;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
/// Ten minutes ago, so that everything lies in the past.
fn start() -> i64 {
    Timestamp::now().as_millisecond() - 10 * MINUTE
}

/// A log store that can be made to fail.
struct Moody {
    logs: EmbeddedLogs,
    fails: AtomicBool,
}

#[async_trait]
impl LogStore for Moody {
    async fn write(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        self.logs.write(operations).await
    }

    async fn rewrite(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        self.logs.rewrite(operations).await
    }
    async fn search(&self, request: SearchRequest) -> Result<SearchReply, StoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::TimedOut { seconds: 30 });
        }
        self.logs.search(request).await
    }
    async fn get(&self, index: &str, id: &str) -> Result<Option<Hit>, StoreError> {
        self.logs.get(index, id).await
    }
    async fn indices(&self, expression: &IndexExpression) -> Result<Vec<IndexInfo>, StoreError> {
        self.logs.indices(expression).await
    }
    async fn create_index(
        &self,
        name: &str,
        definition: Map<String, Value>,
    ) -> Result<(), StoreError> {
        self.logs.create_index(name, definition).await
    }
    async fn delete_indices(
        &self,
        expression: &IndexExpression,
    ) -> Result<Vec<String>, StoreError> {
        self.logs.delete_indices(expression).await
    }
    async fn delete_by_query(&self, request: DeleteRequest) -> Result<Deletion, StoreError> {
        self.logs.delete_by_query(request).await
    }
    async fn definitions(&self) -> Result<Bytes, StoreError> {
        self.logs.definitions().await
    }
    async fn keep_definitions(&self, definitions: Bytes) -> Result<(), StoreError> {
        self.logs.keep_definitions(definitions).await
    }
    async fn fields(&self, expression: &IndexExpression) -> Result<Vec<FieldInfo>, StoreError> {
        self.logs.fields(expression).await
    }
}

struct World {
    _folder: TempDir,
    logs: Arc<Moody>,
    state: Arc<dyn StateStore>,
    groups: Arc<dyn ErrorGroupStore>,
    listener: Arc<Listener>,
    environment: Environment,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = swarmscope_logstore::Options::new(folder.path().join("logs"));
        let logs = Arc::new(Moody {
            logs: EmbeddedLogs::open(options).expect("a log store"),
            fails: AtomicBool::new(false),
        });
        let options = Options::new(folder.path().join("metrics"));
        let metrics = Arc::new(EmbeddedMetrics::open(options).expect("a metric store"));
        let state = SqliteState::open(&folder.path().join("state.db")).await;
        let state = state.expect("a state store");
        let groups: Arc<dyn ErrorGroupStore> = Arc::new(state.clone());
        let state: Arc<dyn StateStore> = Arc::new(state);
        let answers = MetricAnswers::new(metrics.clone(), Default::default());
        let listener = Arc::new(Listener::default());
        let environment = Environment {
            evaluate: Arc::new(Sources::new(
                answers,
                logs.clone(),
                state.clone(),
                groups.clone(),
            )),
            store: metrics,
            report: listener.clone(),
            syntax: Default::default(),
            timing: Timing::default(),
            external_labels: Arc::default(),
            addresses: Arc::new(Addresses {
                prometheus: "http://prometheus".to_owned(),
                ui: "http://ui".to_owned(),
            }),
        };
        Self {
            _folder: folder,
            logs,
            state,
            groups,
            listener,
            environment,
        }
    }

    async fn log(&self, at: i64, agent: &str, severity: &str) {
        let source = json!({
            "timestamp": Timestamp::from_millisecond(at).to_string(), "agent_name": agent,
            "event_type": "e", "severity": severity, "message": "m", "metadata": {"tenant": "x"},
        });
        let operation = WriteOperation {
            index: "logs-1".into(),
            action: Action::Create,
            id: None,
            source: Bytes::from(source.to_string()),
        };
        let written = self.logs.write(vec![operation]).await.expect("a write");
        written.into_iter().for_each(|each| {
            each.expect("stored");
        });
    }

    /// So many errors of a group, now; `cursor` is where the follower stands then.
    async fn fail(&self, group: &str, count: u64, cursor: &mut u64) {
        let occurrences = (0..count).map(|number| Occurrence {
            index: "logs-1".to_owned(),
            id: format!("{cursor}-{number}"),
            timestamp: Timestamp::now(),
            severity: Severity::Error,
            agent_name: "a".to_owned(),
            version: None,
            task_type: None,
            task_id: None,
            correlation_id: None,
            message: "it broke".to_owned(),
        });
        let identity = GroupIdentity {
            id: group.repeat(32),
            version: 1,
            title: format!("{group} broke"),
            error_type: "Broken".to_owned(),
            culprit: String::new(),
            source: GroupSource::Message,
            frames: Vec::new(),
        };
        let batch = GroupBatch {
            source: "logs".to_owned(),
            after: (*cursor > 0).then_some(*cursor),
            cursor: *cursor + count,
            documents: (0..count).map(|number| *cursor + number).collect(),
            changes: vec![GroupChange {
                identity,
                occurrences: occurrences.collect(),
            }],
        };
        let applied = self.groups.apply_errors(&batch).await.expect("a batch");
        assert!(matches!(applied, Applied::Done(_)));
        *cursor += count;
    }

    /// Evaluates a group and gives the labels of what fires, in the rule's order of labels.
    async fn evaluate(&self, group: &Arc<Group>, at: i64) -> Vec<String> {
        let (group, environment) = (Arc::clone(group), self.environment.clone());
        let evaluated = tokio::task::spawn_blocking(move || {
            group.evaluate(at, &environment);
            group
        });
        let group = evaluated.await.expect("no panic");
        let alerts = group.alerts().into_iter();
        let firing = alerts.filter(|each| each.alert.state == AlertState::Firing);
        firing
            .map(|each| {
                format!(
                    "{:?} {}",
                    each.alert.labels.without(&["alertname"]),
                    each.alert.value
                )
            })
            .collect()
    }
}

fn error_of(group: &Group) -> Option<String> {
    let rule = group.view().rules.remove(0);
    assert_eq!(
        rule.status.last_error.is_some(),
        rule.status.health == Health::Bad
    );
    rule.status.last_error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_counted_by_fields_within_a_window() {
    let world = World::new().await;
    let t = start();
    for second in 0..5 {
        world.log(t + second * SECOND, "a", "ERROR").await;
    }
    world.log(t, "b", "ERROR").await;
    world.log(t, "a", "INFO").await;
    let rule = "{alert: Spike, logs: {query: 'severity:ERROR', window: 1m, by: [agent_name, metadata.tenant], above: 3}}";
    let group = group(rule);
    let found = world.evaluate(&group, t + 10 * SECOND).await;
    assert_eq!(found, [r#"{agent_name="a", metadata_tenant="x"} 5"#]);
    // The window moves on.
    assert_eq!(world.evaluate(&group, t + 61 * SECOND).await.len(), 1);
    assert_eq!(world.evaluate(&group, t + 65 * SECOND).await, [""; 0]);
    assert_eq!(error_of(&group), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_events_are_an_alert_of_whoever_had_some() {
    let world = World::new().await;
    let t = start();
    world.log(t, "a", "INFO").await;
    world.log(t + 2 * MINUTE, "b", "INFO").await;
    let of_each =
        group("{alert: Quiet, logs: {window: 1m, by: [agent_name], below: 1, among: 5m}}");
    assert_eq!(
        world.evaluate(&of_each, t + 2 * MINUTE + SECOND).await,
        [r#"{agent_name="a"} 0"#]
    );
    // Who had none for long is not expected any more.
    assert_eq!(
        world.evaluate(&of_each, t + 5 * MINUTE + SECOND).await,
        [r#"{agent_name="b"} 0"#]
    );
    let of_all = group("{alert: Quiet, logs: {window: 1m, below: 1}}");
    assert_eq!(world.evaluate(&of_all, t + SECOND).await, [""; 0]);
    assert_eq!(world.evaluate(&of_all, t + 90 * SECOND).await, ["{} 0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_does_not_answer_ends_no_alert_and_the_rule_says_why() {
    let world = World::new().await;
    let t = start();
    world.log(t, "a", "ERROR").await;
    let group = group("{alert: Any, logs: {query: 'severity:ERROR', window: 1m, above: 0}}");
    assert_eq!(world.evaluate(&group, t + SECOND).await, ["{} 1"]);
    world.logs.fails.store(true, Ordering::SeqCst);
    // Long beyond the window, and beyond what an Alertmanager remembers: it stays, and is told again.
    world.listener.take();
    for minute in 1..=6 {
        assert_eq!(world.evaluate(&group, t + minute * MINUTE).await, ["{} 1"]);
    }
    let error = error_of(&group).expect("an error");
    assert!(error.contains("gave up after 30 s"), "{error}");
    let told = world.listener.take();
    assert!(
        told.iter().all(|line| line.ends_with("due firing")),
        "{told:?}"
    );
    assert!(told.len() >= 3, "{told:?}");
    world.logs.fails.store(false, Ordering::SeqCst);
    assert_eq!(world.evaluate(&group, t + 7 * MINUTE).await, [""; 0]);
    assert_eq!(error_of(&group), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_agents_are_found_and_those_that_left_are_not() {
    let world = World::new().await;
    let agent = |name: &str| NewAgent {
        agent_name: name.to_owned(),
        agent_type: "research_agent".to_owned(),
        capabilities: Map::new(),
        metadata: Map::new(),
    };
    for name in ["gone", "left"] {
        world.state.register(agent(name)).await.expect("an agent");
    }
    world.state.deregister("left").await.expect("an agent");
    let now = Timestamp::now().as_millisecond();
    let silent = group("{alert: Silent, agents: {silent_for: 1m, forget_after: 1h}}");
    assert_eq!(world.evaluate(&silent, now + 30 * SECOND).await, [""; 0]);
    let found = world.evaluate(&silent, now + 5 * MINUTE).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let labels = r#"{agent_name="gone", agent_type="research_agent"} "#;
    assert!(found[0].starts_with(labels), "{found:?}");
    assert_eq!(world.evaluate(&silent, now + 61 * MINUTE).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_holds_work_and_says_nothing_is_found() {
    let world = World::new().await;
    let types = ["research".to_owned()];
    for name in ["talks", "mute"] {
        let agent = NewAgent {
            agent_name: name.to_owned(),
            agent_type: "research_agent".to_owned(),
            capabilities: Map::new(),
            metadata: Map::new(),
        };
        world.state.register(agent).await.expect("an agent");
        let task: NewTask =
            serde_json::from_value(json!({"task_type": "research"})).expect("a task");
        world.state.enqueue(vec![task]).await.expect("a task");
        let lease = Duration::from_secs(60);
        let claimed = world.state.claim(name, &types, lease).await;
        assert!(claimed.expect("a claim").is_some());
    }
    let now = Timestamp::now().as_millisecond();
    world.log(now - 10 * SECOND, "talks", "INFO").await;
    world.log(now - 10 * MINUTE, "mute", "INFO").await;
    let idle = group("{alert: Idle, agents: {idle_with_lease_for: 5m}}");
    assert_eq!(
        world.evaluate(&idle, now).await,
        [r#"{agent_name="mute", agent_type="research_agent"} 1"#]
    );
    // Nobody can say so while the logs cannot be read.
    world.logs.fails.store(true, Ordering::SeqCst);
    assert_eq!(world.evaluate(&idle, now).await.len(), 1);
    assert!(error_of(&idle).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_are_counted_by_state_and_type() {
    let world = World::new().await;
    for task_type in ["research", "research", "editing"] {
        let task: NewTask =
            serde_json::from_value(json!({"task_type": task_type})).expect("a task");
        world.state.enqueue(vec![task]).await.expect("a task");
    }
    let now = Timestamp::now().as_millisecond();
    let all = group("{alert: Waiting, tasks: {state: queued, above: 2}}");
    assert_eq!(world.evaluate(&all, now).await, [r#"{state="queued"} 3"#]);
    let some = group("{alert: Waiting, tasks: {state: queued, task_type: research, below: 3}}");
    assert_eq!(
        world.evaluate(&some, now).await,
        [r#"{state="queued", task_type="research"} 2"#]
    );
    let none = group("{alert: Dead, tasks: {state: dead_letter, above: 0}}");
    assert_eq!(world.evaluate(&none, now).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_tried_on_the_past_fires_when_it_would_have() {
    let world = World::new().await;
    // On a whole step, so that the trial evaluates when a group would.
    let t = start().div_euclid(15 * SECOND) * 15 * SECOND;
    for second in 0..4 {
        world.log(t + MINUTE + second * SECOND, "a", "ERROR").await;
        world
            .log(t + 5 * MINUTE + second * SECOND, "b", "ERROR")
            .await;
    }
    let written = json!({
        "alert": "Spike", "for": "30s",
        "logs": {"query": "severity:ERROR", "window": "1m", "by": ["agent_name"], "above": 3},
        "annotations": {"summary": "{{ $labels.agent_name }}: {{ $value }}"},
    });
    let written: WrittenRule = serde_json::from_value(written).expect("an object");
    let rule = check_rule(&written, Default::default()).expect("a rule");
    let steps = trial::steps(&rule.question, t, t + 8 * MINUTE).expect("steps");
    let environment = world.environment.clone();
    let trial = tokio::task::spawn_blocking(move || {
        trial::run(&rule, steps, &environment, &Cancellation::default())
    });
    let trial = trial.await.expect("no panic").expect("a trial");
    let fired: Vec<_> = trial
        .fired
        .iter()
        .map(|alert| {
            let at = |time: i64| (time - t) / SECOND;
            let summary = alert.annotations.get("summary").unwrap_or_default();
            (
                summary,
                at(alert.active_at),
                at(alert.fired_at),
                alert.resolved_at.map(at),
            )
        })
        .collect();
    // Four errors by second 64: found at 75, firing after half a minute, until the first is a minute old.
    assert_eq!(
        fired,
        [("a: 4", 75, 105, Some(135)), ("b: 4", 315, 345, Some(375))]
    );
    // The same as evaluations find, one by one.
    let spike = group(
        "{alert: Spike, logs: {query: 'severity:ERROR', window: 1m, by: [agent_name], above: 3}}",
    );
    for (second, firing) in [(60, 0), (75, 1), (120, 1), (135, 0)] {
        let found = world.evaluate(&spike, t + second * SECOND).await;
        assert_eq!(found.len(), firing, "second {second}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_of_which_no_past_is_known_cannot_be_tried() {
    let world = World::new().await;
    let written = json!({"alert": "Silent", "agents": {"silent_for": "1m"}});
    let written: WrittenRule = serde_json::from_value(written).expect("an object");
    let rule = check_rule(&written, Default::default()).expect("a rule");
    let steps = trial::steps(&rule.question, 0, MINUTE).expect("steps");
    let environment = world.environment.clone();
    let trial = tokio::task::spawn_blocking(move || {
        trial::run(&rule, steps, &environment, &Cancellation::default())
    });
    let error = trial
        .await
        .expect("no panic")
        .expect_err("no past")
        .to_string();
    assert!(error.contains("keeps no past"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_of_errors_that_are_new_back_or_frequent_are_found() {
    let world = World::new().await;
    let mut cursor = 0;
    world.fail("a", 1, &mut cursor).await;
    world.fail("b", 8, &mut cursor).await;
    let now = Timestamp::now().as_millisecond() + SECOND;
    let (a, b) = ("a".repeat(32), "b".repeat(32));
    let labels = |id: &str, title: &str| {
        format!(r#"{{error_group="{id}", error_type="Broken", title="{title} broke"}}"#)
    };
    let new = group("{alert: New, errors: {event: new, window: 10m}}");
    let both = [
        format!("{} 1", labels(&a, "a")),
        format!("{} 8", labels(&b, "b")),
    ];
    assert_eq!(world.evaluate(&new, now).await, both);
    assert_eq!(world.evaluate(&new, now + 11 * MINUTE).await, [""; 0]);
    // A store that knows of errors since just now has everything still to learn.
    let learning = group("{alert: New, errors: {event: new, window: 2h, learn_for: 1h}}");
    assert_eq!(world.evaluate(&learning, now).await, [""; 0]);
    assert_eq!(world.evaluate(&learning, now + 61 * MINUTE).await.len(), 2);

    let frequent = group("{alert: Many, errors: {event: rate, window: 10m, above: 5}}");
    assert_eq!(world.evaluate(&frequent, now).await, both[1..]);

    let back = group("{alert: Back, errors: {event: regressed, window: 10m}}");
    assert_eq!(world.evaluate(&back, now).await, [""; 0]);
    let ids = [a.clone(), b.clone()];
    let resolved = world.groups.act_on_groups(&ids, &GroupAction::Resolve);
    resolved.await.expect("resolved");
    // What somebody has mended is no news any more.
    assert_eq!(world.evaluate(&new, now).await, [""; 0]);
    world.fail("a", 1, &mut cursor).await;
    let now = Timestamp::now().as_millisecond() + SECOND;
    let found = world.evaluate(&back, now).await;
    assert_eq!(found, [format!("{} 2", labels(&a, "a"))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_about_new_groups_of_errors_can_be_tried_whatever_its_window() {
    let world = World::new().await;
    world.fail("a", 1, &mut 0).await;
    let now = Timestamp::now().as_millisecond() + MINUTE;
    let written = json!({"alert": "New", "errors": {"event": "new", "window": "10m"}});
    let written: WrittenRule = serde_json::from_value(written).expect("an object");
    let rule = check_rule(&written, Default::default()).expect("a rule");
    let steps = trial::steps(&rule.question, now - 3 * 24 * 60 * MINUTE, now).expect("steps");
    let environment = world.environment.clone();
    let trial = tokio::task::spawn_blocking(move || {
        trial::run(&rule, steps, &environment, &Cancellation::default())
    });
    let trial = trial.await.expect("no panic").expect("a trial");
    let titles = trial.fired.iter().map(|alert| alert.labels.get("title"));
    assert_eq!(titles.collect::<Vec<_>>(), [Some("a broke")]);
}
