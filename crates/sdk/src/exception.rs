//! Errors and panics as they stand in `metadata.exception`. Never logs them: see `log`.

#[cfg(feature = "net")]
use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, Once, PoisonError};

use swarmscope_model::ExceptionInfo;

use crate::log::Logger;

/// Lines of a backtrace that an event carries: the top frames tell the story.
const MAX_BACKTRACE_LINES: usize = 100;
/// Causes that are followed, against error types whose source is themselves.
const MAX_CAUSES: usize = 32;

/// Calls between one that failed and its description: a panic's, and this module's.
const NOTING: [&str; 12] = [
    "<alloc::boxed::Box<",
    "<std::backtrace::",
    "__rustc::",
    "core::panicking::",
    "rust_begin_unwind",
    "std::backtrace::",
    "std::backtrace_rs::",
    "std::panicking::",
    "std::sys::backtrace::",
    "swarmscope_sdk::exception::describe",
    "swarmscope_sdk::exception::log_panics",
    "swarmscope_sdk::log::record::",
];

type Slot = Arc<Mutex<Option<ExceptionInfo>>>;

tokio::task_local! {
    /// Where the hook leaves a panic that a task loop will report itself.
    static CAUGHT: Slot;
}

/// The error with its chain of sources, and a backtrace when `RUST_BACKTRACE` asks for one.
pub fn describe<E: Error + ?Sized>(error: &E) -> ExceptionInfo {
    let mut described = describe_returned(error);
    push_backtrace(&mut described.traceback, &Backtrace::capture());
    described
}

/// The error with its chain of sources alone: of one that was handed on, the calls that led here are not those
/// that led to it.
pub fn describe_returned<E: Error + ?Sized>(error: &E) -> ExceptionInfo {
    let kind = type_name(error);
    let mut traceback = vec![format!("{kind}: {error}")];
    let mut cause = error.source();
    while let Some(source) = cause.filter(|_| traceback.len() <= MAX_CAUSES) {
        traceback.push(format!("caused by: {}: {source}", debug_name(source)));
        cause = source.source();
    }
    ExceptionInfo {
        kind,
        message: error.to_string(),
        traceback,
    }
}

/// The path of a concrete type; of `dyn Error` what its debug form begins with.
fn type_name<E: Error + ?Sized>(error: &E) -> String {
    let name = std::any::type_name::<E>();
    if name.starts_with("dyn ") {
        debug_name(error)
    } else {
        name.to_owned()
    }
}

fn debug_name<E: Error + ?Sized>(error: &E) -> String {
    let name: String = format!("{error:?}")
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() {
        "Error".to_owned()
    } else {
        name
    }
}

fn push_backtrace(traceback: &mut Vec<String>, backtrace: &Backtrace) {
    if backtrace.status() == BacktraceStatus::Captured {
        let text = backtrace.to_string();
        let lines = from_the_failure(&text).take(MAX_BACKTRACE_LINES);
        traceback.extend(lines.map(str::to_owned));
    }
}

/// A backtrace from the call that failed on: who looks for the reason does not look for how it was noted.
fn from_the_failure(backtrace: &str) -> impl Iterator<Item = &str> {
    let mut is_noting = true;
    backtrace.lines().filter(move |line| {
        let text = line.trim_start();
        // The place of a call stands below it.
        if is_noting && let Some(call) = text.split_once(": ").map(|(_, call)| call) {
            is_noting = NOTING.iter().any(|begin| call.starts_with(begin));
        }
        !is_noting
    })
}

/// A panic's payload without the hook's knowledge of where and why.
#[cfg(feature = "net")]
fn describe_payload(payload: &(dyn Any + Send)) -> ExceptionInfo {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    ExceptionInfo {
        kind: "panic".to_owned(),
        traceback: vec![format!("panic: {message}")],
        message,
    }
}

fn describe_panic(info: &PanicHookInfo<'_>) -> ExceptionInfo {
    let message = info
        .payload_as_str()
        .unwrap_or("a panic without a message")
        .to_owned();
    let place = info
        .location()
        .map_or_else(String::new, |location| format!(" at {location}"));
    let mut traceback = vec![format!("panic{place}: {message}")];
    push_backtrace(&mut traceback, &Backtrace::force_capture());
    ExceptionInfo {
        kind: "panic".to_owned(),
        message,
        traceback,
    }
}

/// Runs the future as a task of its own; a panic in it comes back as an exception.
///
/// Dropping the returned future aborts the task.
#[cfg(feature = "net")]
pub(crate) async fn catch_panic<F>(future: F) -> Result<F::Output, ExceptionInfo>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let slot = Slot::default();
    let task = crate::correlation::spawn(CAUGHT.scope(Arc::clone(&slot), future));
    let mut task = tokio_util::task::AbortOnDropHandle::new(task);
    match (&mut task).await {
        Ok(output) => Ok(output),
        Err(error) => {
            let described = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            Err(described.unwrap_or_else(|| match error.try_into_panic() {
                Ok(payload) => describe_payload(payload.as_ref()),
                Err(error) => describe(&error),
            }))
        }
    }
}

/// Makes every panic of the process a CRITICAL `unexpected_error` event, written out before the
/// process can end. Panics that a task loop catches are left to the loop. Later calls do nothing.
pub fn log_panics(logger: &Logger) {
    static INSTALLED: Once = Once::new();
    let logger = logger.clone();
    INSTALLED.call_once(move || {
        std::panic::set_hook(Box::new(move |info| {
            let exception = describe_panic(info);
            let unclaimed = CAUGHT.try_with(|slot| {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(exception.clone());
            });
            if unclaimed.is_err() {
                logger
                    .critical("unexpected_error", format!("panic: {}", exception.message))
                    .exception(exception)
                    .emit();
                logger.flush(Logger::FLUSH_TIMEOUT);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot fetch {what}")]
    struct FetchFailed {
        what: &'static str,
        #[source]
        source: std::io::Error,
    }

    #[test]
    fn the_chain_of_sources_becomes_the_traceback() {
        let error = FetchFailed {
            what: "the page",
            source: std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer"),
        };
        let described = describe(&error);
        assert!(
            described.kind.ends_with("exception::tests::FetchFailed"),
            "{described:?}"
        );
        assert_eq!(described.message, "cannot fetch the page");
        assert!(described.traceback[0].ends_with("FetchFailed: cannot fetch the page"));
        assert_eq!(described.traceback[1], "caused by: Custom: no answer");
        let boxed: Box<dyn Error> = Box::new(error);
        assert_eq!(describe(boxed.as_ref()).kind, "FetchFailed");
    }

    #[test]
    fn a_backtrace_begins_where_it_failed() {
        let printed = "   0: swarmscope_sdk::exception::log_panics::{{closure}}::{{closure}}
             at /src/sdk/exception.rs:170:20
   1: std::panicking::panic_with_hook
   2: std::sys::backtrace::__rust_end_short_backtrace::<std::panicking::panic_handler::{closure#0}, !>
   3: __rustc::rust_begin_unwind
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
   4: core::panicking::panic_fmt
   5: my_agent::outline
             at ./src/main.rs:17:9
   6: std::sys::backtrace::__rust_begin_short_backtrace
";
        let left: Vec<&str> = from_the_failure(printed).map(str::trim).collect();
        assert_eq!(
            left,
            [
                "5: my_agent::outline",
                "at ./src/main.rs:17:9",
                "6: std::sys::backtrace::__rust_begin_short_backtrace"
            ]
        );
    }

    #[tokio::test]
    async fn a_panic_in_a_caught_task_comes_back_described() {
        let caught = catch_panic(async {
            if true {
                panic!("the corpus is on fire");
            }
        })
        .await
        .unwrap_err();
        assert_eq!(caught.kind, "panic");
        assert_eq!(caught.message, "the corpus is on fire");
        assert_eq!(catch_panic(async { 7 }).await, Ok(7));
    }
}
