//! Dates in the format that a mapping gives their field, where the request names no other.

use super::{Reported, Shapes, ValueFormat};
use crate::aggregate::Aggregation;
use crate::value_view::{ValueView, ValueViews};

impl Shapes {
    /// Shows dates as their fields are mapped. `level` is what the shapes are of.
    pub fn take_formats(&mut self, level: &mut [Aggregation], views: &ValueViews) {
        for (shape, aggregation) in self.aggregations.iter_mut().zip(level) {
            if let Some(format) = shape.reported.format_mut()
                && format.is_none()
                && let [field] = aggregation.fields_mut().as_slice()
                && let Some(ValueView::Instants(Some(mapped))) = views.get(field.as_str())
            {
                *format = ValueFormat::parse(&mapped.text).ok();
            }
            shape.within.take_formats(&mut aggregation.within, views);
        }
    }
}

impl Reported {
    /// The format of its values, where it has one.
    fn format_mut(&mut self) -> Option<&mut Option<ValueFormat>> {
        match self {
            Reported::Terms { format }
            | Reported::RareTerms { format }
            | Reported::SignificantTerms { format }
            | Reported::DateHistogram { format, .. }
            | Reported::AutoDateHistogram { format, .. }
            | Reported::Metric { format, .. }
            | Reported::Stats { format, .. }
            | Reported::Percentiles { format, .. }
            | Reported::Boxplot { format }
            | Reported::DateRange { format, .. } => Some(format),
            _ => None,
        }
    }
}
