//! Asks all servers the same questions, times the answers, and compares them.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use swarmscope_bench_events::Events;

use super::answer::Answer;
use super::contender::Contender;
use super::figures::{Figures, QueryFigures};
use super::question::{self, Asked};
use crate::failure::Failure;

/// Asks every question `repetitions` times; the first time is the cold one. A question that a server does
/// not answer is noted as such.
pub async fn run(
    contenders: &[Contender],
    events: &Events,
    repetitions: u64,
    figures: &mut [Figures],
) {
    let bar = progress((question::COUNT * contenders.len()) as u64);
    for number in 0..question::COUNT {
        let asked: Vec<Asked> = (0..repetitions)
            .map(|repetition| Asked::new(events, number, repetition))
            .collect();
        // What the first server that answers has said is what the others are held to.
        let mut expected: Option<Vec<Answer>> = None;
        for (contender, figures) in contenders.iter().zip(figures.iter_mut()) {
            bar.set_message(format!(
                "{}: {}",
                contender.product.name(),
                asked[0].question.name()
            ));
            let name = asked[0].question.name();
            match ask_all(contender, &asked).await {
                Ok(None) => figures.queries.push(QueryFigures::not_asked(name)),
                Ok(Some(Series {
                    answers,
                    times,
                    server_cpu,
                })) => {
                    let difference = expected
                        .as_ref()
                        .and_then(|expected| difference(&asked, expected, &answers));
                    figures.queries.push(QueryFigures {
                        server_cpu_ms: server_cpu.map(|cpu| cpu.as_secs_f64() * 1e3),
                        ..QueryFigures::new(name, &times, answers[0].size(), difference)
                    });
                    expected.get_or_insert(answers);
                }
                Err(failure) => figures.queries.push(QueryFigures::failed(name, &failure)),
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
}

/// The repetitions of one question.
struct Series {
    answers: Vec<Answer>,
    times: Vec<Duration>,
    /// Processor time of the server for one repetition.
    server_cpu: Option<Duration>,
}

/// None when the server has no way to be asked it.
async fn ask_all(contender: &Contender, asked: &[Asked]) -> Result<Option<Series>, Failure> {
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    let before = contender.cpu();
    for asked in asked {
        let Some((answer, time)) = contender.ask(asked).await? else {
            return Ok(None);
        };
        answers.push(answer);
        times.push(time);
    }
    let used = contender.cpu().zip(before);
    let used = used.map(|(now, before)| now.saturating_sub(before));
    Ok(Some(Series {
        answers,
        times,
        server_cpu: used.map(|used| used / asked.len().max(1) as u32),
    }))
}

fn difference(asked: &[Asked], expected: &[Answer], answers: &[Answer]) -> Option<String> {
    let pairs = expected.iter().zip(answers);
    asked.iter().zip(pairs).find_map(|(asked, (one, two))| {
        let difference = one.difference(two, asked.question.tolerance())?;
        Some(format!("{:?}: {difference}", asked.question))
    })
}

fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
