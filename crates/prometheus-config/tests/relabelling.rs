//! What relabelling rules do to labels.

use swarmscope_model::metrics::Labels;
use swarmscope_prometheus_config::RelabelConfig;
use swarmscope_prometheus_config::relabel::relabel;
use swarmscope_prometheus_config::yaml;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::from_pairs(pairs.iter().copied())
}

#[track_caller]
fn becomes(rules: &str, before: &[(&str, &str)], after: Option<&[(&str, &str)]>) {
    let parsed: Vec<RelabelConfig> = yaml::from_str(rules).expect(rules);
    assert_eq!(
        relabel(&labels(before), &parsed),
        after.map(labels),
        "{rules}"
    );
}

const ABC: [(&str, &str); 3] = [("a", "foo"), ("b", "bar"), ("c", "baz")];

#[test]
fn replacing() {
    becomes(
        "[{source_labels: [a], regex: 'f(.*)', target_label: d, replacement: 'ch${1}-ch$1', separator: ';'}]",
        &ABC,
        Some(&[("a", "foo"), ("b", "bar"), ("c", "baz"), ("d", "choo-choo")]),
    );
    becomes(
        "[{source_labels: [a, b], regex: 'f(.*);(.*)r', target_label: a, replacement: 'b${1}${2}m'}]",
        &ABC,
        Some(&[("a", "boobam"), ("b", "bar"), ("c", "baz")]),
    );
    // No match, no change; whole values have to match.
    becomes(
        "[{source_labels: [a], regex: 'fo', target_label: d, replacement: x}]",
        &ABC,
        Some(&ABC),
    );
    // An empty result removes the label.
    becomes(
        "[{target_label: c, replacement: ''}]",
        &ABC,
        Some(&[("a", "foo"), ("b", "bar")]),
    );
    becomes(
        "[{source_labels: [nothing], target_label: c}]",
        &ABC,
        Some(&[("a", "foo"), ("b", "bar")]),
    );
    // The target is a template, too; a target that comes out empty is none.
    becomes(
        "[{source_labels: [a], regex: '(f).*', target_label: 'x_${1}', replacement: y}]",
        &[("a", "foo")],
        Some(&[("a", "foo"), ("x_f", "y")]),
    );
    becomes(
        "[{source_labels: [a], regex: 'f(x?)oo', target_label: '${1}', replacement: y}]",
        &[("a", "foo")],
        Some(&[("a", "foo")]),
    );
    // A dot matches line ends.
    becomes(
        "[{source_labels: [a], target_label: b}]",
        &[("a", "x\ny")],
        Some(&[("a", "x\ny"), ("b", "x\ny")]),
    );
}

#[test]
fn keeping_and_dropping() {
    becomes(
        "[{source_labels: [a], regex: '.*o.*', action: drop}]",
        &ABC,
        None,
    );
    becomes(
        "[{source_labels: [a], regex: 'f', action: drop}]",
        &ABC,
        Some(&ABC),
    );
    becomes(
        "[{source_labels: [a], regex: 'no', action: keep}]",
        &ABC,
        None,
    );
    becomes(
        "[{source_labels: [missing], regex: '', action: keep}]",
        &ABC,
        Some(&ABC),
    );
    becomes(
        "[{source_labels: [a], target_label: b, action: keepequal}]",
        &ABC,
        None,
    );
    becomes(
        "[{source_labels: [a], target_label: a, action: keepequal}]",
        &ABC,
        Some(&ABC),
    );
    becomes(
        "[{source_labels: [a], target_label: a, action: dropequal}]",
        &ABC,
        None,
    );
    becomes(
        "[{source_labels: [a], target_label: b, action: dropequal}]",
        &ABC,
        Some(&ABC),
    );
    // Rules go in order: what is dropped early cannot be kept later.
    becomes(
        "[{target_label: a, replacement: x}, {source_labels: [a], regex: foo, action: keep}]",
        &ABC,
        None,
    );
}

#[test]
fn hashing_is_the_same_as_everywhere() {
    // The last eight bytes of md5("foo;bar") as a number, modulo 1000.
    becomes(
        "[{source_labels: [a, b], modulus: 1000, target_label: d, action: hashmod}]",
        &[("a", "foo"), ("b", "bar")],
        Some(&[("a", "foo"), ("b", "bar"), ("d", "750")]),
    );
    becomes(
        "[{source_labels: [a], modulus: 1000, target_label: d, action: hashmod}]",
        &[("a", "foo\nbar")],
        Some(&[("a", "foo\nbar"), ("d", "734")]),
    );
}

#[test]
fn names_are_mapped_dropped_and_kept() {
    becomes(
        "[{action: labelmap, regex: '__meta_(.+)'}]",
        &[("__meta_zone", "eu"), ("__meta_rack", "7"), ("zone", "old")],
        Some(&[
            ("__meta_rack", "7"),
            ("__meta_zone", "eu"),
            ("rack", "7"),
            ("zone", "eu"),
        ]),
    );
    becomes(
        "[{action: labelmap, regex: 'meta_(ng.*)', replacement: '${1}_x'}]",
        &[("meta_ng_a", "1"), ("meta_b", "2")],
        Some(&[("meta_b", "2"), ("meta_ng_a", "1"), ("ng_a_x", "1")]),
    );
    becomes(
        "[{action: labeldrop, regex: '(a|b)'}]",
        &ABC,
        Some(&[("c", "baz")]),
    );
    becomes(
        "[{action: labelkeep, regex: '(a|b)'}]",
        &ABC,
        Some(&[("a", "foo"), ("b", "bar")]),
    );
}

#[test]
fn letters_change_their_case() {
    becomes(
        "[{source_labels: [a], target_label: up, action: UPPERCASE}, {source_labels: [a], target_label: low, action: lowercase}]",
        &[("a", "FoÖ")],
        Some(&[("a", "FoÖ"), ("low", "foö"), ("up", "FOÖ")]),
    );
}
