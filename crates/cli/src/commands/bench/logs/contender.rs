//! One of the servers that are compared: how it is reached, asked and watched.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;
use serde_json::Value;
use swarmscope_bench_events::Events;

use super::answer::{Answer, AnswerError};
use super::figures::Figures;
use super::launch::{Program, Running};
use super::peer::{Peer, Place, Product};
use super::question::{Asked, Question};
use super::{elastic, victorialogs};
use crate::commands::bench::process::{Memory, Process, disk_bytes};
use crate::failure::Failure;

/// How long a server may take to come up, or to answer one request.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a server that comes up is asked.
const POLL: Duration = Duration::from_millis(5);
/// How often a busy server is asked, and the first wait between.
const TRIES: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// One of the servers.
pub struct Contender {
    pub product: Product,
    http: reqwest::Client,
    url: String,
    process: Option<Process>,
    data: Option<PathBuf>,
    /// When it is started here: what, and the one that runs.
    program: Option<Program>,
    running: Option<Running>,
    /// Where the events of this round are told from those of others.
    tenant: u32,
}

/// The reply to a bulk.
#[derive(Deserialize)]
struct BulkReply {
    errors: bool,
    items: Vec<Value>,
}

impl Contender {
    /// This binary's own server.
    ///
    /// # Errors
    /// When the binary cannot be told.
    pub fn ours() -> Result<Self, Failure> {
        let program = Program::Swarmscope(std::env::current_exe()?);
        Self::new(Product::Swarmscope, Some(program))
    }

    /// Another server.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn peer(peer: &Peer) -> Result<Self, Failure> {
        let url = match &peer.place {
            Place::Program(path) => {
                let program = Program::VictoriaLogs(path.clone());
                return Self::new(peer.product, Some(program));
            }
            Place::Running(url) => url,
        };
        let address = url.socket_addrs(|| None).ok();
        let address: Option<SocketAddr> = address.and_then(|found| found.first().copied());
        let mut contender = Self::new(peer.product, None)?;
        contender.url = url.as_str().trim_end_matches('/').to_owned();
        contender.process = peer
            .pid
            .map(Process)
            .or_else(|| Process::listening_on(address?));
        contender.data.clone_from(&peer.data);
        Ok(contender)
    }

    fn new(product: Product, program: Option<Program>) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy();
        Ok(Self {
            product,
            http: http.build().map_err(anyhow::Error::from)?,
            url: String::new(),
            process: None,
            data: None,
            program,
            running: None,
            // Another one for every run: a tenant cannot be emptied.
            tenant: std::process::id() * 64,
        })
    }

    /// An empty sheet for what is measured.
    pub fn figures(&self) -> Figures {
        Figures::new(self.product.name())
    }

    /// A server without any of our events, for another round.
    ///
    /// # Errors
    /// When it cannot be started, reached or emptied.
    pub async fn begin(&mut self, round: usize) -> Result<(), Failure> {
        self.tenant += round as u32;
        if let Some(program) = &self.program {
            let running = Running::start(program)?;
            self.adopt(running);
            self.wait_until_ready().await?;
        }
        if self.running.is_none() {
            self.empty().await?;
            self.find_data().await;
        }
        if let Some(process) = self.process {
            process.forget_peak();
        }
        Ok(())
    }

    /// Nothing of this round is left.
    ///
    /// # Errors
    /// When the server does not end or cannot be emptied.
    pub async fn end_round(&mut self) -> Result<(), Failure> {
        match self.running.take() {
            Some(mut running) => running.terminate().await,
            None => self.empty().await,
        }
    }

    /// The end of everything.
    ///
    /// # Errors
    /// As [`Contender::end_round`].
    pub async fn end(mut self) -> Result<(), Failure> {
        self.end_round().await
    }

    fn adopt(&mut self, running: Running) {
        self.url = running.url();
        self.process = Some(running.process());
        self.data = Some(running.logs_folder());
        self.running = Some(running);
    }

    async fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(running) = &mut self.running
                && let Some(words) = running.last_words()?
            {
                let name = self.product.name();
                return Err(Failure::new(format!("{name} ended at once: {words}")));
            }
            let path = match self.product {
                Product::VictoriaLogs => "/health",
                _ => "/",
            };
            let answer = self.http.get(format!("{}{path}", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        let name = self.product.name();
        Err(Failure::new(format!("{name} is not ready in {PATIENCE:?}")))
    }

    /// Removes the index of an earlier round. Tenants of VictoriaLogs stay: a new one is empty.
    async fn empty(&self) -> Result<(), Failure> {
        if self.product != Product::VictoriaLogs {
            let url = format!("{}/{}?ignore_unavailable=true", self.url, elastic::INDEX);
            self.done(self.http.delete(url)).await?;
        }
        Ok(())
    }

    /// Where a server that runs keeps its data, as far as it tells.
    async fn find_data(&mut self) {
        if self.data.is_some() {
            return;
        }
        self.data = match (self.product, self.process) {
            (Product::VictoriaLogs, Some(process)) => process
                .argument("storageDataPath")
                .map(|path| process.working_folder().join(path)),
            (Product::Swarmscope, Some(process)) => process
                .argument("data")
                .map(|path| process.working_folder().join(path).join("logs")),
            (Product::Elasticsearch | Product::OpenSearch, _) => self.node_folder().await,
            (_, None) => None,
        };
    }

    async fn node_folder(&self) -> Option<PathBuf> {
        let url = format!("{}/_nodes/_local/stats/fs", self.url);
        let reply: Value = self.http.get(url).send().await.ok()?.json().await.ok()?;
        let node = reply["nodes"].as_object()?.values().next()?;
        let path = Path::new(node["fs"]["data"][0]["path"].as_str()?);
        Some(path.to_owned())
    }

    /// Its version, when it tells it.
    pub async fn version(&self) -> Option<String> {
        if self.product == Product::VictoriaLogs {
            return None;
        }
        let url = format!("{}/_nodes", self.url);
        let reply: Value = self.http.get(url).send().await.ok()?.json().await.ok()?;
        let node = reply["nodes"].as_object()?.values().next()?;
        node["version"].as_str().map(str::to_owned)
    }

    /// What stands before each event in a bulk.
    pub fn action(&self) -> &'static [u8] {
        match self.product {
            Product::VictoriaLogs => b"",
            _ => elastic::ACTION,
        }
    }

    /// Writes a bulk; a busy server is asked again.
    ///
    /// # Errors
    /// When the server does not answer or refuses an event.
    pub async fn write(&self, body: Bytes) -> Result<(), Failure> {
        let path = match self.product {
            Product::VictoriaLogs => victorialogs::BULK_PATH.to_owned(),
            _ => elastic::bulk_path(),
        };
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            let request = self.post(&path).body(body.clone());
            let response = self.answered(request).await?;
            if matches!(response.status().as_u16(), 429 | 503) {
                tokio::time::sleep(wait).await;
                wait *= 2;
                continue;
            }
            let reply = self.success(response).await?;
            return self.taken(&reply);
        }
        let name = self.product.name();
        Err(Failure::new(format!("{name} stays busy")))
    }

    fn taken(&self, reply: &[u8]) -> Result<(), Failure> {
        if self.product == Product::VictoriaLogs {
            return Ok(());
        }
        // Nearly always the head says all, and the rest need not be parsed.
        let head = &reply[..reply.len().min(64)];
        if head
            .windows(b"\"errors\":false".len())
            .any(|part| part == b"\"errors\":false")
        {
            return Ok(());
        }
        let reply: BulkReply = serde_json::from_slice(reply).map_err(anyhow::Error::from)?;
        let refused = reply
            .items
            .iter()
            .find(|item| !item["create"]["error"].is_null());
        match (reply.errors, refused) {
            (false, _) => Ok(()),
            (true, item) => Err(Failure::new(format!(
                "{} refused an event: {}",
                self.product.name(),
                item.map(|item| item["create"]["error"].to_string())
                    .unwrap_or_default()
            ))),
        }
    }

    /// Asks a question; the answer and how long it took to come in. None when the server knows no such question.
    ///
    /// # Errors
    /// When the server does not answer, or not what was asked.
    pub async fn ask(&self, asked: &Asked) -> Result<Option<(Answer, Duration)>, Failure> {
        let request = match self.product {
            Product::VictoriaLogs => {
                let Some((query, limit)) = victorialogs::query(asked) else {
                    return Ok(None);
                };
                let mut form = vec![("query", query)];
                form.extend(limit.map(|limit| ("limit", limit.to_string())));
                self.tenant(
                    self.http
                        .post(format!("{}{}", self.url, victorialogs::SEARCH_PATH)),
                )
                .form(&form)
            }
            _ => {
                let (path, body) = elastic::request(asked);
                self.post(&path).body(body)
            }
        };
        let begin = Instant::now();
        let body = self.done(request).await?;
        let took = begin.elapsed();
        Ok(Some((self.parse(&asked.question, &body)?, took)))
    }

    /// The journey of a correlation id: how many events are in it, and how long it took to come in. None where
    /// there is nobody to ask for it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn journey(&self, id: &str) -> Result<Option<(usize, Duration)>, Failure> {
        let Some(url) = self.running.as_ref().and_then(Running::ui_url) else {
            return Ok(None);
        };
        let begin = Instant::now();
        let request = self.http.get(format!("{url}/api/v1/journeys/{id}"));
        let body = self.done(request).await?;
        let took = begin.elapsed();
        let reply: Value = serde_json::from_slice(&body).map_err(anyhow::Error::from)?;
        let events = reply["counts"]["events"].as_u64().unwrap_or_default();
        Ok(Some((usize::try_from(events).unwrap_or(usize::MAX), took)))
    }

    fn parse(&self, question: &Question, body: &[u8]) -> Result<Answer, Failure> {
        let answer: Result<Answer, AnswerError> = match self.product {
            Product::VictoriaLogs => victorialogs::answer(question, body),
            _ => elastic::answer(question, body),
        };
        answer.map_err(|error| {
            let name = self.product.name();
            Failure::from(
                anyhow::Error::from(error).context(format!("{name}, {}", question.name())),
            )
        })
    }

    /// How many of our events it finds.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn count(&self) -> Result<u64, Failure> {
        if self.product == Product::VictoriaLogs {
            let url = format!("{}{}", self.url, victorialogs::SEARCH_PATH);
            let request = self.tenant(self.http.post(url));
            let body = self
                .done(request.form(&[("query", victorialogs::COUNT_QUERY)]))
                .await?;
            return Ok(victorialogs::count(&body).map_err(anyhow::Error::from)?);
        }
        for step in ["_flush", "_refresh"] {
            self.done(self.post(&format!("/{}/{step}", elastic::INDEX)))
                .await?;
        }
        let path = format!("/{}/_count", elastic::INDEX);
        let body = self.done(self.post(&path)).await?;
        let reply: Value = serde_json::from_slice(&body).map_err(anyhow::Error::from)?;
        Ok(reply["count"].as_u64().unwrap_or_default())
    }

    /// Stops and starts it; milliseconds from its start to the first right answer. None when it was not
    /// started here.
    ///
    /// # Errors
    /// When it does not end, start, or answer.
    pub async fn restart(&mut self, events: &Events) -> Result<Option<f64>, Failure> {
        let Some(running) = self.running.take() else {
            return Ok(None);
        };
        let running = running.restart().await?;
        let begin = Instant::now();
        self.adopt(running);
        // A repetition that is asked nowhere else.
        let asked = Asked::new(events, 0, u64::from(u32::MAX));
        while begin.elapsed() < PATIENCE {
            if let Ok(Some((answer, _))) = self.ask(&asked).await
                && answer.size() > 0
            {
                return Ok(Some(begin.elapsed().as_secs_f64() * 1e3));
            }
            tokio::time::sleep(POLL).await;
        }
        let name = self.product.name();
        Err(Failure::new(format!(
            "{name} finds nothing after a restart"
        )))
    }

    /// Processor time of the server so far.
    pub fn cpu(&self) -> Option<Duration> {
        self.process?.cpu()
    }

    /// Memory of the server in bytes.
    pub fn memory(&self, which: Memory) -> Option<u64> {
        self.process?.memory(which)
    }

    /// What its data take on disk, in bytes.
    pub fn disk(&self) -> Option<u64> {
        self.data.as_deref().map(disk_bytes)
    }

    /// What waits in the write-ahead log, where that is a folder of its own.
    pub fn log_bytes(&self) -> u64 {
        match (self.product, &self.data) {
            (Product::Swarmscope, Some(data)) => disk_bytes(&data.join("wal")),
            _ => 0,
        }
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.url));
        self.tenant(request)
            .header(CONTENT_TYPE, "application/x-ndjson")
    }

    fn tenant(&self, request: RequestBuilder) -> RequestBuilder {
        let mut headers = HeaderMap::new();
        if self.product == Product::VictoriaLogs {
            headers.insert(victorialogs::TENANT_HEADER, HeaderValue::from(self.tenant));
        }
        request.headers(headers)
    }

    async fn answered(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let answered = request.send().await;
        answered.map_err(|error| {
            Failure::with_hint(
                format!("cannot reach {}: {error}", self.product.name()),
                format!("does it still run at {}?", self.url),
            )
        })
    }

    async fn success(&self, response: Response) -> Result<Bytes, Failure> {
        let status = response.status();
        let body = response.bytes().await.map_err(anyhow::Error::from)?;
        if status.is_success() {
            return Ok(body);
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(2000)]);
        let name = self.product.name();
        Err(Failure::new(format!("{name} answered {status}: {text}")))
    }

    async fn done(&self, request: RequestBuilder) -> Result<Bytes, Failure> {
        let response = self.answered(request).await?;
        self.success(response).await
    }
}
