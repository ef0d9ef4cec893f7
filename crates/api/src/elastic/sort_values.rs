//! `sort` of hits: the values that they were sorted by, as the fields' types have them.
//!
//! Where a mapping says a field's type, what documents lack stands as Elasticsearch's largest or smallest number of
//! the type, and comes back so in `search_after`; elsewhere it is null.

use jiff::tz::TimeZone;
use serde_json::Value;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Scalar;
use swarmscope_query::datemath::Format;
use swarmscope_query::document::ValueRef;
use swarmscope_query::elastic::SearchBody;
use swarmscope_query::store::{Missing, SortKey, SortValue};
use swarmscope_query::value_view::{DateFormat, ValueView, ValueViews};

/// How the values of one sort key are shown.
#[derive(Debug, Clone, Default)]
pub struct ShownKey {
    pub format: Option<Format>,
    /// What stands for no value.
    missing: Value,
    /// Whether booleans are 0 and 1.
    flags_are_numbers: bool,
}

impl ShownKey {
    /// With dates in a format.
    pub fn formatted(format: Option<Format>) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }

    /// A value as it is shown.
    pub fn show(&self, value: SortValue) -> Value {
        match (value, &self.format) {
            (None, _) => self.missing.clone(),
            (Some(Scalar::Integer(instant)), Some(format)) => {
                format.show(instant, &TimeZone::UTC).into()
            }
            (Some(Scalar::Boolean(flag)), _) if self.flags_are_numbers => u8::from(flag).into(),
            (Some(value), _) => plain(value),
        }
    }
}

/// A value as JSON has it.
pub fn plain(value: Scalar) -> Value {
    match value {
        Scalar::Text(text) => text.into(),
        Scalar::Integer(number) => number.into(),
        Scalar::Float(number) => number.into(),
        Scalar::Boolean(flag) => flag.into(),
    }
}

/// How a search's sort values are shown, key by key.
pub fn shown_keys(search: &SearchBody, views: &ValueViews) -> Vec<ShownKey> {
    let formats = search.sort_formats.iter().cloned();
    let formats = formats.chain(std::iter::repeat(None));
    let keys = search.sort.iter().zip(formats);
    keys.map(|(key, format)| ShownKey {
        format,
        missing: missing(key, views),
        flags_are_numbers: matches!(view(key, views), Some(ValueView::Booleans)),
    })
    .collect()
}

fn view<'a>(key: &SortKey, views: &'a ValueViews) -> Option<&'a ValueView> {
    match key {
        SortKey::Field { field, .. } => views.get(field),
        _ => None,
    }
}

fn missing(key: &SortKey, views: &ValueViews) -> Value {
    let SortKey::Field {
        direction, missing, ..
    } = key
    else {
        return Value::Null;
    };
    let is_largest = match missing {
        Missing::First => *direction == Direction::Descending,
        Missing::Last => *direction == Direction::Ascending,
        Missing::Value(_) => return Value::Null,
    };
    match (view(key, views), is_largest) {
        (None | Some(ValueView::Texts { .. }), _) => Value::Null,
        (Some(ValueView::Numbers { whole: false }), true) => "Infinity".into(),
        (Some(ValueView::Numbers { whole: false }), false) => "-Infinity".into(),
        (Some(_), true) => i64::MAX.into(),
        (Some(_), false) => i64::MIN.into(),
    }
}

/// The values to go on behind, as the store has them.
pub fn read_after(search: &SearchBody, views: &ValueViews) -> Option<Vec<SortValue>> {
    let after = search.after.clone()?;
    let keys = search.sort.iter().map(Some).chain(std::iter::repeat(None));
    let read = after.into_iter().zip(keys).map(|(value, key)| {
        let view = key.and_then(|key| view(key, views));
        match (value, view) {
            (Some(value), Some(view)) => read_value(value, view),
            (value, _) => value,
        }
    });
    Some(read.collect())
}

fn read_value(value: Scalar, view: &ValueView) -> SortValue {
    Some(match (value, view) {
        (value, ValueView::Texts { .. }) => value,
        (Scalar::Integer(i64::MAX | i64::MIN), _) => return None,
        (Scalar::Text(text), ValueView::Numbers { .. })
            if matches!(text.as_str(), "Infinity" | "-Infinity") =>
        {
            return None;
        }
        (Scalar::Integer(flag), ValueView::Booleans) => Scalar::Boolean(flag != 0),
        (Scalar::Text(text), ValueView::Instants(format)) => {
            let default = || DateFormat::parse("strict_date_optional_time||epoch_millis");
            let format = format.clone().or_else(default);
            let instant = format.and_then(|format| format.instant(ValueRef::Text(&text)));
            instant.map_or(Scalar::Text(text), Scalar::Integer)
        }
        (value, _) => value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmscope_query::store::SortMode;

    #[test]
    fn what_is_missing_is_shown_and_read_as_the_end_of_its_type() {
        let views = [
            ("n", ValueView::Numbers { whole: true }),
            ("x", ValueView::Numbers { whole: false }),
            ("at", ValueView::Instants(None)),
        ];
        let views = views
            .into_iter()
            .fold(ValueViews::default(), |known, (name, view)| {
                known.with(&[&name.to_owned()], &view)
            });
        let key = |field: &str, direction| SortKey::Field {
            field: field.to_owned(),
            direction,
            missing: Missing::Last,
            mode: SortMode::default(),
        };
        let search = SearchBody {
            sort: vec![
                key("n", Direction::Ascending),
                key("x", Direction::Descending),
                key("word", Direction::Ascending),
                key("at", Direction::Ascending),
            ],
            after: Some(vec![
                Some(Scalar::Integer(i64::MAX)),
                Some(Scalar::Text("-Infinity".to_owned())),
                Some(Scalar::Text("Infinity".to_owned())),
                Some(Scalar::Text("1970-01-01T00:00:01Z".to_owned())),
            ]),
            ..SearchBody::default()
        };
        let shown: Vec<Value> = shown_keys(&search, &views)
            .iter()
            .map(|key| key.show(None))
            .collect();
        assert_eq!(
            Value::from(shown),
            serde_json::json!([i64::MAX, "-Infinity", null, i64::MAX])
        );
        assert_eq!(
            read_after(&search, &views),
            Some(vec![
                None,
                None,
                Some(Scalar::Text("Infinity".to_owned())),
                Some(Scalar::Integer(1_000)),
            ])
        );
    }
}
