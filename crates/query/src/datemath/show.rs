//! Points in time written in a format: `key_as_string` and its kin.

use jiff::tz::TimeZone;

use super::format::{Form, Format, Piece};
use super::local;

impl Format {
    /// The point in time in the first of the format's forms, local to the time zone.
    pub fn show(&self, millisecond: i64, zone: &TimeZone) -> String {
        let time = local(millisecond, zone);
        match self.first() {
            Form::EpochMillis => millisecond.to_string(),
            Form::EpochSecond => millisecond.div_euclid(1_000).to_string(),
            Form::Iso if self.is_date_only() => time.strftime("%Y-%m-%d").to_string(),
            Form::Iso => {
                let offset = offset(millisecond, zone);
                format!("{}{offset}", time.strftime("%Y-%m-%dT%H:%M:%S.%3f"))
            }
            Form::Pattern(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(literal) => literal.clone(),
                    Piece::Field('y' | 'u', 2) => format!("{:02}", time.year().rem_euclid(100)),
                    Piece::Field('y' | 'u', width) => format!("{:0width$}", time.year()),
                    Piece::Field('M', width) => format!("{:0width$}", time.month()),
                    Piece::Field('d', width) => format!("{:0width$}", time.day()),
                    Piece::Field('H', width) => format!("{:0width$}", time.hour()),
                    Piece::Field('m', width) => format!("{:0width$}", time.minute()),
                    Piece::Field('s', width) => format!("{:0width$}", time.second()),
                    Piece::Field('S', width) => {
                        format!("{:03}000000", time.millisecond())[..(*width).min(9)].to_owned()
                    }
                    Piece::Field(..) => offset(millisecond, zone),
                })
                .collect(),
        }
    }
}

/// `Z` or `+01:00`.
fn offset(millisecond: i64, zone: &TimeZone) -> String {
    let point =
        jiff::Timestamp::from_millisecond(millisecond).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let seconds = zone.to_offset(point).seconds();
    if seconds == 0 {
        return "Z".to_owned();
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::super::time_zone;
    use super::*;

    #[test]
    fn points_are_shown_in_the_format_and_the_zone() {
        let zone = time_zone("+01:30").expect("a time zone");
        for (format, shown) in [
            ("strict_date_optional_time", "2026-01-31T13:30:00.123+01:30"),
            ("epoch_millis", "1769860800123"),
            ("epoch_second", "1769860800"),
            ("yyyy-MM-dd'T'HH:mm", "2026-01-31T13:30"),
            ("d.M.yy HH:mm:ss.SSS", "31.1.26 13:30:00.123"),
            ("strict_date", "2026-01-31"),
        ] {
            let format = Format::parse(format).expect("a format");
            assert_eq!(format.show(1_769_860_800_123, &zone), shown);
        }
        assert_eq!(
            Format::default().show(0, &TimeZone::UTC),
            "1970-01-01T00:00:00.000Z"
        );
    }
}
