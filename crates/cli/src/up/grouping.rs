//! The follower that groups errors: made before anybody writes, started with the servers, and ended when
//! nobody writes any more.

use std::sync::Arc;

use swarmscope_api::native::{ErrorFollower, FollowerStatus, Sample, SampleKind};
use swarmscope_error_groups::{Figures, Follower, FollowerFigures, Newest};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::stores::Stores;
use crate::failure::Failure;

/// The follower at work.
pub struct Grouping {
    figures: Arc<Figures>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What the API tells of it.
struct Told(Arc<Figures>);

impl Grouping {
    /// A follower of these stores, which nobody writes to yet.
    ///
    /// # Errors
    /// When the log store does not answer.
    pub async fn start(stores: &Stores) -> Result<Self, Failure> {
        let followed = swarmscope_error_groups::Stores {
            source: stores.logs.identity(),
            logs: stores.logs.clone(),
            groups: stores.state.error_groups(),
            state: stores.state.store(),
        };
        let follower = Follower::new(followed, Arc::new(Newest))
            .await
            .map_err(|error| Failure::new(format!("cannot read errors: {error}")))?;
        let figures = follower.figures();
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(follower.run(stopping));
        Ok(Self {
            figures,
            stop,
            task,
        })
    }

    /// What the native API tells of it.
    pub fn follower(&self) -> Arc<dyn ErrorFollower> {
        Arc::new(Told(Arc::clone(&self.figures)))
    }

    /// What it counts, for `/metrics`.
    pub fn samples(&self) -> impl Fn() -> Vec<Sample> + Send + Sync + 'static {
        let figures = Arc::clone(&self.figures);
        move || samples(&figures.read())
    }

    /// Ends it; returns when it works on no store any more.
    ///
    /// # Errors
    /// When it had failed for good, which is a fault of the program.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        self.task
            .await
            .map_err(|error| Failure::new(format!("the grouping of errors failed: {error}")))
    }
}

impl ErrorFollower for Told {
    fn status(&self) -> FollowerStatus {
        let figures = self.0.read();
        FollowerStatus {
            errors: figures.errors,
            position: figures.position,
            behind: figures.behind(),
            lag_ms: u64::try_from(figures.lag.as_millis()).unwrap_or(u64::MAX),
            problem: figures.problem,
        }
    }
}

fn samples(figures: &FollowerFigures) -> Vec<Sample> {
    let counter = |name, help, value: u64| Sample {
        name,
        help,
        kind: SampleKind::Counter,
        value: value as f64,
    };
    let gauge = |name, help, value| Sample {
        name,
        help,
        kind: SampleKind::Gauge,
        value,
    };
    vec![
        counter(
            "swarmscope_errors_grouped_total",
            "Errors counted in groups.",
            figures.errors,
        ),
        counter(
            "swarmscope_errors_repeated_total",
            "Documents of errors that had been counted before.",
            figures.repeated,
        ),
        counter(
            "swarmscope_error_batches_total",
            "Batches of errors.",
            figures.batches,
        ),
        counter(
            "swarmscope_error_groups_created_total",
            "Error groups that were new.",
            figures.created,
        ),
        counter(
            "swarmscope_error_groups_regressed_total",
            "Resolved error groups that came back.",
            figures.regressed,
        ),
        counter(
            "swarmscope_error_groups_removed_total",
            "Error groups that retention removed.",
            figures.removed,
        ),
        counter(
            "swarmscope_error_grouping_failures_total",
            "Times that a store did not answer the grouping of errors.",
            figures.failures,
        ),
        gauge(
            "swarmscope_error_grouping_behind_writes",
            "Writes that were not looked at for errors yet.",
            figures.behind() as f64,
        ),
        gauge(
            "swarmscope_error_grouping_lag_seconds",
            "For how long the grouping of errors has been behind.",
            figures.lag.as_secs_f64(),
        ),
    ]
}
