//! A point in time as `timestamptz`: PostgreSQL's own form, microseconds since the year 2000.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};
use swarmscope_model::Timestamp;

/// 2000-01-01T00:00:00Z.
const EPOCH_MILLISECONDS: i64 = 946_684_800_000;

/// A [`Timestamp`] on its way into or out of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl Type<Postgres> for Instant {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl Encode<'_, Postgres> for Instant {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let microseconds = (self.0.as_millisecond() - EPOCH_MILLISECONDS) * 1_000;
        Encode::<Postgres>::encode_by_ref(&microseconds, buffer)
    }
}

impl Decode<'_, Postgres> for Instant {
    /// `infinity` becomes the last point there is, `-infinity` the first.
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Ok(Self(Timestamp::parse(value.as_str()?)?));
        }
        let microseconds = <i64 as Decode<Postgres>>::decode(value)?;
        let milliseconds = microseconds.div_euclid(1_000) + EPOCH_MILLISECONDS;
        Ok(Self(Timestamp::from_millisecond(milliseconds)))
    }
}
