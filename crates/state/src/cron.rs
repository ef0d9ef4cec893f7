//! Cron expressions in a time zone, on this workspace's library of times. Pure.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::parser::CronParser;
use croner::time::{CivilDateTime, CronDateTime, Resolution, Weekday};
use croner::{Cron, parser::Seconds};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, ZonedDateTime};
use swarmscope_model::Timestamp;
use swarmscope_model::state::StateError;

/// When a schedule comes true.
pub struct Pattern {
    cron: Cron,
    zone: TimeZone,
}

impl Pattern {
    /// Reads an expression of five fields, or six with seconds, and the name of a time zone.
    ///
    /// # Errors
    /// When one of them is none, or the expression never comes true.
    pub fn parse(expression: &str, time_zone: &str) -> Result<Self, StateError> {
        let invalid = |field, reason: String| StateError::Invalid { field, reason };
        let cron = CronParser::builder()
            .seconds(Seconds::Optional)
            .build()
            .parse(expression)
            .map_err(|error| {
                invalid(
                    "cron",
                    format!("{expression:?} is no cron expression ({error}); write five fields such as \"*/5 * * * *\""),
                )
            })?;
        let zone = TimeZone::get(time_zone).map_err(|_| {
            invalid(
                "time_zone",
                format!("{time_zone:?} is no time zone; use an IANA name such as Europe/Berlin"),
            )
        })?;
        Ok(Self { cron, zone })
    }

    /// The first tick after this point; `None` when there is none any more.
    pub fn next_after(&self, point: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_next_occurrence(&self.local(point), false);
        found.ok().map(|local| local.point())
    }

    /// The last tick up to this point.
    pub fn last_until(&self, point: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_previous_occurrence(&self.local(point), true);
        found.ok().map(|local| local.point())
    }

    /// The point in the zone, to the second: ticks have no milliseconds.
    fn local(&self, point: Timestamp) -> Local {
        let second = point.as_millisecond().div_euclid(1_000);
        let instant = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Local(instant.to_zoned_datetime(self.zone.clone()))
    }
}

/// A time in a zone, as the cron crate searches over it.
#[derive(Clone)]
struct Local(ZonedDateTime);

impl Local {
    fn point(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.timestamp().as_millisecond())
    }
}

fn number(value: i8) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn small(value: u32) -> Result<i8, CronError> {
    i8::try_from(value).map_err(|_| CronError::InvalidTime)
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let time = self.0.datetime();
        CivilDateTime::from_ymd_hms_opt(
            i32::from(time.year()),
            number(time.month()),
            number(time.day()),
            number(time.hour()),
            number(time.minute()),
            number(time.second()),
        )
        .expect("a date that exists in one calendar exists in the same calendar")
    }

    fn civil_weekday(&self) -> Weekday {
        const FROM_SUNDAY: [Weekday; 7] = [
            Weekday::Sunday,
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
        ];
        let day = self.0.weekday().to_sunday_zero_offset();
        FROM_SUNDAY[usize::try_from(day).unwrap_or(0) % FROM_SUNDAY.len()]
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
        let time = jiff::civil::DateTime::new(
            year,
            small(civil.month())?,
            small(civil.day())?,
            small(civil.hour())?,
            small(civil.minute())?,
            small(civil.second())?,
            0,
        )
        .map_err(|_| CronError::InvalidDate)?;
        let found = self.0.time_zone().to_ambiguous_zoned_datetime(time);
        let out_of_range = |_| CronError::InvalidTime;
        Ok(match found.offset() {
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(
                Local(found.clone().earlier().map_err(out_of_range)?),
                Local(found.later().map_err(out_of_range)?),
            ),
            AmbiguousOffset::Unambiguous { .. } => {
                Resolution::Single(Local(found.unambiguous().map_err(out_of_range)?))
            }
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let moved = self.0.checked_add(SignedDuration::from_secs(seconds));
        moved.ok().map(Local)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let pattern = Pattern::parse(expression, zone).unwrap();
        let mut point = Timestamp::parse(from).unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            let Some(next) = pattern.next_after(point) else {
                break;
            };
            found.push(next.to_string().replace(":00.000Z", ""));
            point = next;
        }
        found
    }

    #[test]
    fn ticks_keep_to_the_wall_clock_of_their_zone_over_a_change_of_its_offset() {
        assert_eq!(
            ticks(
                "30 9 * * MON-FRI",
                "Europe/Berlin",
                "2026-03-27T00:00:00Z",
                3
            ),
            ["2026-03-27T08:30", "2026-03-30T07:30", "2026-03-31T07:30"]
        );
        assert_eq!(
            ticks("*/20 * * * *", "UTC", "2026-01-31T12:00:00.500Z", 2),
            ["2026-01-31T12:20", "2026-01-31T12:40"]
        );
        assert_eq!(
            ticks("*/30 * * * * *", "UTC", "2026-01-31T12:00:00Z", 1),
            ["2026-01-31T12:00:30.000Z"]
        );
    }

    #[test]
    fn an_hour_that_the_clock_repeats_or_leaves_out_ticks_as_cron_does() {
        // Set back at 03:00 on 25 October: 02:30 happens twice, and the task once.
        let once = ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(once, ["2026-10-25T00:30", "2026-10-26T01:30"]);
        // Set forward at 02:00 on 29 March: 02:30 does not happen, the task does.
        let moved = ticks("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2);
        assert_eq!(moved.len(), 2);
        assert!(moved[0].starts_with("2026-03-29T01:"), "{moved:?}");
    }

    #[test]
    fn what_is_no_expression_or_zone_is_refused_by_name() {
        let refusal =
            |expression, zone| Pattern::parse(expression, zone).err().unwrap().to_string();
        assert!(refusal("every day", "UTC").starts_with("cron: \"every day\" is no cron"));
        assert!(refusal("* * * * *", "Mars/Base").starts_with("time_zone: \"Mars/Base\""));
        let never = Pattern::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(never.next_after(Timestamp::from_millisecond(0)), None);
    }
}
