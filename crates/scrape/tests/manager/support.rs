//! A store in memory, a server with a page, and the manager between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use swarmscope_model::metrics::{
    Append, AppendOutcome, BlockStatistics, Durability, Exemplar, Labels, Matcher, MetricError,
    MetricStore, Queryable, Refusal, SampleValue, Selection, Series, SeriesExemplars, SeriesId,
    StoreStatistics, is_stale,
};
use swarmscope_prometheus_config::Configuration;
use swarmscope_scrape::ScrapeManager;
use swarmscope_scrape::discovery::{AgentDirectory, AgentDirectoryError, DiscoveredAgent};
use tokio::net::TcpListener;

/// The samples of a series, by time.
type Samples = Vec<(i64, SampleValue)>;

/// Keeps everything in the order in which it came.
#[derive(Default)]
pub struct MemoryStore {
    series: Mutex<Vec<(Labels, Samples)>>,
    exemplars: Mutex<Vec<(Labels, Exemplar)>>,
}

impl MemoryStore {
    /// The samples of the one series with these labels.
    pub fn samples(&self, labels: &[(&str, &str)]) -> Samples {
        let labels = Labels::from_pairs(labels.iter().copied());
        let series = self.series.lock().expect("the lock");
        series
            .iter()
            .find(|(own, _)| *own == labels)
            .map(|(_, samples)| samples.clone())
            .unwrap_or_default()
    }

    /// The newest value; `None` without any, or when the series has ended.
    pub fn newest(&self, labels: &[(&str, &str)]) -> Option<f64> {
        match self.samples(labels).last() {
            Some((_, SampleValue::Float(value))) if !is_stale(*value) => Some(*value),
            _ => None,
        }
    }

    /// Whether the newest sample marks the series as gone.
    pub fn is_ended(&self, labels: &[(&str, &str)]) -> bool {
        match self.samples(labels).last() {
            Some((_, SampleValue::Float(value))) => is_stale(*value),
            Some((_, SampleValue::Histogram(histogram))) => is_stale(histogram.sum),
            None => false,
        }
    }

    /// The exemplars of a series, in the order in which they came.
    pub fn exemplars_of(&self, labels: &[(&str, &str)]) -> Vec<Exemplar> {
        let labels = Labels::from_pairs(labels.iter().copied());
        let exemplars = self.exemplars.lock().expect("the lock");
        exemplars
            .iter()
            .filter(|(own, _)| *own == labels)
            .map(|(_, exemplar)| exemplar.clone())
            .collect()
    }

    /// Every series as text, with how many samples it has.
    pub fn all(&self) -> Vec<String> {
        let series = self.series.lock().expect("the lock");
        series
            .iter()
            .map(|(labels, samples)| format!("{labels:?} {}", samples.len()))
            .collect()
    }
}

impl MetricStore for MemoryStore {
    fn append(&self, batch: &[Append], _: Durability) -> Result<AppendOutcome, MetricError> {
        let mut series = self.series.lock().expect("the lock");
        let mut outcome = AppendOutcome::default();
        for (position, append) in batch.iter().enumerate() {
            let known = append
                .series
                .map(|id| id.0 as usize)
                .or_else(|| series.iter().position(|(own, _)| *own == append.labels));
            let at = known.unwrap_or_else(|| {
                series.push((append.labels.clone(), Vec::new()));
                series.len() - 1
            });
            let (labels, samples) = &mut series[at];
            assert_eq!(*labels, append.labels, "a series id of another series");
            outcome.series.push(Some(SeriesId(at as u64)));
            match samples.last() {
                Some((time, _)) if *time > append.timestamp => {
                    outcome.refused.push((position, Refusal::OutOfOrder));
                }
                Some(newest) if *newest == (append.timestamp, append.value.clone()) => {}
                _ => samples.push((append.timestamp, append.value.clone())),
            }
            if let Some(exemplar) = &append.exemplar {
                let mut exemplars = self.exemplars.lock().expect("the lock");
                exemplars.push((append.labels.clone(), exemplar.clone()));
            }
        }
        Ok(outcome)
    }

    fn delete_series(&self, _: i64, _: i64, _: &[Vec<Matcher>]) -> Result<(), MetricError> {
        Err(MetricError::Unsupported { what: "delete" })
    }

    fn clean_tombstones(&self) -> Result<(), MetricError> {
        Err(MetricError::Unsupported { what: "clean" })
    }

    fn snapshot(&self, _: bool) -> Result<String, MetricError> {
        Err(MetricError::Unsupported { what: "snapshot" })
    }

    fn statistics(&self, _: usize) -> StoreStatistics {
        StoreStatistics::default()
    }

    fn blocks(&self) -> Vec<BlockStatistics> {
        Vec::new()
    }
}

impl Queryable for MemoryStore {
    fn select(&self, _: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn label_names(&self, _: &Selection) -> Result<Vec<String>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn label_values(&self, _: &str, _: &Selection) -> Result<Vec<String>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn exemplars(
        &self,
        _: i64,
        _: i64,
        _: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }
}

/// Agents that a test sets.
#[derive(Default)]
pub struct Agents(pub Mutex<Vec<DiscoveredAgent>>);

#[async_trait]
impl AgentDirectory for Agents {
    async fn agents(&self) -> Result<Vec<DiscoveredAgent>, AgentDirectoryError> {
        Ok(self.0.lock().expect("the lock").clone())
    }
}

/// What a server answers.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(body: &str) -> Self {
        Self {
            status: StatusCode::OK,
            headers: vec![("content-type", "text/plain; version=0.0.4")],
            body: body.as_bytes().to_vec(),
        }
    }
}

/// A server whose answer can be changed.
pub struct Server {
    pub address: String,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Server {
    pub async fn start(answer: Answer) -> Self {
        let answer = Arc::new(Mutex::new(answer));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, log) = (answer.clone(), asked.clone());
        let handler = get(move |headers: HeaderMap| async move {
            log.lock().expect("the lock").push(headers);
            let answer = answers.lock().expect("the lock").clone();
            let mut response = Response::builder().status(answer.status);
            for (name, value) in answer.headers {
                response = response.header(name, value);
            }
            response.body(Body::from(answer.body)).expect("a response")
        });
        let router = Router::new().fallback(handler);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            answer,
            asked,
        }
    }

    pub fn set(&self, answer: Answer) {
        *self.answer.lock().expect("the lock") = answer;
    }

    /// The headers of every request so far.
    pub fn asked(&self) -> Vec<HeaderMap> {
        self.asked.lock().expect("the lock").clone()
    }
}

/// A manager and what is around it.
pub struct Bench {
    pub manager: ScrapeManager,
    pub store: Arc<MemoryStore>,
    pub agents: Arc<Agents>,
}

impl Bench {
    pub fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let agents = Arc::new(Agents::default());
        Self {
            manager: ScrapeManager::new(store.clone(), agents.clone()),
            store,
            agents,
        }
    }

    /// Applies scrape jobs.
    pub async fn apply(&self, jobs: &str) {
        let configuration = Configuration::parse(jobs, &|_| None).expect("a configuration");
        self.manager.apply(&configuration).await.expect("applied");
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&self, what: &str, is: impl Fn(&Self) -> bool) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            const PATIENCE: u32 = 6_000;
            for _ in 0..PATIENCE {
                if is(self) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("{place}: never came true: {what}\n{:#?}", self.store.all());
        }
    }

    /// The last error of each target, by instance.
    pub fn errors(&self) -> BTreeMap<String, String> {
        self.manager
            .pools()
            .into_iter()
            .flat_map(|pool| pool.active)
            .map(|target| {
                let instance = target.labels.get("instance").unwrap_or_default();
                (instance.to_owned(), target.status.last_error)
            })
            .collect()
    }
}
