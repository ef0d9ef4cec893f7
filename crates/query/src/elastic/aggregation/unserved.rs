//! Aggregations that we do not serve: those that Elasticsearch has are refused as such.

use super::super::error::DslErrorKind;

/// A name that we do not serve: Elasticsearch's, or nobody's.
pub(super) fn unserved(name: &str) -> DslErrorKind {
    const ELASTICSEARCH: [&str; 25] = [
        "bucket_correlation",
        "bucket_count_ks_test",
        "categorize_text",
        "change_point",
        "children",
        "diversified_sampler",
        "frequent_item_sets",
        "geo_bounds",
        "geo_centroid",
        "geo_distance",
        "geohash_grid",
        "geotile_grid",
        "inference",
        "ip_prefix",
        "matrix_stats",
        "moving_percentiles",
        "normalize",
        "parent",
        "random_sampler",
        "sampler",
        "scripted_metric",
        "significant_text",
        "time_series",
        "t_test",
        "variable_width_histogram",
    ];
    let name = name.to_owned();
    if ELASTICSEARCH.contains(&name.as_str()) {
        DslErrorKind::UnsupportedAggregation { name }
    } else {
        DslErrorKind::UnknownAggregation { name }
    }
}
