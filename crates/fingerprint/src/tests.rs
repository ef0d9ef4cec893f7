//! The door: documents of every shape in, fingerprints out.

use super::*;

fn of(json: &str) -> Fingerprint<'static> {
    fingerprint(&ErrorDocument::from_json(json.as_bytes()).expect("a JSON object")).into_owned()
}

#[test]
fn an_event_and_its_foreign_shapes_have_one_fingerprint() {
    let ours = of(
        r#"{"event_type":"task_failed","message":"gave up","metadata":{"exception":{"type":"ValueError","message":"bad page"}}}"#,
    );
    assert_eq!(ours.error_type, "ValueError");
    assert_eq!(ours.title, "ValueError: bad page");
    assert_eq!(ours.source, Source::Message);
    for foreign in [
        r#"{"message":"x","error":{"type":"ValueError","message":"bad page"}}"#,
        r#"{"error.type":"ValueError","error.message":"bad page"}"#,
        r#"{"attributes":{"exception.type":"ValueError","exception.message":"bad page"}}"#,
        r#"{"msg":"x","err":{"type":"ValueError","message":"bad page"}}"#,
    ] {
        assert_eq!(of(foreign).id, ours.id, "{foreign}");
    }
}

#[test]
fn a_clients_fingerprint_decides() {
    let one = of(r#"{"message":"a","metadata":{"fingerprint":"billing"}}"#);
    let same = of(r#"{"message":"b","metadata":{"fingerprint":["billing"]}}"#);
    assert_eq!(one.source, Source::Client);
    assert_eq!(one.id, same.id);
    let parts = of(r#"{"message":"b","metadata":{"fingerprint":["bil","ling"]}}"#);
    assert_ne!(one.id, parts.id);
    let refined = r#"{"message":"a","metadata":{"fingerprint":["{{ default }}", 7]}}"#;
    assert_ne!(of(refined).id, of(r#"{"message":"a"}"#).id);
    assert_ne!(of(refined).id, of(&refined.replace("\"a\"", "\"b\"")).id);
    for none in [r#""""#, "[]", "{}", "null", r#"[" "]"#] {
        let json = format!(r#"{{"message":"a","metadata":{{"fingerprint":{none}}}}}"#);
        assert_eq!(of(&json).id, of(r#"{"message":"a"}"#).id, "{none}");
    }
}

#[test]
fn fields_of_unexpected_types_are_as_good_as_none() {
    for json in [
        "{}",
        r#"{"message":5,"metadata":[1],"exception":[{}],"error":true}"#,
        r#"{"metadata":{"exception":{"traceback":{"a":[1]},"type":[],"message":null}}}"#,
    ] {
        assert_eq!(of(json).title, "", "{json}");
    }
    assert!(ErrorDocument::from_json(b"[]").is_err());
    assert!(ErrorDocument::from_json(b"{} {}").is_err());
}
