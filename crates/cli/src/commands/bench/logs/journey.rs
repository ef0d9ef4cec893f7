//! How long our own server takes to put a journey together. Nobody else has one, so there is nothing to compare.

use swarmscope_bench_events::{Events, Field};

use super::contender::Contender;
use super::figures::{Figures, QueryFigures};
use crate::failure::Failure;

const NAME: &str = "journey of a correlation id";
/// Ids that no other question asks about.
const FIRST: u64 = 1 << 20;

/// Asks for another journey with each repetition; the first is the cold one. Of a server that was not started
/// here nothing is asked.
pub async fn run(contender: &Contender, events: &Events, repetitions: u64, figures: &mut Figures) {
    figures.journey = match ask_all(contender, events, repetitions).await {
        Ok(found) => found,
        Err(failure) => Some(QueryFigures::failed(NAME, &failure)),
    };
}

async fn ask_all(
    contender: &Contender,
    events: &Events,
    repetitions: u64,
) -> Result<Option<QueryFigures>, Failure> {
    let mut times = Vec::new();
    let mut rows = 0;
    let before = contender.cpu();
    for repetition in FIRST..FIRST + repetitions {
        let id = events.id(Field::CorrelationId, repetition);
        let Some((found, time)) = contender.journey(&id).await? else {
            return Ok(None);
        };
        if found == 0 {
            return Err(Failure::new(format!("the journey of {id} has no events")));
        }
        if times.is_empty() {
            rows = found;
        }
        times.push(time);
    }
    let used = contender.cpu().zip(before);
    let used = used.map(|(now, before)| now.saturating_sub(before));
    Ok(Some(QueryFigures {
        server_cpu_ms: used.map(|used| used.as_secs_f64() * 1e3 / repetitions.max(1) as f64),
        ..QueryFigures::new(NAME, &times, rows, None)
    }))
}
