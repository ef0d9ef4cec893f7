//! The columns of a file: which fields have one, and of what type.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

use crate::{ID, INDEX, SOURCE};

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Milliseconds since 1970, UTC.
    Timestamp,
    Integer,
    Double,
    Boolean,
    Text,
    /// JSON as text, of a field whose values are of several kinds.
    Json,
}

/// A column of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The field's dotted path, which is the column's name.
    pub path: String,
    pub kind: Kind,
    /// Whether it holds lists, because some document has more than one value there.
    pub list: bool,
}

/// The columns of a file, besides `_index`, `_id` and `_source`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    pub columns: Vec<Column>,
    /// Fields that have none and are found in `_source` alone.
    pub left_out: LeftOut,
}

/// Fields without a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    pub fields: usize,
    /// Whether there are more than were counted.
    pub or_more: bool,
}

impl Kind {
    fn physical(self) -> Physical {
        match self {
            Kind::Timestamp | Kind::Integer => Physical::INT64,
            Kind::Double => Physical::DOUBLE,
            Kind::Boolean => Physical::BOOLEAN,
            Kind::Text | Kind::Json => Physical::BYTE_ARRAY,
        }
    }

    fn logical(self) -> Option<LogicalType> {
        match self {
            Kind::Timestamp => Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
            Kind::Text | Kind::Json => Some(LogicalType::String),
            Kind::Integer | Kind::Double | Kind::Boolean => None,
        }
    }
}

impl Column {
    fn schema(&self) -> Result<Type> {
        let value = |name, repetition| {
            Type::primitive_type_builder(name, self.kind.physical())
                .with_logical_type(self.kind.logical())
                .with_repetition(repetition)
                .build()
        };
        if !self.list {
            return value(&self.path, Repetition::OPTIONAL);
        }
        // The three levels that the Parquet format asks of a list.
        let element = value("element", Repetition::REQUIRED)?;
        let repeated = Type::group_type_builder("list")
            .with_repetition(Repetition::REPEATED)
            .with_fields(vec![Arc::new(element)])
            .build()?;
        Type::group_type_builder(&self.path)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(Some(LogicalType::List))
            .with_fields(vec![Arc::new(repeated)])
            .build()
    }
}

impl Columns {
    /// The file's schema: the three columns of every document, then those of its fields.
    ///
    /// # Errors
    /// When Parquet does not take a name.
    pub(crate) fn schema(&self) -> Result<TypePtr> {
        let mut fields = Vec::with_capacity(3 + self.columns.len());
        for name in [INDEX, ID, SOURCE] {
            let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_logical_type(Some(LogicalType::String))
                .with_repetition(Repetition::REQUIRED)
                .build()?;
            fields.push(Arc::new(text));
        }
        for column in &self.columns {
            fields.push(Arc::new(column.schema()?));
        }
        let schema = Type::group_type_builder("documents")
            .with_fields(fields)
            .build()?;
        Ok(Arc::new(schema))
    }
}
