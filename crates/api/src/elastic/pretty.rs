//! `?pretty`: JSON laid out as Elasticsearch lays it out, with a space before each colon and within
//! empty brackets.

use serde_json::Value;

/// The value over many lines, with a line's end.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            for (at, item) in items.iter().enumerate() {
                begin(at, depth, out);
                write(item, depth + 1, out);
            }
            end(depth, ']', out);
        }
        Value::Object(members) if !members.is_empty() => {
            out.push_str("{\n");
            for (at, (key, value)) in members.iter().enumerate() {
                begin(at, depth, out);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(" : ");
                write(value, depth + 1, out);
            }
            end(depth, '}', out);
        }
        Value::Array(_) => out.push_str("[ ]"),
        Value::Object(_) => out.push_str("{ }"),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn begin(at: usize, depth: usize, out: &mut String) {
    if at > 0 {
        out.push_str(",\n");
    }
    out.extend(std::iter::repeat_n("  ", depth + 1));
}

fn end(depth: usize, bracket: char, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
    out.push(bracket);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn values_are_laid_out_as_in_elasticsearch() {
        let value = json!({"a": [1, {"b": []}], "c": {}});
        assert_eq!(
            super::text(&value),
            "{\n  \"a\" : [\n    1,\n    {\n      \"b\" : [ ]\n    }\n  ],\n  \"c\" : { }\n}\n"
        );
    }
}
