//! Aggregations that we do not serve: those that Elasticsearch has are refused as such.

use super::super::error::DslErrorKind;

/// A name that we do not serve: Elasticsearch's, or nobody's.
pub(super) fn unserved(name: &str) -> DslErrorKind {
    const ELASTICSEARCH: [&str; 51] = [
        "adjacency_matrix",
        "auto_date_histogram",
        "avg_bucket",
        "boxplot",
        "bucket_correlation",
        "bucket_count_ks_test",
        "bucket_script",
        "bucket_selector",
        "bucket_sort",
        "categorize_text",
        "change_point",
        "children",
        "composite",
        "cumulative_cardinality",
        "cumulative_sum",
        "derivative",
        "diversified_sampler",
        "extended_stats_bucket",
        "frequent_item_sets",
        "geo_bounds",
        "geo_centroid",
        "geo_distance",
        "geohash_grid",
        "geotile_grid",
        "global",
        "inference",
        "ip_prefix",
        "ip_range",
        "matrix_stats",
        "max_bucket",
        "median_absolute_deviation",
        "min_bucket",
        "moving_fn",
        "moving_percentiles",
        "multi_terms",
        "nested",
        "normalize",
        "parent",
        "percentiles_bucket",
        "rare_terms",
        "rate",
        "reverse_nested",
        "sampler",
        "scripted_metric",
        "serial_diff",
        "significant_terms",
        "significant_text",
        "stats_bucket",
        "sum_bucket",
        "top_hits",
        "top_metrics",
    ];
    let name = name.to_owned();
    if ELASTICSEARCH.contains(&name.as_str()) {
        DslErrorKind::UnsupportedAggregation { name }
    } else {
        DslErrorKind::UnknownAggregation { name }
    }
}
