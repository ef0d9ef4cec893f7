//! The values of one path of one kind, each with its row.

use std::ops::Range;
use std::sync::Arc;

use swarmscope_query::document::ValueRef;

use super::codes::Codes;
use super::strings::Strings;

/// The kinds of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Text,
    Integer,
    Float,
    Boolean,
    /// Derived: the points in time, in milliseconds, that values of the path mean.
    Instant,
}

impl Kind {
    /// Every kind, in the order of their codes on disk.
    pub const ALL: [Kind; 5] = [
        Kind::Text,
        Kind::Integer,
        Kind::Float,
        Kind::Boolean,
        Kind::Instant,
    ];

    /// The kind of a value as it stands in a document.
    pub fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(_) => Kind::Text,
            ValueRef::Integer(_) => Kind::Integer,
            ValueRef::Float(_) => Kind::Float,
            ValueRef::Boolean(_) => Kind::Boolean,
        }
    }

    /// The code on disk.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind of that code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// Which row each value belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// One value for each row from `first` on.
    Dense { first: u32 },
    /// The row of each value; never falls, and repeats where a row has several values.
    Listed(Vec<u32>),
}

/// The values.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    Text(Strings),
    /// Text as places in a dictionary.
    Coded {
        dictionary: Arc<Strings>,
        codes: Codes,
    },
    /// Integers and instants.
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Boolean(Vec<bool>),
}

impl Values {
    /// How many values there is memory for.
    fn room(&self) -> usize {
        match self {
            Values::Text(strings) => strings.room(),
            Values::Coded { codes, .. } => codes.room(),
            Values::Integer(values) => values.capacity(),
            Values::Float(values) => values.capacity(),
            Values::Boolean(values) => values.capacity(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Values::Text(strings) => strings.len(),
            Values::Coded { codes, .. } => codes.len(),
            Values::Integer(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Boolean(values) => values.len(),
        }
    }
}

/// Values of one path of one kind: a whole column, or one page of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub rows: Rows,
    pub values: Values,
}

impl Column {
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether every row has one value. Meant for whole columns, not for pages.
    pub fn is_dense(&self) -> bool {
        matches!(self.rows, Rows::Dense { .. })
    }

    /// Memory the column takes.
    pub fn bytes(&self) -> usize {
        let rows = match &self.rows {
            Rows::Dense { .. } => 0,
            Rows::Listed(rows) => rows.len() * 4,
        };
        rows + match &self.values {
            Values::Text(strings) => strings.bytes(),
            Values::Coded { dictionary, codes } => dictionary.bytes() + codes.bytes(),
            Values::Integer(values) => values.len() * 8,
            Values::Float(values) => values.len() * 8,
            Values::Boolean(values) => values.len(),
        }
    }

    /// Length of its texts together; of dictionaries, that of the texts in them.
    pub fn text_bytes(&self) -> usize {
        match &self.values {
            Values::Text(strings) => strings.text_bytes(),
            Values::Coded { dictionary, .. } => dictionary.text_bytes(),
            _ => 0,
        }
    }

    /// The integers of a column of integers or instants; of others, none.
    pub fn integers(&self) -> &[i64] {
        match &self.values {
            Values::Integer(values) => values,
            _ => &[],
        }
    }

    /// The row of a value.
    pub fn row(&self, at: usize) -> u32 {
        match &self.rows {
            Rows::Dense { first } => first + at as u32,
            Rows::Listed(rows) => rows[at],
        }
    }

    /// The values of a row. Meant for whole columns, not for pages.
    pub fn places_of(&self, row: u32) -> Range<usize> {
        match &self.rows {
            Rows::Dense { first } => match row.checked_sub(*first) {
                Some(at) if (at as usize) < self.len() => at as usize..at as usize + 1,
                _ => 0..0,
            },
            Rows::Listed(rows) => {
                let from = rows.partition_point(|own| *own < row);
                let alike = rows[from..].iter().take_while(|own| **own == row);
                from..from + alike.count()
            }
        }
    }

    /// A value. An instant comes as an integer.
    pub fn value(&self, at: usize) -> ValueRef<'_> {
        match &self.values {
            Values::Text(strings) => ValueRef::Text(strings.get(at)),
            Values::Coded { dictionary, codes } => ValueRef::Text(dictionary.get(codes.get(at))),
            Values::Integer(values) => ValueRef::Integer(values[at]),
            Values::Float(values) => ValueRef::Float(values[at]),
            Values::Boolean(values) => ValueRef::Boolean(values[at]),
        }
    }

    /// Calls with the place of a row in `selected` and of each value that the row has here.
    /// `selected` never falls.
    pub fn visit_selected(&self, selected: &[u32], mut visit: impl FnMut(usize, usize)) {
        match &self.rows {
            Rows::Dense { first } => {
                let end = first + self.len() as u32;
                let from = selected.partition_point(|row| row < first);
                let to = selected.partition_point(|row| *row < end);
                for (at, row) in selected[from..to].iter().enumerate() {
                    visit(from + at, (row - first) as usize);
                }
            }
            Rows::Listed(rows) => {
                let Some(lowest) = rows.first() else { return };
                let mut place = selected.partition_point(|row| row < lowest);
                for (at, row) in rows.iter().enumerate() {
                    while place < selected.len() && selected[place] < *row {
                        place += 1;
                    }
                    if place == selected.len() {
                        return;
                    }
                    let alike = selected[place..].iter().take_while(|found| *found == row);
                    for (further, _) in alike.enumerate() {
                        visit(place + further, at);
                    }
                }
            }
        }
    }
}

/// A column under construction.
#[derive(Debug)]
pub struct ColumnBuilder {
    /// The row of each value, once a row has had none or several.
    rows: Option<Vec<u32>>,
    values: Values,
}

/// Where the rows of an input stand in the output.
#[derive(Debug)]
pub struct RowMapping {
    base: u32,
    /// The place of each row among those kept; `u32::MAX` for those that are not.
    ranks: Option<Vec<u32>>,
}

impl RowMapping {
    /// All rows, from `base` on.
    pub fn all(base: u32) -> Self {
        Self { base, ranks: None }
    }

    /// All rows but those dropped, from `base` on.
    pub fn without(base: u32, dropped: &crate::rows::RowSet) -> Self {
        if dropped.is_empty() {
            return Self::all(base);
        }
        let mut next = 0;
        let ranks = (0..dropped.len())
            .map(|row| {
                if dropped.contains(row) {
                    u32::MAX
                } else {
                    next += 1;
                    next - 1
                }
            })
            .collect();
        Self {
            base,
            ranks: Some(ranks),
        }
    }

    /// How many values of a column are in rows that were not dropped.
    pub fn kept(&self, column: &Column) -> usize {
        match &self.ranks {
            None => column.len(),
            Some(_) => (0..column.len())
                .filter(|at| self.map(column.row(*at)).is_some())
                .count(),
        }
    }

    /// The new place of a row, unless it was dropped.
    pub fn map(&self, row: u32) -> Option<u32> {
        match &self.ranks {
            None => Some(self.base + row),
            Some(ranks) => match ranks[row as usize] {
                u32::MAX => None,
                rank => Some(self.base + rank),
            },
        }
    }
}

impl ColumnBuilder {
    /// An empty column of a kind.
    pub fn new(kind: Kind) -> Self {
        Self {
            rows: None,
            values: match kind {
                Kind::Text => Values::Text(Strings::default()),
                Kind::Integer | Kind::Instant => Values::Integer(Vec::new()),
                Kind::Float => Values::Float(Vec::new()),
                Kind::Boolean => Values::Boolean(Vec::new()),
            },
        }
    }

    /// The same with memory for so many values, of so many bytes if they are texts.
    pub fn with_room(kind: Kind, values: usize, text_bytes: usize) -> Self {
        Self {
            rows: None,
            values: match kind {
                Kind::Text => Values::Text(Strings::with_room(values, text_bytes)),
                Kind::Integer | Kind::Instant => Values::Integer(Vec::with_capacity(values)),
                Kind::Float => Values::Float(Vec::with_capacity(values)),
                Kind::Boolean => Values::Boolean(Vec::with_capacity(values)),
            },
        }
    }

    /// Adds a value of the column's kind to a row that is not before the last one.
    #[inline]
    pub fn push(&mut self, row: u32, value: ValueRef<'_>) {
        let length = match (&mut self.values, value) {
            (Values::Text(strings), ValueRef::Text(text)) => {
                strings.push(text);
                strings.len()
            }
            (Values::Integer(values), ValueRef::Integer(number)) => add(values, number),
            (Values::Float(values), ValueRef::Float(number)) => add(values, number),
            (Values::Boolean(values), ValueRef::Boolean(flag)) => add(values, flag),
            _ => return,
        };
        match &mut self.rows {
            Some(rows) => rows.push(row),
            None if row as usize == length - 1 => {}
            None => self.list(length - 1).push(row),
        }
    }

    /// Lists the rows of the first so many values, which were one a row.
    fn list(&mut self, values: usize) -> &mut Vec<u32> {
        let room = self.values.room();
        self.rows.get_or_insert_with(|| {
            let mut rows = Vec::with_capacity(room);
            rows.extend(0..values as u32);
            rows
        })
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Length of its texts together.
    pub fn text_bytes(&self) -> usize {
        match &self.values {
            Values::Text(strings) => strings.text_bytes(),
            _ => 0,
        }
    }

    /// Adds the values of another column whose rows are kept.
    pub fn append(&mut self, column: &Column, mapping: &RowMapping) {
        let before = self.len();
        if mapping.ranks.is_none() && self.append_all(&column.values) {
            match &column.rows {
                Rows::Dense { first }
                    if self.rows.is_none() && (mapping.base + first) as usize == before => {}
                Rows::Dense { first } => {
                    let first = mapping.base + first;
                    let rows = first..first + column.len() as u32;
                    self.list(before).extend(rows);
                }
                Rows::Listed(rows) if rows.is_empty() => {}
                Rows::Listed(rows) => {
                    let rows = rows.iter().map(|row| mapping.base + row);
                    self.list(before).extend(rows);
                }
            }
            return;
        }
        for at in 0..column.len() {
            if let Some(row) = mapping.map(column.row(at)) {
                self.push(row, column.value(at));
            }
        }
    }

    /// Adds values as they are; `false` when they are stored in another way.
    fn append_all(&mut self, more: &Values) -> bool {
        match (&mut self.values, more) {
            (Values::Text(strings), Values::Text(more)) => strings.append(more),
            (Values::Integer(values), Values::Integer(more)) => values.extend(more),
            (Values::Float(values), Values::Float(more)) => values.extend(more),
            (Values::Boolean(values), Values::Boolean(more)) => values.extend(more),
            _ => return false,
        }
        true
    }

    /// Whether it has no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column of a block with so many rows.
    pub fn finish(mut self, rows: u32) -> Column {
        let values = self.len();
        let is_dense = self.rows.is_none() && values == rows as usize;
        Column {
            rows: if is_dense {
                Rows::Dense { first: 0 }
            } else {
                Rows::Listed(std::mem::take(self.list(values)))
            },
            values: self.values,
        }
    }
}

/// Appends; gives the length.
fn add<T>(values: &mut Vec<T>, value: T) -> usize {
    values.push(value);
    values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selected_rows_meet_their_values() {
        let mut builder = ColumnBuilder::new(Kind::Integer);
        for (row, number) in [(1, 10), (1, 11), (4, 40), (6, 60)] {
            builder.push(row, ValueRef::Integer(number));
        }
        let column = builder.finish(8);
        let mut met = Vec::new();
        column.visit_selected(&[0, 1, 3, 6, 7], |place, at| {
            met.push((place, column.value(at)));
        });
        assert_eq!(
            met,
            [
                (1, ValueRef::Integer(10)),
                (1, ValueRef::Integer(11)),
                (3, ValueRef::Integer(60))
            ]
        );
    }
}
