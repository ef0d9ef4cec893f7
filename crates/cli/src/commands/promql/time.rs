//! A point in time as it is typed: a time, or how long ago.

use swarmscope_model::Timestamp;

use crate::failure::Failure;

/// Now when nothing is typed; a duration counts back from now.
///
/// # Errors
/// When the text is neither.
pub fn instant(text: Option<&str>) -> Result<Timestamp, Failure> {
    let now = Timestamp::now();
    let Some(text) = text else {
        return Ok(now);
    };
    if let Ok(ago) = humantime::parse_duration(text) {
        let milliseconds = now.as_millisecond() - ago.as_millis() as i64;
        return Ok(Timestamp::from_millisecond(milliseconds));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return Ok(Timestamp::from_epoch(seconds));
    }
    Timestamp::parse(text).map_err(|_| {
        Failure::with_hint(
            format!("--time {text:?} is neither a time nor a duration"),
            "write it like 15m (ago), 2026-01-31T12:00:00Z, or seconds since 1970",
        )
    })
}
