//! A stage at work: takes its time, says what it does, and fails when its lot says so.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use swarmscope_model::event::event_type;
use swarmscope_model::state::Task;
use swarmscope_sdk::agent::{Handler, Outcome};
use swarmscope_sdk::{Logger, TaskError};
use tokio::time::sleep;

use crate::mishaps::{Mishap, Mishaps};
use crate::stages::Stage;

/// How long the demo's work takes.
pub const USUAL_PACE: RangeInclusive<Duration> =
    Duration::from_millis(50)..=Duration::from_millis(1500);

/// One demo agent's work.
pub struct DemoHandler {
    stage: Stage,
    mishaps: Mishaps,
    pace: RangeInclusive<Duration>,
    random: Mutex<StdRng>,
}

impl DemoHandler {
    /// A handler whose failures and times come from the seed.
    pub fn new(
        stage: Stage,
        mishaps: Mishaps,
        pace: RangeInclusive<Duration>,
        seed: Option<u64>,
    ) -> Self {
        let random = match seed {
            Some(seed) => StdRng::seed_from_u64(seed),
            None => rand::make_rng(),
        };
        Self {
            stage,
            mishaps,
            pace,
            random: Mutex::new(random),
        }
    }

    fn draw(&self) -> (Duration, Option<Mishap>) {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = self.pace.start().as_secs_f64()..=self.pace.end().as_secs_f64();
        let time = Duration::from_secs_f64(random.random_range(pace));
        (time, self.mishaps.draw(&mut random))
    }
}

impl Handler for DemoHandler {
    async fn handle(&self, task: Task, logger: Logger) -> Result<Outcome, TaskError> {
        let (time, mishap) = self.draw();
        let topic = task
            .metadata
            .get("topic")
            .and_then(|topic| topic.as_str())
            .unwrap_or("a topic of its own");
        logger
            .info(
                event_type::TASK_PROCESSING,
                format!("{} about {topic}", self.stage.activity()),
            )
            .field("task_id", task.task_id.as_str())
            .field("task_type", task.task_type.as_str())
            .field("topic", topic)
            .emit();
        sleep(time / 2).await;
        if let Some(mishap) = mishap {
            return Err(mishap.strike());
        }
        let outcome = self.stage.perform(&task)?;
        sleep(time / 2).await;
        logger
            .debug(
                event_type::TASK_PROCESSING,
                format!("done {} about {topic}", self.stage.activity()),
            )
            .field("task_id", task.task_id.as_str())
            .field("result", outcome.result.clone())
            .emit();
        Ok(outcome)
    }
}
