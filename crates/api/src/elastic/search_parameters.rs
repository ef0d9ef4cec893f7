//! What a search may say in its URL, put over what its body says.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmscope_model::Timestamp;
use swarmscope_query::ast::{Field, Operator, Query};
use swarmscope_query::elastic::{self, SearchBody, ShownField, Taken};
use swarmscope_query::lucene;
use swarmscope_query::store::TrackTotal;

use super::errors::ElasticError;
use super::parameters::{IndicesOptions, SourceParameters, is_on};

/// The URL's parameters.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SearchParameters {
    #[serde(flatten)]
    pub indices: IndicesOptions,
    q: Option<String>,
    df: Option<String>,
    default_operator: Option<String>,
    size: Option<String>,
    from: Option<String>,
    sort: Option<String>,
    #[serde(flatten)]
    source: SourceParameters,
    track_total_hits: Option<String>,
    track_scores: Option<String>,
    rest_total_hits_as_int: Option<String>,
    version: Option<String>,
    seq_no_primary_term: Option<String>,
    typed_keys: Option<String>,
    include_named_queries_score: Option<String>,
    docvalue_fields: Option<String>,
    stored_fields: Option<String>,
    terminate_after: Option<String>,
    explain: Option<String>,
    /// For how long to keep a scroll.
    pub scroll: Option<String>,
    pub allow_partial_search_results: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// Parameters that every endpoint takes, and those that change how a search runs, not what it
/// finds.
const READ_OVER: [&str; 21] = [
    "analyze_wildcard",
    "batched_reduce_size",
    "ccs_minimize_roundtrips",
    "error_trace",
    "expand_wildcards",
    "filter_path",
    "format",
    "human",
    "ignore_throttled",
    "lenient",
    "max_concurrent_searches",
    "max_concurrent_shard_requests",
    "pre_filter_shard_size",
    "preference",
    "pretty",
    "request_cache",
    "routing",
    "search_type",
    "stats",
    "timeout",
    "analyzer",
];

impl SearchParameters {
    /// Whether `hits.total` is a number.
    pub fn total_as_number(&self) -> bool {
        is_on(self.rest_total_hits_as_int.as_deref())
    }

    /// Whether names of aggregations carry their kind.
    pub fn typed_keys(&self) -> bool {
        is_on(self.typed_keys.as_deref())
    }

    /// Whether names of clauses come with scores.
    pub fn scores_names(&self) -> bool {
        is_on(self.include_named_queries_score.as_deref())
    }

    /// Whether the URL has a query.
    pub fn has_query(&self) -> bool {
        self.q.is_some()
    }

    /// Whether an answer without what is damaged is an answer; it is, unless it was ruled out.
    pub fn allows_partial(&self) -> bool {
        self.allow_partial_search_results.as_deref() != Some("false")
    }

    /// The search of body and URL together.
    ///
    /// # Errors
    /// When either cannot be read, or they do not fit together.
    pub fn search(&self, body: &[u8], now: Timestamp) -> Result<SearchBody, ElasticError> {
        self.check_names()?;
        let mut search = elastic::search_body(text(body)?, now)?;
        search.scrolls = self.scroll.is_some();
        if let Some(query) = self.query(now)? {
            search.query = query;
        }
        if let Some(size) = count("size", self.size.as_deref())? {
            search.size = size;
        }
        if let Some(from) = count("from", self.from.as_deref())? {
            search.from = from;
        }
        if let Some(sort) = &self.sort {
            search.sort = elastic::sort_parameter(sort)?;
            // What the body says of its own sort goes with that.
            search.sort_formats.clear();
            search.by_shard_doc = false;
        }
        if let Some(fields) = &self.docvalue_fields {
            let named = |name| ShownField::named(name, Taken::Columns);
            search.fields.extend(fields.split(',').map(named));
        }
        if let Some(names) = &self.stored_fields {
            let names: Vec<String> = names.split(',').map(str::to_owned).collect();
            search.list_stored_fields(&names);
        }
        if let Some(enough) = count("terminate_after", self.terminate_after.as_deref())? {
            search.enough = Some(enough as u64).filter(|enough| *enough > 0);
        }
        search.explain |= is_on(self.explain.as_deref());
        if let Some(source) = self.source.filter() {
            search.source = source;
        }
        let says_total = self.track_total_hits.is_some() || search.says_total;
        if let Some(total) = &self.track_total_hits {
            search.total = total_of(total)?;
        }
        search.version |= is_on(self.version.as_deref());
        search.sequence |= is_on(self.seq_no_primary_term.as_deref());
        search.track_scores |= is_on(self.track_scores.as_deref());
        if self.total_as_number() {
            search.total = counted_exactly(search.total, says_total)?;
        }
        self.check_scroll()?;
        search.check()?;
        Ok(search)
    }

    /// The query of body and URL together.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn only_query(&self, body: &[u8], now: Timestamp) -> Result<Query, ElasticError> {
        self.check_names()?;
        match self.query(now)? {
            Some(query) => Ok(query),
            None => Ok(elastic::query_body(text(body)?, now)?),
        }
    }

    /// What is kept of an answer is no page of a scroll.
    fn check_scroll(&self) -> Result<(), ElasticError> {
        let is_kept = is_on(self.others.get("request_cache").map(String::as_str));
        match self.scroll.is_some() && is_kept {
            true => Err(ElasticError::validation(
                "[request_cache] cannot be used in a scroll context",
            )),
            false => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), ElasticError> {
        let mut names = self.others.keys();
        match names.find(|name| !READ_OVER.contains(&name.as_str())) {
            None => self.check_kind().and_then(|()| self.check_counts()),
            Some(name) => Err(ElasticError::illegal_argument(format!(
                "request contains unrecognized parameter: [{name}]"
            ))),
        }
    }

    /// How shards are asked changes nothing where each index is one; what is no way of asking is refused.
    fn check_kind(&self) -> Result<(), ElasticError> {
        match self.others.get("search_type").map(String::as_str) {
            None | Some("query_then_fetch" | "dfs_query_then_fetch") => Ok(()),
            Some(other) => Err(ElasticError::illegal_argument(format!(
                "No search type for [{other}]"
            ))),
        }
    }

    /// How shards are asked changes nothing here, but numbers that mean nothing are refused.
    fn check_counts(&self) -> Result<(), ElasticError> {
        for (parameter, name, least) in [
            ("batched_reduce_size", "batchedReduceSize", 2),
            ("pre_filter_shard_size", "preFilterShardSize", 1),
            (
                "max_concurrent_shard_requests",
                "maxConcurrentShardRequests",
                1,
            ),
        ] {
            let given = self.others.get(parameter).map(String::as_str);
            if count(parameter, given)?.is_some_and(|given| given < least) {
                let reason = format!("{name} must be >= {least}");
                return Err(ElasticError::illegal_argument(reason));
            }
        }
        Ok(())
    }

    fn query(&self, now: Timestamp) -> Result<Option<Query>, ElasticError> {
        let Some(text) = &self.q else { return Ok(None) };
        let mut options = lucene::Options::elasticsearch(now);
        if let Some(field) = &self.df {
            options.default_fields = vec![Field::from_text(field)];
        }
        match self.default_operator.as_deref() {
            Some("AND" | "and") => options.default_operator = Operator::And,
            None | Some("OR" | "or") => {}
            Some(other) => {
                return Err(ElasticError::illegal_argument(format!(
                    "Unsupported defaultOperator [{other}], can either be [OR] or [AND]"
                )));
            }
        }
        if text.trim().is_empty() {
            return Ok(Some(Query::Nothing));
        }
        let query = lucene::parse(text, &options)
            .map_err(|error| ElasticError::query_text(text, &error))?;
        Ok(Some(query))
    }
}

/// The body as text.
pub fn text(body: &[u8]) -> Result<&str, ElasticError> {
    std::str::from_utf8(body).map_err(|error| {
        ElasticError::parse(format!(
            "the body is not UTF-8 at byte {}",
            error.valid_up_to()
        ))
    })
}

fn count(name: &str, text: Option<&str>) -> Result<Option<usize>, ElasticError> {
    let Some(text) = text else { return Ok(None) };
    let number: i64 = text.parse().map_err(|_| {
        ElasticError::illegal_argument(format!(
            "Failed to parse int parameter [{name}] with value [{text}]"
        ))
    })?;
    usize::try_from(number).map(Some).map_err(|_| {
        ElasticError::illegal_argument(format!(
            "[{name}] parameter cannot be negative, found [{number}]"
        ))
    })
}

/// A total that is shown as a number is counted to its end, unless it is not counted at all.
fn counted_exactly(total: TrackTotal, is_said: bool) -> Result<TrackTotal, ElasticError> {
    match total {
        TrackTotal::UpTo(limit) if is_said => Err(ElasticError::illegal_argument(format!(
            "[rest_total_hits_as_int] cannot be used if the tracking of total hits is not accurate, got {limit}"
        ))),
        TrackTotal::UpTo(_) => Ok(TrackTotal::Exactly),
        other => Ok(other),
    }
}

fn total_of(text: &str) -> Result<TrackTotal, ElasticError> {
    match text {
        "" | "true" => Ok(TrackTotal::Exactly),
        "false" => Ok(TrackTotal::No),
        _ => text.parse().map(TrackTotal::UpTo).map_err(|_| {
            ElasticError::illegal_argument(format!(
                "Failed to parse value [{text}] as only [true], [false] or a number are allowed."
            ))
        }),
    }
}
