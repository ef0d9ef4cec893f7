//! `composite` and `multi_terms`: buckets of several values at once.

use swarmscope_model::limits::{MAX_BUCKETS, MAX_TUPLE_SOURCES};

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed};
use super::{
    Read, Reported, ShownSource, ValueFormat, date_histogram, format, histogram, terms, unsupported,
};
use crate::aggregate::{
    AggregationKind, BucketKey, CompositeAggregation, Direction, MissingTuple,
    MultiTermsAggregation, SourceValue, TermsOrder, TupleSource,
};
use crate::ast::Scalar;
use crate::datemath::{self, Clock, Format, Rounding};

const NAME: &str = "composite";
const SIZE: usize = 10;

/// A source with its name and how its values are shown.
struct Named {
    name: String,
    source: TupleSource,
    format: Option<ValueFormat>,
}

pub(super) fn composite(node: &Node, context: &Context) -> Parsed<Read> {
    let mut sources: Option<Vec<Named>> = None;
    let (mut size, mut after) = (SIZE, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "sources" => sources = Some(read_sources(member, context)?),
            "size" => size = read_size(member)?,
            "after" => after = Some(member),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let sources = sources.ok_or_else(|| {
        let reason = "Required [sources]".to_owned();
        node.fault(DslErrorKind::Argument { reason })
    })?;
    let after = match after {
        Some(member) => Some(read_after(member, &sources, context)?),
        None => None,
    };
    let reported = Reported::Composite {
        sources: sources
            .iter()
            .map(|named| ShownSource {
                name: named.name.clone(),
                format: named.format.clone(),
                time_zone: named.source.value.time_zone(),
            })
            .collect(),
    };
    let kind = AggregationKind::Composite(CompositeAggregation {
        sources: sources.into_iter().map(|named| named.source).collect(),
        size,
        after,
    });
    Ok((kind, reported))
}

fn read_size(member: &Member) -> Parsed<usize> {
    let given = member.integer()?;
    match usize::try_from(given) {
        Ok(size) if size > MAX_BUCKETS => Err(member.value.fault(DslErrorKind::TooManyBuckets {
            limit: MAX_BUCKETS,
            asked: size,
        })),
        Ok(size) if size > 0 => Ok(size),
        _ => Err(member.bad(NAME, "[size] must be greater than 0")),
    }
}

fn read_sources(member: &Member, context: &Context) -> Parsed<Vec<Named>> {
    let Json::Array(items) = &member.value.value else {
        return Err(member.bad(NAME, "expected an array of sources"));
    };
    if items.is_empty() {
        return Err(member.bad(NAME, "Composite [sources] cannot be null or empty"));
    }
    if items.len() > MAX_TUPLE_SOURCES {
        return Err(member.bad(NAME, format!("more than {MAX_TUPLE_SOURCES} sources")));
    }
    let mut sources: Vec<Named> = Vec::with_capacity(items.len());
    for item in items {
        let [named] = object(item, NAME)? else {
            return Err(member.bad(NAME, "a source is an object with one name"));
        };
        let [source] = object(&named.value, NAME)? else {
            return Err(member.bad(NAME, "a source has one type"));
        };
        if sources.iter().any(|own| own.name == named.key) {
            let name = &named.key;
            let reason =
                format!("Composite source names must be unique, found duplicates: [{name}]");
            return Err(member.bad(NAME, reason));
        }
        sources.push(read_source(&named.key, source, member, context)?);
    }
    Ok(sources)
}

/// What all sources have.
#[derive(Default)]
struct Common {
    descending: bool,
    missing_bucket: bool,
    missing_order: Option<String>,
}

impl Common {
    /// Takes the parameters that every source has; gives the others.
    fn take<'a>(&mut self, source: &'a Member, all: &Member) -> Parsed<Vec<&'a Member>> {
        let mut others = Vec::new();
        for parameter in object(&source.value, &source.key)? {
            match parameter.key.as_str() {
                "order" => {
                    let text = parameter.text(NAME)?.to_ascii_lowercase();
                    self.descending = match text.as_str() {
                        "asc" => false,
                        "desc" => true,
                        _ => {
                            let name = text.to_ascii_uppercase();
                            let reason = format!(
                                "No enum constant org.elasticsearch.search.sort.SortOrder.{name}"
                            );
                            return Err(all.bad(NAME, reason));
                        }
                    };
                }
                "missing_bucket" => self.missing_bucket = parameter.boolean(NAME)?,
                "missing_order" => self.missing_order = Some(parameter.text(NAME)?),
                "value_type" => {}
                "script" => return Err(unsupported(parameter, "use a field")),
                _ => others.push(parameter),
            }
        }
        if self.missing_order.is_some() && !self.missing_bucket {
            let reason = "missingOrder can only be set if missingBucket is true".to_owned();
            return Err(source.value.fault(DslErrorKind::ShardRefusal { reason }));
        }
        Ok(others)
    }

    fn source(self, value: SourceValue) -> TupleSource {
        let first = match self.missing_order.as_deref() {
            Some("first") => true,
            Some("last") => false,
            _ => !self.descending,
        };
        TupleSource {
            value,
            direction: match self.descending {
                true => Direction::Descending,
                false => Direction::Ascending,
            },
            missing: self
                .missing_bucket
                .then_some(MissingTuple::Nothing { first }),
        }
    }
}

fn read_source(name: &str, source: &Member, all: &Member, context: &Context) -> Parsed<Named> {
    let mut common = Common::default();
    let others = common.take(source, all)?;
    let (value, format) = match source.key.as_str() {
        "terms" => {
            let (mut field, mut shown) = (None, None);
            for parameter in others {
                match parameter.key.as_str() {
                    "field" => field = Some(parameter.text(NAME)?),
                    "format" => shown = Some(format(parameter, NAME)?),
                    _ => return Err(parameter.unknown_in("terms")),
                }
            }
            let field =
                field.ok_or_else(|| source.value.fault(DslErrorKind::NoAggregationField))?;
            (SourceValue::Term { field }, shown)
        }
        "histogram" => {
            let (histogram, shown) = histogram::source(&source.value, &others)?;
            (SourceValue::Numbers(histogram), shown)
        }
        "date_histogram" => {
            let (histogram, shown) = date_histogram::source(&source.value, &others, context)?;
            (SourceValue::Instants(Box::new(histogram)), shown)
        }
        "geotile_grid" => return Err(unsupported(source, "use a [terms] source")),
        other => {
            let reason = format!("invalid source type: {other}");
            return Err(all.bad(NAME, reason));
        }
    };
    Ok(Named {
        name: name.to_owned(),
        source: common.source(value),
        format,
    })
}

fn read_after(
    member: &Member,
    sources: &[Named],
    context: &Context,
) -> Parsed<Vec<Option<BucketKey>>> {
    let given = object(&member.value, "after")?;
    let keys = sources.iter().map(|named| {
        let Some(part) = given.iter().find(|part| part.key == named.name) else {
            let reason = format!("Missing value for [after.{}]", named.name);
            return Err(member.value.fault(DslErrorKind::ShardRefusal { reason }));
        };
        let Some(scalar) = part.value.scalar() else {
            return Ok(None);
        };
        after_key(part, scalar, named, context).map(Some)
    });
    keys.collect()
}

/// A value of an earlier reply, as the source has it.
fn after_key(part: &Member, scalar: Scalar, named: &Named, context: &Context) -> Parsed<BucketKey> {
    let number = |text: &str| {
        let number: Option<f64> = text.parse().ok();
        number.ok_or_else(|| {
            part.value.fault(DslErrorKind::NotANumber {
                given: text.to_owned(),
            })
        })
    };
    Ok(match (&named.source.value, scalar) {
        (SourceValue::Numbers(_), Scalar::Text(text)) => BucketKey::Float(number(&text)?),
        (SourceValue::Numbers(_), Scalar::Integer(number)) => BucketKey::Float(number as f64),
        (SourceValue::Instants(histogram), Scalar::Text(text)) => {
            let clock = Clock {
                now: context.now,
                time_zone: histogram.time_zone.clone(),
            };
            let shown = named
                .format
                .as_ref()
                .map_or_else(Format::default, ValueFormat::dates);
            let instant = datemath::instant(&text, Rounding::Down, &shown, &clock);
            BucketKey::Instant(instant.map_err(|date| part.value.fault(date.into()))?)
        }
        (_, Scalar::Text(text)) => BucketKey::Text(text),
        (_, Scalar::Integer(number)) => BucketKey::Integer(number),
        (_, Scalar::Float(number)) => BucketKey::Float(number),
        (_, Scalar::Boolean(flag)) => BucketKey::Boolean(flag),
    })
}

pub(super) fn multi_terms(node: &Node) -> Parsed<Read> {
    const NAME: &str = "multi_terms";
    let mut found = MultiTermsAggregation {
        sources: Vec::new(),
        size: SIZE,
        min_doc_count: 1,
        order: vec![(TermsOrder::Count, Direction::Descending)],
    };
    let mut formats = Vec::new();
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "terms" => {
                for item in terms_of(member)? {
                    let (source, format) = one_of_many(item)?;
                    found.sources.push(source);
                    formats.push(format);
                }
            }
            "size" => found.size = terms::size(member, NAME)?,
            "min_doc_count" => found.min_doc_count = member.count("min_doc_count")? as u64,
            "order" => found.order = terms::order(&member.value, NAME)?,
            "shard_size" | "shard_min_doc_count" | "show_term_doc_count_error" | "collect_mode" => {
            }
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    if found.sources.is_empty() {
        let reason = "Required [terms]".to_owned();
        return Err(node.fault(DslErrorKind::Argument { reason }));
    }
    Ok((
        AggregationKind::MultiTerms(found),
        Reported::MultiTerms { formats },
    ))
}

fn terms_of(member: &Member) -> Parsed<&[Node]> {
    match &member.value.value {
        Json::Array(items) if (2..=MAX_TUPLE_SOURCES).contains(&items.len()) => Ok(items),
        Json::Array(items) if items.len() < 2 => Err(member.bad(
            "multi_terms",
            "multi term aggregation must has at least 2 terms",
        )),
        _ => {
            let reason = format!("expected an array of up to {MAX_TUPLE_SOURCES} terms");
            Err(member.bad("multi_terms", reason))
        }
    }
}

fn one_of_many(node: &Node) -> Parsed<(TupleSource, Option<ValueFormat>)> {
    let (mut field, mut missing, mut shown) = (None, None, None);
    for member in object(node, "multi_terms")? {
        match member.key.as_str() {
            "field" => field = Some(member.text("multi_terms")?),
            "missing" => missing = member.value.scalar().map(MissingTuple::Value),
            "format" => shown = Some(format(member, "multi_terms")?),
            "value_type" => {}
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in("field_config")),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let source = TupleSource {
        value: SourceValue::Term { field },
        direction: Direction::Ascending,
        missing,
    };
    Ok((source, shown))
}
