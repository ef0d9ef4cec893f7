//! `filter`, `missing`, `filters`, `adjacency_matrix` and the ranges: buckets that the request names.

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::Slot;
use swarmscope_query::elastic::{AddressRange, NamedRange, Reported, Shape};

use super::{finish, render, shown};

/// The buckets, or what stands in the place of the only one.
pub fn slots(body: &mut Map<String, Value>, slots: Vec<(usize, Slot)>, shape: &Shape, typed: bool) {
    let buckets = match &shape.reported {
        Reported::Filters { names, keyed } => filters(slots, names, *keyed, shape, typed),
        Reported::AdjacencyMatrix { names } => {
            let mut some = slots;
            some.retain(|(_, slot)| slot.count > 0);
            filters(some, names, false, shape, typed)
        }
        Reported::IpRange { ranges, keyed } => addresses(slots, ranges, *keyed, shape, typed),
        Reported::Range { ranges, keyed, .. } => ranged(slots, ranges, *keyed, shape, typed),
        Reported::DateRange { ranges, keyed, .. } => ranged(slots, ranges, *keyed, shape, typed),
        _ => {
            for (_, slot) in slots {
                body.insert("doc_count".to_owned(), slot.count.into());
                body.extend(render(slot.within, &shape.within, typed));
            }
            return;
        }
    };
    body.insert("buckets".to_owned(), buckets);
}

fn filters(
    slots: Vec<(usize, Slot)>,
    names: &[String],
    keyed: bool,
    shape: &Shape,
    typed: bool,
) -> Value {
    if names.is_empty() {
        let anonymous = slots
            .into_iter()
            .map(|(_, slot)| finish(Map::new(), slot.count, slot.within, shape, typed));
        return anonymous.collect();
    }
    let named = slots.into_iter().filter_map(|(place, slot)| {
        let name = names.get(place)?;
        let mut body = Map::new();
        if !keyed {
            body.insert("key".to_owned(), name.as_str().into());
        }
        let body = finish(body, slot.count, slot.within, shape, typed);
        Some((name.clone(), body))
    });
    together(named, keyed)
}

fn ranged(
    slots: Vec<(usize, Slot)>,
    ranges: &[NamedRange],
    keyed: bool,
    shape: &Shape,
    typed: bool,
) -> Value {
    let text = |end: f64| match &shape.reported {
        Reported::DateRange {
            format, time_zone, ..
        } => Some(shown(end as i64, format.as_ref(), time_zone)),
        Reported::Range {
            format: Some(format),
            ..
        } => format.number(end),
        _ => None,
    };
    let named = slots.into_iter().filter_map(|(place, slot)| {
        let range = ranges.get(place)?;
        let name = shape.reported.label(place, None);
        let mut body = Map::new();
        if !keyed {
            body.insert("key".to_owned(), name.as_str().into());
        }
        for (side, end) in [("from", range.from), ("to", range.to)] {
            let Some(end) = end else { continue };
            body.insert(side.to_owned(), json!(end));
            if let Some(text) = text(end) {
                body.insert(format!("{side}_as_string"), text.into());
            }
        }
        Some((name, finish(body, slot.count, slot.within, shape, typed)))
    });
    together(named, keyed)
}

fn addresses(
    slots: Vec<(usize, Slot)>,
    ranges: &[AddressRange],
    keyed: bool,
    shape: &Shape,
    typed: bool,
) -> Value {
    let named = slots.into_iter().filter_map(|(place, slot)| {
        let range = ranges.get(place)?;
        let name = range.label();
        let mut body = Map::new();
        if !keyed {
            body.insert("key".to_owned(), name.as_str().into());
        }
        for (side, end) in range.ends() {
            body.insert(side.to_owned(), end.into());
        }
        Some((name, finish(body, slot.count, slot.within, shape, typed)))
    });
    together(named, keyed)
}

fn together(named: impl Iterator<Item = (String, Value)>, keyed: bool) -> Value {
    match keyed {
        true => Value::Object(named.collect()),
        false => named.map(|(_, body)| body).collect(),
    }
}
