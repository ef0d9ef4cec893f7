//! Documents go into a file and come back byte for byte, and its columns say what the documents say.

use std::fs::File;
use std::io::Write;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;
use swarmscope_parquet_exchange::{
    DocumentReader, DocumentWriter, ReadError, Record, Restored, Spool, Survey,
};
use tempfile::NamedTempFile;

/// Writes documents as the export does: through a spool, with the columns of a survey.
fn exported(documents: &[(String, String)]) -> NamedTempFile {
    let mut spool = Spool::new(tempfile::tempfile().expect("a file")).expect("a spool");
    let mut survey = Survey::default();
    for (sequence, (id, source)) in documents.iter().enumerate() {
        let record = Record {
            sequence: sequence as u64,
            index: "events",
            id,
            source,
        };
        spool.push(&record).expect("written");
        survey.see(source.as_bytes());
    }
    let file = NamedTempFile::new().expect("a file");
    let output = file.reopen().expect("open");
    let mut writer = DocumentWriter::new(output, &survey.columns()).expect("a file");
    let mut reader = spool.read().expect("a spool");
    let mut sequence = 0;
    while let Some(record) = reader.next_record().expect("a record") {
        assert_eq!(record.sequence, sequence);
        writer.push(&record).expect("written");
        sequence += 1;
    }
    let (_, written) = writer.finish().expect("written");
    assert_eq!(written.documents, documents.len() as u64);
    file
}

fn restored(file: &File) -> Result<Vec<Restored>, ReadError> {
    let mut reader = DocumentReader::new(file.try_clone().expect("a file"))?;
    let mut all = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        all.extend(batch);
    }
    Ok(all)
}

fn assert_comes_back(documents: &[(String, String)]) {
    let file = exported(documents);
    let expected: Vec<Restored> = documents
        .iter()
        .map(|(id, source)| Restored {
            index: Some("events".to_owned()),
            id: Some(id.clone()),
            source: Some(source.clone()),
        })
        .collect();
    let found = restored(file.as_file()).expect("a file of documents");
    assert_eq!(found, expected);
}

/// JSON texts of a value in many spellings.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}")),
        Just("-0.0".to_owned()),
        Just("1.50".to_owned()),
        Just("1e400".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just(r#""\u00e9\ud83d\ude00\/""#.to_owned()),
        Just(r#""\ud800""#.to_owned()),
        Just(r#""2026-01-31T12:00:00.123456+02:00""#.to_owned()),
        ".{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    scalar.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|values| format!("[{}]", values.join(" , "))),
            members(inner),
        ]
    })
}

fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("timestamp"),
        Just("a"),
        Just("A"),
        Just("a.b"),
        Just("b"),
        Just("_id"),
        Just(""),
        Just("\u{e9}\\n"),
    ];
    prop::collection::vec((key, value), 0..6).prop_map(|members| {
        let members: Vec<String> = members
            .into_iter()
            .map(|(key, value)| format!("\"{key}\" :\n{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_documents_come_back_byte_for_byte(
        documents in prop::collection::vec((".{1,8}", members(value())), 0..40)
    ) {
        assert_comes_back(&documents);
    }

    #[test]
    fn a_damaged_file_is_an_error_or_read_but_never_a_panic(
        place in any::<prop::sample::Index>(), flip in 1..=255_u8, cut in any::<bool>()
    ) {
        let documents: Vec<(String, String)> = (0..50)
            .map(|number| (number.to_string(), format!(r#"{{"n":{number},"l":[1,2]}}"#)))
            .collect();
        let file = exported(&documents);
        let mut bytes = std::fs::read(file.path()).expect("a file");
        let place = place.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] ^= flip;
        }
        let mut damaged = NamedTempFile::new().expect("a file");
        damaged.write_all(&bytes).expect("written");
        // What is not noticed is not a document that was never there twice, or too many of them.
        if let Ok(found) = restored(damaged.as_file()) {
            prop_assert!(!cut && found.len() <= documents.len());
        }
    }
}

#[test]
fn many_documents_make_several_row_groups_and_all_come_back() {
    let long = "x".repeat(1_000_000);
    let documents: Vec<(String, String)> = (0..80)
        .map(|number| {
            (
                number.to_string(),
                format!(r#"{{"n":{number},"t":"{long}"}}"#),
            )
        })
        .collect();
    let file = exported(&documents);
    let reader = SerializedFileReader::new(file.reopen().expect("open")).expect("a file");
    assert!(reader.num_row_groups() > 1);
    assert_comes_back(&documents);
}

/// The fields of every row, as another reader sees them.
fn rows(file: &NamedTempFile) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(file.reopen().expect("open")).expect("a file");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| {
        let row = row.expect("a row");
        row.get_column_iter()
            .map(|(name, field)| (name.clone(), field.clone()))
            .collect()
    })
    .collect()
}

#[test]
fn columns_have_the_values_of_the_documents() {
    let documents = [
        r#"{"timestamp":"2026-01-31T12:00:00.5Z","n":1,"x":1,"m":{"on":true},"any":"1","l":"a"}"#,
        r#"{"timestamp":null,"x":2.5,"any":{"b":[]},"l":["b",null,"c"]}"#,
        r#"{"timestamp":1769860800,"n":-3,"any":1.50}"#,
    ];
    let documents: Vec<(String, String)> = documents
        .iter()
        .enumerate()
        .map(|(id, source)| (id.to_string(), (*source).to_owned()))
        .collect();
    let rows = rows(&exported(&documents));
    let column = |name: &str| -> Vec<String> {
        let of = |row: &Vec<(String, Field)>| {
            let (_, field) = row.iter().find(|(own, _)| own == name).expect("a column");
            field.to_string()
        };
        rows.iter().map(of).collect()
    };
    assert_eq!(
        column("timestamp"),
        [
            "2026-01-31 12:00:00.500 +00:00",
            "null",
            "2026-01-31 12:00:00.000 +00:00"
        ]
    );
    assert_eq!(column("n"), ["1", "null", "-3"]);
    assert_eq!(column("x"), ["1.0", "2.5", "null"]);
    assert_eq!(column("m.on"), ["true", "null", "null"]);
    assert_eq!(column("any"), [r#"""1"""#, "null", r#""1.5""#]);
    assert_eq!(column("l"), [r#"["a"]"#, r#"["b", "c"]"#, "null"]);
    assert_eq!(column("_id"), [r#""0""#, r#""1""#, r#""2""#]);
}

#[test]
fn a_file_without_documents_is_refused_with_its_columns() {
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let write = |schema: &str| {
        let file = tempfile::tempfile().expect("a file");
        let schema = parse_message_type(schema).expect("a schema").into();
        let properties = WriterProperties::builder().build().into();
        SerializedFileWriter::new(file.try_clone().expect("a file"), schema, properties)
            .and_then(|mut writer| writer.finish())
            .expect("a file");
        restored(&file).expect_err("refused").to_string()
    };
    assert_eq!(
        write("message m { optional int64 a; optional group _source { optional int64 b; } }"),
        "it has no column _source, which would have the documents; its columns are a, _source"
    );
    assert_eq!(
        write("message m { required int64 _source; }"),
        "its column _source is an integer, not text"
    );
    let mut text = tempfile::tempfile().expect("a file");
    text.write_all(b"{\"a\":1}\n").expect("written");
    assert!(matches!(restored(&text), Err(ReadError::Parquet(_))));
}
