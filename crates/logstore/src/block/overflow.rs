//! Values of paths that have no column of their own: one text column whose entries name their path.
//!
//! An entry is the kind's digit, the path's length, `:`, the path and the value.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmscope_query::document::ValueRef;

use super::NamedColumn;
use super::column::{Column, ColumnBuilder, Kind};

/// The entry for a value.
pub fn entry(path: &str, kind: Kind, value: ValueRef<'_>) -> String {
    let head = format!("{}{}:{path}", kind.code(), path.len());
    match value {
        ValueRef::Text(text) => head + text,
        ValueRef::Integer(number) => format!("{head}{number}"),
        ValueRef::Float(number) => format!("{head}{}", number.to_bits()),
        ValueRef::Boolean(flag) => format!("{head}{flag}"),
    }
}

/// The path, kind and value of an entry; `None` when it is none.
pub fn read(entry: &str) -> Option<(&str, Kind, ValueRef<'_>)> {
    let digit = entry.get(..1)?.parse().ok()?;
    let kind = Kind::from_code(digit)?;
    let (length, rest) = entry.get(1..)?.split_once(':')?;
    let (path, value) = rest.split_at_checked(length.parse().ok()?)?;
    let value = match kind {
        Kind::Text => ValueRef::Text(value),
        Kind::Integer | Kind::Instant => ValueRef::Integer(value.parse().ok()?),
        Kind::Float => ValueRef::Float(f64::from_bits(value.parse().ok()?)),
        Kind::Boolean => ValueRef::Boolean(value.parse().ok()?),
    };
    Some((path, kind, value))
}

/// Collects columns from overflow entries.
#[derive(Debug, Default)]
pub struct Collector {
    columns: BTreeMap<(Arc<str>, Kind), ColumnBuilder>,
}

impl Collector {
    /// Takes the entries whose path and kind are chosen.
    pub fn add(&mut self, overflow: &Column, chosen: impl Fn(&str, Kind) -> bool) {
        for at in 0..overflow.len() {
            let ValueRef::Text(text) = overflow.value(at) else {
                continue;
            };
            if let Some((path, kind, value)) = read(text)
                && chosen(path, kind)
            {
                self.columns
                    .entry((Arc::from(path), kind))
                    .or_insert_with(|| ColumnBuilder::new(kind))
                    .push(overflow.row(at), value);
            }
        }
    }

    /// The columns, by path.
    pub fn finish(self, rows: u32) -> Vec<NamedColumn> {
        self.columns
            .into_iter()
            .map(|((path, kind), builder)| NamedColumn {
                path,
                kind,
                column: Arc::new(builder.finish(rows)),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_whatever_the_path_holds() {
        for (kind, value) in [
            (Kind::Text, ValueRef::Text("12:x")),
            (Kind::Float, ValueRef::Float(-0.25)),
            (Kind::Integer, ValueRef::Integer(i64::MIN)),
            (Kind::Boolean, ValueRef::Boolean(true)),
        ] {
            for path in ["", "1:ü", "a.b"] {
                assert_eq!(read(&entry(path, kind, value)), Some((path, kind, value)));
            }
        }
        assert_eq!(read("9"), None);
    }
}
