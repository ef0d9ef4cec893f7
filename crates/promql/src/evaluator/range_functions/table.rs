//! Which functions of range vectors there are.

use super::{
    Compute, RangeFunction, changes, extrapolated, instant_rate, over_time, picks, regression,
    smoothing,
};

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static RangeFunction> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const fn function(name: &'static str, compute: Compute) -> RangeFunction {
    RangeFunction {
        name,
        compute,
        uses_resets: false,
        uses_start_times: false,
        keeps_name: false,
        expects_counter: false,
    }
}

const fn counter(name: &'static str, compute: Compute) -> RangeFunction {
    RangeFunction {
        uses_resets: true,
        uses_start_times: true,
        expects_counter: true,
        ..function(name, compute)
    }
}

const fn from_start(name: &'static str, compute: Compute) -> RangeFunction {
    RangeFunction {
        uses_start_times: true,
        ..function(name, compute)
    }
}

const fn same_metric(name: &'static str, compute: Compute) -> RangeFunction {
    RangeFunction {
        keeps_name: true,
        ..function(name, compute)
    }
}

static FUNCTIONS: &[RangeFunction] = &[
    // Evaluated as its opposite, which then is turned over.
    function("absent_over_time", over_time::present),
    function("avg_over_time", over_time::avg),
    function("changes", changes::changes),
    function("count_over_time", over_time::count),
    function("delta", extrapolated::delta),
    function("deriv", regression::deriv),
    function(
        "double_exponential_smoothing",
        smoothing::double_exponential_smoothing,
    ),
    same_metric("first_over_time", picks::first),
    function("idelta", instant_rate::idelta),
    counter("increase", extrapolated::increase),
    from_start("irate", instant_rate::irate),
    same_metric("last_over_time", picks::last),
    function("mad_over_time", over_time::mad),
    function("max_over_time", picks::max),
    function("min_over_time", picks::min),
    function("predict_linear", regression::predict_linear),
    function("present_over_time", over_time::present),
    function("quantile_over_time", over_time::quantile_over_time),
    counter("rate", extrapolated::rate),
    from_start("resets", changes::resets),
    function("stddev_over_time", over_time::stddev),
    function("stdvar_over_time", over_time::stdvar),
    function("sum_over_time", over_time::sum),
    function("ts_of_first_over_time", picks::time_of_first),
    function("ts_of_last_over_time", picks::time_of_last),
    function("ts_of_max_over_time", picks::time_of_max),
    function("ts_of_min_over_time", picks::time_of_min),
];
