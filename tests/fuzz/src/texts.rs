//! Texts that machines write: canonical JSON, a model's answer, Slack's markup.
use crate::wire::texts;
use serde_json::Value;

/// Canonical JSON reads as what it was made of, and its canonical form is itself.
pub fn canonical(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(text) = sheet::canonical::to_string(&value) else { return };
    let again: Value = serde_json::from_str(&text).expect("canonical JSON is JSON");
    assert_eq!(sheet::canonical::to_string(&again).expect("it is canonical"), text);
}

/// JSON of every kind.
pub fn canonical_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"b":[1,2.50,-0,1e21,1e-7,true,null],"a":{"\u20ac":"€","\ud83d\ude00":"\u0001\n"}}"#,
        r#"[9007199254740993,0.1,5e-324,1.7976931348623157e308]"#,
        r#""text""#,
    ])
}

/// Whatever a model wrote: rows whose cells the sheet accepts, and nothing else.
#[cfg(feature = "extraction")]
pub fn answer(data: &[u8]) {
    use extraction::answer::{Context, parse};
    let text = String::from_utf8_lossy(data);
    let week: sheet::Week = "2026-W47".parse().expect("a week");
    for truncated in [false, true] {
        let parsed = parse(&text, &Context::new(week).with_truncated(truncated));
        for row in &parsed.rows {
            for column in sheet::Column::ALL {
                let cell = row.get(column);
                assert_eq!(column.accepts(cell), Ok(()), "{column}: {cell:?}");
            }
        }
    }
}

/// The collected answers.
#[cfg(feature = "extraction")]
pub fn answer_seeds() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../answers");
    let cases = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut seeds: Vec<Vec<u8>> =
        cases.filter_map(|case| std::fs::read(case.path().join("answer.txt")).ok()).collect();
    // The order of a folder is nobody's promise.
    seeds.sort();
    seeds
}

/// What Slack wrote becomes plain text: no control word of its own is made out of what people typed.
#[cfg(feature = "extraction")]
pub fn markup(data: &[u8]) {
    use extraction::source::markup::{Names, decode};
    let text = String::from_utf8_lossy(data);
    let users = [("U1".to_owned(), "Ana Ruiz".to_owned())].into();
    let channels = [("C1".to_owned(), "general".to_owned())].into();
    let names = Names { users, channels, ..Names::default() };
    let plain = decode(&text, &names);
    assert!(plain.len() <= 16 * text.len() + 16, "what is decoded does not grow without bound");
    if !text.contains(['<', '&']) {
        assert_eq!(plain, text, "what has no markup stays as it is");
    }
}

/// Messages as Slack has them.
#[cfg(feature = "extraction")]
pub fn markup_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "<@U1> see <#C1|general> and <https://example.com/a?b=1&amp;c=2|the page>, &lt;b&gt; <!here> <!subteam^S1|@team>",
        "<mailto:a@example.com|a@example.com> <!date^1392734382^{date} at {time}|then> &amp;lt;@U1&amp;gt;",
        "a < b and <unclosed",
    ])
}
