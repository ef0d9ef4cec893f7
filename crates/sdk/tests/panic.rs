//! A panic that nobody catches becomes an event before the process can end. A file of its own,
//! because the panic hook is the process's.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use swarmscope_model::Severity;
use swarmscope_sdk::{Logger, exception};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_is_a_critical_event_that_is_written_at_once() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Info, kept.clone());
    exception::log_panics(&logger);
    let died = std::thread::spawn(|| panic!("out of paper")).join();
    assert!(died.is_err());
    // Not flushed here: the hook has done it.
    let event: Value = serde_json::from_slice(&kept.0.lock().unwrap()).unwrap();
    assert_eq!(event["severity"], "CRITICAL");
    assert_eq!(event["event_type"], "unexpected_error");
    let exception = &event["metadata"]["exception"];
    assert_eq!(exception["type"], "panic");
    assert_eq!(exception["message"], "out of paper");
    assert!(
        exception["traceback"][0]
            .as_str()
            .unwrap()
            .contains("panic.rs")
    );
    assert!(
        exception["traceback"].as_array().unwrap().len() > 1,
        "a backtrace belongs to it"
    );
}
