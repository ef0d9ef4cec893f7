//! The metrics page of a process that has counted nothing yet. A process of its own, because the
//! registry is the process's.

use swarmscope_sdk::metrics;

#[test]
fn the_four_names_are_there_before_anything_is_counted() {
    let page = metrics::render();
    for (name, kind) in [
        ("tasks_dispatched_total", "counter"),
        ("errors_encountered_total", "counter"),
        ("task_latency_seconds", "histogram"),
        ("active_tasks", "gauge"),
    ] {
        let line = format!("# TYPE {name} {kind}\n");
        assert_eq!(page.matches(&line).count(), 1, "{page}");
    }
    metrics::increment_errors("transient");
    let page = metrics::render();
    assert_eq!(
        page.matches("# TYPE errors_encountered_total ").count(),
        1,
        "{page}"
    );
}
