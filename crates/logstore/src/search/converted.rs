//! Values of a page read as the type that a mapping says.

use swarmscope_query::document::ValueRef;
use swarmscope_query::value_view::{ValueView, boolean, number, whole_number};

use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;

/// Whether values of a kind have to be read anew to be what a view says.
pub fn is_needed(view: &ValueView, kind: Kind) -> bool {
    match view {
        ValueView::Instants(format) => format.is_some(),
        ValueView::Numbers { whole: true } => kind != Kind::Integer,
        ValueView::Numbers { whole: false } => kind != Kind::Float,
        ValueView::Booleans => kind != Kind::Boolean,
        ValueView::Texts(_) => kind == Kind::Text,
    }
}

/// Whether a view makes texts something else.
pub fn makes_numbers(view: &ValueView) -> bool {
    !matches!(view, ValueView::Texts(_))
}

/// The page as the view says; values that cannot be read so are left out.
pub fn converted(page: &Column, view: &ValueView) -> Column {
    match view {
        ValueView::Instants(Some(format)) => {
            collect(page, |value| format.instant(value), Values::Integer)
        }
        ValueView::Instants(None) => page.clone(),
        ValueView::Numbers { whole: true } => collect(page, whole_number, Values::Integer),
        ValueView::Numbers { whole: false } => collect(page, number, Values::Float),
        ValueView::Booleans => collect(page, boolean, Values::Boolean),
        ValueView::Texts(fold) => {
            let folded = |value: ValueRef<'_>| match value {
                ValueRef::Text(text) => Some(fold.apply(text)),
                _ => None,
            };
            collect(page, folded, |texts: Vec<String>| {
                let bytes = texts.iter().map(String::len).sum();
                let mut strings = Strings::with_room(texts.len(), bytes);
                texts.iter().for_each(|text| strings.push(text));
                Values::Text(strings)
            })
        }
    }
}

fn collect<T>(
    page: &Column,
    read: impl Fn(ValueRef<'_>) -> Option<T>,
    values: impl FnOnce(Vec<T>) -> Values,
) -> Column {
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for at in 0..page.len() {
        if let Some(value) = read(page.value(at)) {
            rows.push(page.row(at));
            found.push(value);
        }
    }
    Column {
        rows: Rows::Listed(rows),
        values: values(found),
    }
}
