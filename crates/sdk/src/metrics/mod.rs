//! The four metrics of the contract, and the page they stand on.
//!
//! They live in the `prometheus` crate's default registry, so that an agent's own metrics, made
//! with that crate's macros, appear on the same page. Nothing here decides when to count.

#[cfg(feature = "net")]
mod serve;

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use prometheus::core::Collector;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, TextEncoder,
};

#[cfg(feature = "net")]
pub use serve::{router, serve_metrics};

/// Upper bounds of the latency buckets, in seconds.
pub const LATENCY_BUCKETS: [f64; 8] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Values one label may take; further ones count as `other`, because task types come from outside
/// and every value is a time series.
const MAX_LABEL_VALUES: usize = 200;

struct Labels(Mutex<HashSet<String>>);

impl Labels {
    fn new() -> Self {
        Self(Mutex::default())
    }

    fn bounded<'a>(&self, value: &'a str) -> &'a str {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(value) {
            value
        } else if known.len() < MAX_LABEL_VALUES {
            known.insert(value.to_owned());
            value
        } else {
            "other"
        }
    }
}

struct Metrics {
    tasks_dispatched: IntCounterVec,
    errors_encountered: IntCounterVec,
    task_latency: HistogramVec,
    active_tasks: IntGaugeVec,
    labels: [Labels; 3],
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    tasks_dispatched: registered(IntCounterVec::new(
        Opts::new("tasks_dispatched_total", "Tasks dispatched to agents"),
        &["task_type"],
    )),
    errors_encountered: registered(IntCounterVec::new(
        Opts::new("errors_encountered_total", "Errors encountered, by class"),
        &["error_type"],
    )),
    task_latency: registered(HistogramVec::new(
        HistogramOpts::new("task_latency_seconds", "Time that tasks took, in seconds")
            .buckets(LATENCY_BUCKETS.to_vec()),
        &["task_type"],
    )),
    active_tasks: registered(IntGaugeVec::new(
        Opts::new("active_tasks", "Tasks being worked on"),
        &["agent_type"],
    )),
    labels: std::array::from_fn(|_| Labels::new()),
});

/// Apart from the others, so that only the page of who sets it has it.
static QUEUED_TASKS: LazyLock<IntGauge> = LazyLock::new(|| {
    registered(IntGauge::new(
        "queued_tasks",
        "Tasks that wait for an agent",
    ))
});

/// Apart from the four, because they are about the process's own logging.
static EVENTS: LazyLock<[IntCounterVec; 2]> = LazyLock::new(|| {
    [
        (
            "swarmscope_events_emitted_total",
            "Events handed to the logger",
        ),
        (
            "swarmscope_events_dropped_total",
            "Events that the logger gave up",
        ),
    ]
    .map(|(name, help)| registered(IntCounterVec::new(Opts::new(name, help), &["agent_name"])))
});
static EVENT_AGENTS: LazyLock<Labels> = LazyLock::new(Labels::new);

/// Counts an event of this agent, and whether the logger took it.
pub fn count_event(agent_name: &str, taken: bool) {
    let [emitted, dropped] = &*EVENTS;
    let label = EVENT_AGENTS.bounded(agent_name);
    emitted.with_label_values(&[label]).inc();
    if !taken {
        dropped.with_label_values(&[label]).inc();
    }
}

/// Registers a metric. A name that the agent has taken itself leaves the agent's on the page.
fn registered<C: Collector + Clone + 'static>(metric: prometheus::Result<C>) -> C {
    let metric = metric.expect("the contract's names and labels are valid");
    let _ = prometheus::default_registry().register(Box::new(metric.clone()));
    metric
}

fn task_type_label(task_type: &str) -> &str {
    METRICS.labels[0].bounded(task_type)
}

fn agent_type_label(agent_type: &str) -> &str {
    METRICS.labels[1].bounded(agent_type)
}

/// Counts a task given to an agent.
pub fn increment_tasks_dispatched(task_type: &str) {
    let label = task_type_label(task_type);
    METRICS.tasks_dispatched.with_label_values(&[label]).inc();
}

/// Counts an error of this class: `transient`, `permanent`, `unexpected` or another.
pub fn increment_errors(error_type: &str) {
    let label = METRICS.labels[2].bounded(error_type);
    METRICS.errors_encountered.with_label_values(&[label]).inc();
}

/// Counts a task as being worked on.
pub fn increment_active_tasks(agent_type: &str) {
    let label = agent_type_label(agent_type);
    METRICS.active_tasks.with_label_values(&[label]).inc();
}

/// Counts a task as no longer being worked on.
pub fn decrement_active_tasks(agent_type: &str) {
    let label = agent_type_label(agent_type);
    METRICS.active_tasks.with_label_values(&[label]).dec();
}

/// Sets how many tasks are being worked on, for who sees them all.
pub fn set_active_tasks(agent_type: &str, tasks: i64) {
    let label = agent_type_label(agent_type);
    METRICS.active_tasks.with_label_values(&[label]).set(tasks);
}

/// Sets how many tasks wait for an agent, for who sees them all.
pub fn set_queued_tasks(tasks: i64) {
    QUEUED_TASKS.set(tasks);
}

/// Notes how long a task took.
pub fn observe_task_latency(task_type: &str, seconds: f64) {
    let label = task_type_label(task_type);
    METRICS
        .task_latency
        .with_label_values(&[label])
        .observe(seconds);
}

/// Notes, when dropped, how long it lived as the task's latency.
#[must_use = "the time is taken when the timer is dropped"]
pub struct TaskTimer {
    task_type: String,
    started: Instant,
}

impl TaskTimer {
    /// Starts timing a task of this type.
    pub fn start(task_type: &str) -> Self {
        Self {
            task_type: task_type.to_owned(),
            started: Instant::now(),
        }
    }
}

impl Drop for TaskTimer {
    fn drop(&mut self) {
        observe_task_latency(&self.task_type, self.started.elapsed().as_secs_f64());
    }
}

/// Counts a task as active for as long as it lives.
#[must_use = "the task counts as active until this is dropped"]
pub struct ActiveTask {
    agent_type: String,
}

impl ActiveTask {
    /// Counts one more active task of this agent type.
    pub fn start(agent_type: &str) -> Self {
        increment_active_tasks(agent_type);
        Self {
            agent_type: agent_type.to_owned(),
        }
    }
}

impl Drop for ActiveTask {
    fn drop(&mut self) {
        decrement_active_tasks(&self.agent_type);
    }
}

/// All metrics of the process as Prometheus text. The four are on the page before anything is counted.
pub fn render() -> String {
    LazyLock::force(&METRICS);
    let mut page = Vec::new();
    // Fails only on a metric family without metrics, which then is left out.
    let _ = TextEncoder::new().encode(&prometheus::gather(), &mut page);
    let mut page = String::from_utf8_lossy(&page).into_owned();
    announce_the_empty(&mut page);
    page
}

/// A family without series is left out by the library; whoever looks for a metric's name finds it all
/// the same, as on the pages of other clients.
fn announce_the_empty(page: &mut String) {
    let families: [&dyn Collector; 4] = [
        &METRICS.tasks_dispatched,
        &METRICS.errors_encountered,
        &METRICS.task_latency,
        &METRICS.active_tasks,
    ];
    for (family, kind) in families
        .into_iter()
        .zip(["counter", "counter", "histogram", "gauge"])
    {
        for description in family.desc() {
            let name = &description.fq_name;
            if !page.contains(&format!("# TYPE {name} ")) {
                let help = &description.help;
                page.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
            }
        }
    }
}

#[cfg(all(test, feature = "net"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_four_metrics_and_an_agents_own_stand_on_one_page() {
        increment_tasks_dispatched("m_research");
        increment_errors("transient");
        drop(TaskTimer::start("m_research"));
        let active = ActiveTask::start("m_agent");
        prometheus::register_int_counter!("my_own_total", "mine")
            .unwrap()
            .inc();
        let (address, server) = serve_metrics(([127, 0, 0, 1], 0).into()).await.unwrap();
        let url = format!("http://{address}/metrics");
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        for line in [
            "tasks_dispatched_total{task_type=\"m_research\"} 1",
            "errors_encountered_total{error_type=\"transient\"}",
            "task_latency_seconds_bucket{task_type=\"m_research\",le=\"0.05\"} 1",
            "active_tasks{agent_type=\"m_agent\"} 1",
            "my_own_total 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        drop(active);
        assert!(render().contains("active_tasks{agent_type=\"m_agent\"} 0"));
        server.abort();
    }

    #[test]
    fn labels_from_outside_do_not_grow_without_bound() {
        let labels = Labels::new();
        for n in 0..MAX_LABEL_VALUES {
            assert_eq!(labels.bounded(&n.to_string()), n.to_string());
        }
        assert_eq!(labels.bounded("one more"), "other");
        assert_eq!(labels.bounded("7"), "7");
    }
}
