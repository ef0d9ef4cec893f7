//! `filter`, `missing`, `filters`, `range` and `date_range`: buckets that the request names.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::Slot;
use swarmscope_query::datemath::Format;
use swarmscope_query::elastic::{NamedRange, Reported, Shape};

use super::{decimal, finish, render, shown};

/// The buckets, or what stands in the place of the only one.
pub fn slots(body: &mut Map<String, Value>, slots: Vec<Slot>, shape: &Shape, typed: bool) {
    let buckets = match &shape.reported {
        Reported::Filters { names, keyed } => filters(slots, names, *keyed, shape, typed),
        Reported::Range { ranges, keyed } => ranged(slots, ranges, *keyed, shape, typed, None),
        Reported::DateRange {
            ranges,
            keyed,
            format,
            time_zone,
        } => {
            let dates = Some((format.as_ref(), time_zone));
            ranged(slots, ranges, *keyed, shape, typed, dates)
        }
        _ => {
            for slot in slots {
                body.insert("doc_count".to_owned(), slot.count.into());
                body.extend(render(slot.within, &shape.within, typed));
            }
            return;
        }
    };
    body.insert("buckets".to_owned(), buckets);
}

fn filters(slots: Vec<Slot>, names: &[String], keyed: bool, shape: &Shape, typed: bool) -> Value {
    if names.is_empty() {
        let anonymous = slots
            .into_iter()
            .map(|slot| finish(Map::new(), slot.count, slot.within, shape, typed));
        return anonymous.collect();
    }
    let named = names.iter().zip(slots).map(|(name, slot)| {
        let mut body = Map::new();
        if !keyed {
            body.insert("key".to_owned(), name.as_str().into());
        }
        (
            name.clone(),
            finish(body, slot.count, slot.within, shape, typed),
        )
    });
    together(named, keyed)
}

fn ranged(
    slots: Vec<Slot>,
    ranges: &[NamedRange],
    keyed: bool,
    shape: &Shape,
    typed: bool,
    dates: Option<(Option<&Format>, &TimeZone)>,
) -> Value {
    let text = |end: f64| match dates {
        Some((format, zone)) => shown(end as i64, format, zone),
        None => decimal(end),
    };
    let named = ranges.iter().zip(slots).map(|(range, slot)| {
        let end = |end: Option<f64>| end.map_or_else(|| "*".to_owned(), text);
        let name = match &range.key {
            Some(key) => key.clone(),
            None => format!("{}-{}", end(range.from), end(range.to)),
        };
        let mut body = Map::new();
        if !keyed {
            body.insert("key".to_owned(), name.as_str().into());
        }
        for (side, end) in [("from", range.from), ("to", range.to)] {
            if let Some(end) = end {
                body.insert(side.to_owned(), json!(end));
                if dates.is_some() {
                    body.insert(format!("{side}_as_string"), text(end).into());
                }
            }
        }
        (name, finish(body, slot.count, slot.within, shape, typed))
    });
    together(named, keyed)
}

fn together(named: impl Iterator<Item = (String, Value)>, keyed: bool) -> Value {
    match keyed {
        true => Value::Object(named.collect()),
        false => named.map(|(_, body)| body).collect(),
    }
}
