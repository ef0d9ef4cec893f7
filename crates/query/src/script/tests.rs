//! Expressions through the door: what they give, and what is refused.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{Scope, Script, ScriptError, Steps, Value, Wanted};

fn read(source: &str) -> Result<Script, ScriptError> {
    let parameters = HashMap::from([("limit".to_owned(), Value::Int(30))]);
    Script::read(source, parameters, Wanted::Number, true)
}

fn number(source: &str) -> Result<Option<f64>, ScriptError> {
    let scope = Scope {
        variables: &[("a", 31.0), ("b", 4.0)],
        values: &[30.0, 60.0, 30.0],
    };
    read(source)?.number(&scope, &mut Steps::default())
}

#[test]
fn numbers_are_javas() {
    for (source, expected) in [
        ("7 / 2", 3.0),
        ("7 / 2.0", 3.5),
        ("7 % 4 + 1.0 / 4", 3.25),
        ("-7 / 2", -3.0),
        ("2147483647 + 1", -2_147_483_648.0),
        ("2147483647L + 1", 2_147_483_648.0),
        ("(int) (params.a / 7)", 4.0),
        ("params.a / params.b", 7.75),
        ("params['a'] - params.limit", 1.0),
        ("params.a > params.limit && !(params.b == 5) ? 1 : 0", 1.0),
        ("params.none ?: 5", 5.0),
        (
            "Math.max(params.a, 50) - Math.abs(-3) + Math.pow(2, 3)",
            55.0,
        ),
        ("Math.round(2.5)", 3.0),
        ("1 + 2 * 3 - 4", 3.0),
        ("return 2 - 1 - 1;", 0.0),
        ("true ? false ? 1 : 2 : 3", 2.0),
        ("values.length + values[1]", 63.0),
        ("MovingFunctions.linearWeightedAvg(values)", 240.0 / 7.0),
        ("MovingFunctions.ewma(values, 0.3)", 36.3),
    ] {
        let found = number(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert!(
            (found.expect("a number") - expected).abs() < 1e-9,
            "{source}: {found:?}"
        );
    }
    assert_eq!(number("null"), Ok(None));
    assert_eq!(number("params.a / 0"), Ok(Some(f64::INFINITY)));
}

#[test]
fn what_is_not_served_is_refused_with_its_place() {
    for (source, kind, at_compile, offset) in [
        ("params.a >", "illegal_argument_exception", true, 10),
        ("_value + 1", "illegal_argument_exception", true, 0),
        ("if (true) { 1 }", "illegal_argument_exception", true, 0),
        ("params.a.intValue()", "illegal_argument_exception", true, 8),
        ("System.exit(1)", "illegal_argument_exception", true, 0),
        ("Math.random()", "illegal_argument_exception", true, 0),
        ("'x'", "class_cast_exception", true, 0),
        ("params.a > 20", "class_cast_exception", true, 0),
        ("1; 2", "illegal_argument_exception", true, 3),
        ("99999999999", "illegal_argument_exception", true, 0),
        ("params.none + 1", "null_pointer_exception", false, 12),
        ("1 / 0", "arithmetic_exception", false, 2),
        ("values[3]", "array_index_out_of_bounds_exception", false, 0),
        ("true ? params.a : 1 == 1", "", false, 0),
    ] {
        match number(source) {
            Err(error) => {
                assert_eq!(
                    (error.kind, error.at_compile),
                    (kind, at_compile),
                    "{source}"
                );
                assert_eq!(error.offset, offset, "{source}");
            }
            Ok(found) => assert_eq!((kind, found), ("", Some(31.0)), "{source}"),
        }
    }
}

#[test]
fn hostile_expressions_are_bounded() {
    let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(number(&deep).is_err());
    assert!(number(&"-".repeat(5_000)).is_err());
    assert!(number(&format!("1{}", "+1".repeat(5_000))).is_err());
    assert!(number(&"1+".repeat(100_000)).is_err());
    let mut steps = Steps::default();
    let script = read("MovingFunctions.sum(values)").expect("a script");
    let values = vec![1.0; 1_000_000];
    let scope = Scope {
        variables: &[],
        values: &values,
    };
    let error = (0..1_000).find_map(|_| script.number(&scope, &mut steps).err());
    assert!(error.expect("an end").reason.contains("steps"));
}

proptest! {
    /// Whole numbers are computed as by Rust's own integers, in any mixture of signs and parentheses.
    #[test]
    fn whole_arithmetic_agrees(a in any::<i32>(), b in any::<i32>(), c in 1_i32..1_000) {
        let source = format!("({a}) * ({b}) - ({a}) / ({c}) + ({b}) % ({c})");
        prop_assume!(a != i32::MIN && b != i32::MIN);
        let expected = a.wrapping_mul(b).wrapping_sub(a / c).wrapping_add(b % c);
        prop_assert_eq!(number(&source), Ok(Some(f64::from(expected))));
    }

    #[test]
    fn any_text_is_read_or_refused(source in "[-+*/%<>=!&|?:()a-z0-9.,;\\[\\]'\" é]{0,60}") {
        let _ = number(&source);
    }
}
