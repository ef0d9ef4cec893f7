//! Work announced to the other processes on the database, by `NOTIFY`, and heard from them.
//!
//! Announcements go out after the change that they tell of, together with what comes meanwhile: a `NOTIFY`
//! within a change makes all commits wait for one another. One that is lost with its process costs nothing but
//! the time until the others look by themselves. Never says anything that a look at the queue would not show.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use swarmscope_model::limits::{ANNOUNCE_PAUSE, ANNOUNCED_PAUSE, MAX_ANNOUNCEMENT_BYTES};
use swarmscope_model::state::News;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use uuid::Uuid;

const CHANNEL: &str = "swarmscope_claimable";

/// What goes over the channel.
#[derive(Serialize, Deserialize)]
struct Announcement {
    /// Which process says so: its own words are no news to it.
    from: Uuid,
    news: Vec<News>,
}

/// This process among those on the database. Cheap to clone.
#[derive(Clone)]
pub struct Newsroom {
    id: Uuid,
    outgoing: mpsc::UnboundedSender<Vec<News>>,
    options: Arc<PgConnectOptions>,
    /// Made when somebody first listens.
    listener: Arc<Mutex<Option<PgListener>>>,
}

impl Newsroom {
    /// Begins to take announcements. Needs a runtime; ends with the last of the clones.
    pub fn start(pool: &PgPool, options: &Arc<PgConnectOptions>) -> Self {
        let id = Uuid::new_v4();
        let (outgoing, incoming) = mpsc::unbounded_channel();
        tokio::spawn(send(id, pool.clone(), incoming));
        Self {
            id,
            outgoing,
            options: Arc::clone(options),
            listener: Arc::default(),
        }
    }

    pub fn announce(&self, news: Vec<News>) {
        if !news.is_empty() {
            // The task that sends ends with this only.
            let _ = self.outgoing.send(news);
        }
    }

    /// Waits for the announcements of others.
    pub async fn announced(&self) -> Vec<News> {
        let mut kept = self.listener.lock().await;
        loop {
            match self.next(&mut kept).await {
                Ok(news) if !news.is_empty() => return news,
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!("cannot hear of others' work, trying again: {error}");
                    *kept = None;
                    sleep(ANNOUNCED_PAUSE).await;
                }
            }
        }
    }

    /// What the next message says; what may have been missed when there is no connection yet or any more.
    async fn next(&self, kept: &mut Option<PgListener>) -> sqlx::Result<Vec<News>> {
        let Some(listener) = kept else {
            *kept = Some(self.listen().await?);
            return Ok(vec![News::Anything]);
        };
        let Some(message) = listener.try_recv().await? else {
            return Ok(vec![News::Anything]);
        };
        match serde_json::from_str::<Announcement>(message.payload()) {
            Ok(announcement) if announcement.from == self.id => Ok(Vec::new()),
            Ok(announcement) => Ok(announcement.news),
            // Anybody may write to the channel, a newer version of ours too.
            Err(error) => {
                tracing::debug!("an announcement that nobody understands: {error}");
                Ok(vec![News::Anything])
            }
        }
    }

    async fn listen(&self) -> sqlx::Result<PgListener> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with((*self.options).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }
}

async fn send(id: Uuid, pool: PgPool, mut incoming: mpsc::UnboundedReceiver<Vec<News>>) {
    while let Some(mut news) = incoming.recv().await {
        while let Ok(more) = incoming.try_recv() {
            news.extend(more);
        }
        let told = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(payload(id, news))
            .execute(&pool)
            .await;
        if let Err(error) = told {
            tracing::debug!("others are not told of work: {error}");
        }
        sleep(ANNOUNCE_PAUSE).await;
    }
}

/// The news put together, or that there are any when they are too many to say.
fn payload(from: Uuid, news: Vec<News>) -> String {
    let news = together(news);
    let write = |news| {
        let announcement = Announcement { from, news };
        serde_json::to_string(&announcement).expect("news are plain JSON")
    };
    let text = write(news);
    if text.len() <= MAX_ANNOUNCEMENT_BYTES {
        text
    } else {
        write(vec![News::Anything])
    }
}

/// Each thing said once.
fn together(news: Vec<News>) -> Vec<News> {
    if news.contains(&News::Anything) {
        return vec![News::Anything];
    }
    let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
    let mut rest: Vec<News> = Vec::new();
    for one in news {
        match one {
            News::Tasks {
                task_type,
                count,
                selective,
            } => *counts.entry((task_type, selective)).or_default() += count,
            other if rest.contains(&other) => {}
            other => rest.push(other),
        }
    }
    let tasks = counts.into_iter();
    rest.extend(tasks.map(|((task_type, selective), count)| News::Tasks {
        task_type,
        count,
        selective,
    }));
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(task_type: &str, count: usize) -> News {
        News::Tasks {
            task_type: task_type.to_owned(),
            count,
            selective: false,
        }
    }

    #[test]
    fn what_comes_together_is_said_once() {
        let agent = News::Agent("a".to_owned());
        let news = vec![
            tasks("x", 1),
            agent.clone(),
            tasks("y", 2),
            tasks("x", 3),
            agent.clone(),
        ];
        assert_eq!(together(news), [agent, tasks("x", 4), tasks("y", 2)]);
        assert_eq!(
            together(vec![tasks("x", 1), News::Anything]),
            [News::Anything]
        );
    }

    #[test]
    fn what_is_too_long_to_say_is_said_in_general() {
        let long = |count: usize| (0..count).map(|number| tasks(&format!("{number:0>200}"), 1));
        let news = |count| {
            let text = payload(Uuid::nil(), long(count).collect());
            assert!(text.len() <= MAX_ANNOUNCEMENT_BYTES);
            serde_json::from_str::<Announcement>(&text).unwrap().news
        };
        assert_eq!(news(20).len(), 20);
        assert_eq!(news(100), [News::Anything]);
    }
}
