//! How sorts and aggregations look at the values of mapped fields.

use std::sync::Arc;

use super::{Kind, Mapping};
use crate::document::is_time_field;
use crate::value_view::{DateFormat, ValueView, ValueViews};

/// The views of a mapping's fields.
pub(super) fn of(mapping: &Mapping) -> ValueViews {
    let own = mapping
        .fields
        .iter()
        .filter(|(path, mapped)| mapped.view_of.is_none() && !is_time_field(path));
    let views = own.filter_map(|(path, mapped)| Some((path.clone(), view(&mapped.kind)?)));
    Arc::new(views.collect())
}

fn view(kind: &Kind) -> Option<ValueView> {
    Some(match kind {
        Kind::Keyword { folded } => ValueView::Texts((*folded)?),
        Kind::Number { whole } => ValueView::Numbers { whole: (*whole)? },
        Kind::Boolean => ValueView::Booleans,
        // Dates in ISO 8601 and milliseconds are known without being read again.
        Kind::Date(format) => ValueView::Instants(match is_plain(format) {
            true => None,
            false => DateFormat::parse(format),
        }),
        Kind::Text | Kind::Address | Kind::Flattened | Kind::Alias(_) | Kind::Other => {
            return None;
        }
    })
}

/// Whether a format is no more than ISO 8601 and milliseconds.
fn is_plain(format: &str) -> bool {
    format.split("||").all(|part| {
        matches!(
            part,
            "strict_date_optional_time"
                | "date_optional_time"
                | "strict_date_optional_time_nanos"
                | "epoch_millis"
        )
    })
}
