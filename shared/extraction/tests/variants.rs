//! The forms of real exports, a message or a file at a time: each is read, or left out with a count, or named.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use extraction::source::{Loaded, Options, from_json_lines, load};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

const USERS: &str = r#"[{"id":"U01","name":"ana","profile":{"display_name":"Ana"}},
    {"id":"U02","name":"ben","deleted":true,"profile":{"real_name":"Ben Okafor"}},
    {"id":"UBOT","name":"standup","is_bot":true,"profile":{"real_name":"Standup"}},
    {"id":"UWF","name":"form","is_bot":true,"is_workflow_bot":true,"profile":{"real_name":"Weekly"}}]"#;
const CHANNELS: &str = r#"[{"id":"C01","name":"platform"}]"#;
const HELLO: &str = r#"[{"type":"message","user":"U01","ts":"1794819600.000100","text":"hello"}]"#;

struct Export {
    folder: tempfile::TempDir,
}

impl Export {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join("export").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("export")
    }
}

/// What an export says: its messages with their channels, and what was left out or named.
fn said(loaded: &Loaded) -> (Vec<String>, String) {
    let lines = loaded.messages.iter().map(|m| format!("#{} {}: {}", m.channel, m.author, m.text)).collect();
    let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    (lines, [loaded.coverage.note().unwrap_or_default(), problems.join(" / ")].join("|"))
}

fn read(path: &Path) -> (Vec<String>, String) {
    said(&load(path, &Options::default()).unwrap())
}

#[test]
fn each_message_is_read_or_counted() {
    // A message's fields, what is read, what is said of the rest.
    let cases: [(&str, &str, &str); 42] = [
        (r#""user":"U01","text":"hi","edited":{"user":"U01","ts":"1.0"}"#, "Ana: hi", ""),
        (r#""user":"U02","text":"from a closed account""#, "Ben Okafor: from a closed account", ""),
        (r#""user":"U01","subtype":"me_message","text":"is away""#, "Ana: is away", ""),
        (
            r#""user":"U01","subtype":"thread_broadcast","thread_ts":"1.0","root":{"ts":"1.0","text":"x"},"text":"also here""#,
            "Ana: also here",
            "",
        ),
        (
            r#""user":"U01","text":"x","thread_ts":"1794819600.000100","reply_count":7,"replies":[]"#,
            "Ana: x",
            "",
        ),
        (r#""user":"U01","text":"x","reactions":[{"name":"eyes","users":["U02"],"count":1}]"#, "Ana: x", ""),
        (
            r#""user":"USLACKBOT","subtype":"tombstone","text":"This message was deleted.","hidden":true"#,
            "",
            "1 message by apps (USLACKBOT 1)",
        ),
        (r#""user":"U01","subtype":"tombstone","text":"This message was deleted.""#, "", "1 deleted message"),
        (r#""user":"U01","subtype":"huddle_thread","room":{},"text":"""#, "", "1 notice"),
        (r#""user":"U01","subtype":"sh_room_created","text":"""#, "", "1 notice"),
        (r#""user":"U01","subtype":"channel_topic","topic":"x","text":"set the topic""#, "", "1 notice"),
        (r#""user":"U01","subtype":"channel_canvas_updated","text":"""#, "", "1 notice"),
        (r#""user":"U01","subtype":"reminder_add","text":"set up a reminder""#, "", "1 notice"),
        (r#""user":"U01","subtype":"group_join","text":"joined""#, "", "1 join or leave"),
        (r#""user":"U01","subtype":"group_leave","text":"left""#, "", "1 join or leave"),
        (
            r#""user":"U01","subtype":"message_replied","message":{"user":"U01","ts":"1.0","text":"x"},"text":"""#,
            "",
            "1 notice",
        ),
        (r#""user":"UBOT","text":"standup time""#, "", "1 message by apps (Standup 1)"),
        (
            r#""user":"UBOT","bot_id":"B1","bot_profile":{"name":"Standup bot"},"text":"x""#,
            "",
            "1 message by apps (Standup bot 1)",
        ),
        (r#""user":"UWF","bot_id":"B2","text":"*<@U01>*: done""#, "Weekly: *@Ana*: done", ""),
        (r#""user":"UWF","subtype":"channel_join","text":"joined""#, "", "1 join or leave"),
        (r#""user":"U01","bot_id":"B3","text":"by slash command""#, "Ana: by slash command", ""),
        (
            r#""bot_id":"B4","subtype":"bot_message","text":"","attachments":[{"fallback":"build failed"}]"#,
            "",
            "1 message by apps (B4 1)",
        ),
        (
            r#""user":"U01","text":"","files":[{"name":"image.png","mimetype":"image/png"}]"#,
            "",
            "1 message with files and no words",
        ),
        (r#""user":"U01","text":"","files":null"#, "", "1 message without text"),
        (r#""user":"U01","text":"","files":[{"mode":"tombstone"}]"#, "", "1 message with files and no words"),
        (
            r#""user":"U01","text":"look","files":[{"title":"Plan","name":"plan.docx","mimetype":"application/msword"}]"#,
            "Ana: look\n[file: Plan]",
            "",
        ),
        (
            r#""user":"U01","text":"","files":[{"title":"notes.md","filetype":"markdown","preview":"- ship it"}]"#,
            "Ana: notes.md: - ship it",
            "",
        ),
        (
            r#""user":"U01","subtype":"file_share","upload":true,"file":{"name":"old.pdf"},"text":"<@U01> uploaded a file: <https://x.io/f|old.pdf>""#,
            "Ana: @Ana uploaded a file: old.pdf (https://x.io/f)\n[file: old.pdf]",
            "",
        ),
        (
            r#""user":"U01","text":"see <https://x.io>","attachments":[{"from_url":"https://x.io","title":"A page","text":"its words"}]"#,
            "Ana: see https://x.io",
            "",
        ),
        (
            r#""user":"U01","text":"This content can't be displayed.","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"real words"}}]"#,
            "Ana: real words",
            "",
        ),
        (
            r#""user":"U01","text":"","attachments":[{"title":"Ticket 7","text":"assigned","fields":[{"title":"Due","value":"Friday"}]}]"#,
            "Ana: Ticket 7\nassigned\nDue: Friday",
            "",
        ),
        (
            r#""user":"U01","text":"ask <!subteam^S1|@oncall> and <!subteam^S2> <!here>""#,
            "Ana: ask @oncall and @group @here",
            "",
        ),
        (
            r#""user":"U01","text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"usergroup","usergroup_id":"S1"},{"type":"text","text":" "},{"type":"emoji","name":"tada"},{"type":"text","text":" "},{"type":"link","url":"https://x.io"}]}]}]"#,
            "Ana: @group :tada: https://x.io",
            "",
        ),
        (
            r#""user":"U01","text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a = 1\nb = 2"}]}]}]"#,
            "Ana: a = 1\nb = 2",
            "",
        ),
        (
            r#""user":"W77","text":"on it","user_profile":{"display_name":"","real_name":"Carla Diaz"}"#,
            "Carla Diaz: on it",
            "",
        ),
        (r#""user":"U01","text":"x","text":"the second one counts""#, "Ana: the second one counts", ""),
        (r#""user":"U01","text":"cut \ud83d""#, "Ana: cut \u{fffd}", ""),
        (r#""user":"U01","text":"nul \u0000 and bell \u0007""#, "Ana: nul  and bell", ""),
        (r#""user":{"id":"U01"},"username":"ana s.","text":"an odd user""#, "ana s.: an odd user", ""),
        (r#""user":"U01","text":["not","a","text"]"#, "", "1 message without text"),
        (
            r#""user":"U01","text":"1 &lt; 2 &amp;&amp; <https://a.io?b=1&amp;c=2|link>""#,
            "Ana: 1 < 2 && link (https://a.io?b=1&c=2)",
            "",
        ),
        (r#""user":"U01","subtype":"reply_broadcast","text":"""#, "", "1 notice"),
    ];
    for (fields, right, left_out) in cases {
        let day = format!(r#"[{{"type":"message","ts":"1794819600.000100",{fields}}}]"#);
        let export = Export::new(&[
            ("users.json", USERS.as_bytes()),
            ("channels.json", CHANNELS.as_bytes()),
            ("platform/2026-11-16.json", day.as_bytes()),
        ]);
        let (lines, rest) = read(&export.path());
        let expected: Vec<String> =
            (!right.is_empty()).then(|| format!("#platform {right}")).into_iter().collect();
        let note = if left_out.is_empty() { "|".to_owned() } else { format!("Left out: {left_out}.|") };
        assert_eq!((lines, rest), (expected, note), "{fields}");
    }
}

#[test]
fn each_file_is_read_or_named() {
    let bom = [b"\xef\xbb\xbf".as_slice(), HELLO.as_bytes()].concat();
    let crlf = HELLO.replace(",\"", ",\r\n\"");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(HELLO.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin =
        HELLO.replace("hello", "h?llo").into_bytes().into_iter().map(|b| if b == b'?' { 0xe9 } else { b });
    let latin: Vec<u8> = latin.collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(HELLO.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let hello = HELLO.as_bytes();
    // A file beside users.json and channels.json; the channel it is read as; what is said.
    let cases: [(&str, &[u8], Option<&str>, &str); 26] = [
        ("platform/2026-11-16.json", &bom, Some("platform"), "|"),
        ("platform/2026-11-16.json", crlf.as_bytes(), Some("platform"), "|"),
        ("platform/2026-11-16.json", &wide, Some("platform"), "|"),
        ("platform/2026-11-16.json.gz", &gz, Some("platform"), "|"),
        ("platform/2026-11-16 copy.json", hello, Some("platform"), "|"),
        ("C01/2026-11-16.json", hello, Some("platform"), "|"),
        ("Ünï cödé & spaces/2026-11-16.json", hello, Some("Ünï cödé & spaces"), "|"),
        ("platform/messages.json", hello, Some("platform"), "|"),
        ("platform/2026-11-16.json", b"[]", None, "|"),
        ("platform/2026-11-16.json", b"null", None, "|"),
        ("integration_logs.json", b"[{\"user_id\":\"U01\",\"date\":\"1794819600\"}]", None, "|"),
        ("canvases.json", b"[{\"id\":\"F1\"}]", None, "|"),
        ("__uploads/F1/2026-11-16.json", hello, None, "|"),
        ("platform/attachments/2026-11-16.json", hello, None, "|"),
        ("__MACOSX/platform/._2026-11-16.json", b"\0\x05\x16\x07", None, "|"),
        (".git/2026-11-16.json", hello, None, "|"),
        ("platform/picture.png", b"\x89PNG", None, "|"),
        ("D024BE91L/2026-11-16.json", hello, None, "Left out: 1 direct message.|"),
        ("mpdm-ana--ben-1/2026-11-16.json", hello, None, "Left out: 1 direct message.|"),
        (
            "platform/2026-11-16.json",
            &latin,
            Some("platform"),
            "|platform/2026-11-16.json: line 1: holds bytes that are not UTF-8; they were replaced",
        ),
        ("platform/canvas_in_the_conversation.json", b"[{\"id\":\"F1\",\"mimetype\":\"x\"}]", None, "|"),
        ("users2/readme.md", b"hi", None, "|"),
        ("platform/2026-11-16.json", HELLO.as_bytes(), Some("platform"), "|"),
        ("platform/2026-11-16.JSON", hello, Some("platform"), "|"),
        ("platform/2026-11-16.json", b"{\"ok\":true,\"messages\":null}", None, "|"),
        (
            "platform/2026-11-16.json",
            b"[null]",
            None,
            "Left out: 1 unreadable line.|platform/2026-11-16.json: line 1: not a message; it was left out",
        ),
    ];
    for (name, bytes, channel, right) in cases {
        let also = br#"[{"type":"message","user":"U01","ts":"1794819601.000100","text":"beside"}]"#;
        let export = Export::new(&[
            ("users.json", USERS.as_bytes()),
            ("CHANNELS.json", CHANNELS.as_bytes()),
            (name, bytes),
            ("beside/2026-11-16.json", also),
        ]);
        let (mut lines, rest) = read(&export.path());
        assert_eq!(lines.pop().as_deref(), Some("#beside Ana: beside"), "{name}");
        let word = if bytes == latin.as_slice() { "h\u{fffd}llo" } else { "hello" };
        let expected: Vec<String> =
            channel.map(|channel| format!("#{channel} Ana: {word}")).into_iter().collect();
        assert_eq!((lines, rest.as_str()), (expected, right), "{name}");
    }
}

#[test]
fn files_that_look_like_days_and_are_none_are_named() {
    for (name, right) in [
        ("platform/2026-11-16.json.txt", "is named like a day but is no .json file"),
        ("platform/2026-11-16.csv", "is named like a day but is no .json file"),
        ("2026-11-16.json", "lies beside the channels' folders"),
        ("teams/other/2026-11-16.json", "lies deeper than in a channel's folder"),
        ("platform/notes.json", "holds no messages"),
        ("platform/2026-11-17.json", "is empty"),
    ] {
        let bytes = if right == "is empty" { b"" as &[u8] } else { b"[{\"a\":1}]" };
        let export = Export::new(&[
            ("users.json", USERS.as_bytes()),
            ("platform/2026-11-15.json", HELLO.as_bytes()),
            (name, bytes),
        ]);
        let (lines, rest) = read(&export.path());
        assert_eq!(lines.len(), 1, "{name}");
        assert!(rest.contains(&format!("{name}: {right}")), "{name}: {rest}");
    }
}

#[test]
fn one_file_is_known_by_what_is_in_it() {
    let message = r#"{"type":"message","user":"U01","ts":"1794819600.000100","text":"hi <@U02>"}"#;
    let own = r#"{"author":"Ana","at":"2026-11-16T09:00:00Z","text":"hi @U02"}"#;
    let shapes = [
        message.to_owned(),
        format!("{message}\n"),
        format!("[{message}]"),
        format!("{{\"messages\":[{message}]}}"),
        format!("{{\n  \"name\": \"messages\",\n  \"messages\": [\n    {message}\n  ]\n}}"),
        format!("[{{\"ok\":true,\"messages\":[{message}]}}]"),
        format!("{{\"ok\":true,\"messages\":{{\"total\":1,\"matches\":[{message}]}}}}"),
        message.replace(",\"", ",\n  \"").replace('{', "{\n  "),
        format!(
            "{{\"name\":\"messages\",\"messages\":[{{\"type\":\"message\",\"user\":\"U01\",\"ts\":\"1794819600.000000\",\"text\":\"\",\"slackdump_thread_replies\":[{message}]}}]}}"
        ),
        own.to_owned(),
        format!("[{own}]"),
        format!("\u{feff}{own}\r\n"),
        format!("{{\"messages\":[{own}]}}"),
    ];
    for shape in shapes {
        let export = Export::new(&[("week.json", shape.as_bytes())]);
        let loaded = load(&export.path().join("week.json"), &Options::default()).unwrap();
        let texts: Vec<&str> = loaded.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["hi @U02"], "{shape}: {:?}", loaded.problems);
    }
    let loaded = from_json_lines("a", r#"{"at":"2026-11-16T09:00:00Z","author":"Ana"}"#, &Options::default());
    assert_eq!(said(&loaded).1, "Left out: 1 unreadable line.|a: line 1: no \"text\"; the line was left out");
}

/// A zip of these entries; a link if the name ends in `@`.
fn zip(path: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default();
        match name.strip_suffix('@') {
            Some(name) => zip.add_symlink(name, String::from_utf8(bytes.to_vec()).unwrap(), options).unwrap(),
            None => {
                zip.start_file(*name, options).unwrap();
                zip.write_all(bytes).unwrap();
            }
        }
    }
    zip.finish().unwrap();
}

#[test]
fn an_archive_is_read_as_its_folder_would_be_and_nothing_leads_out_of_it() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("export.zip");
    let bomb = vec![b' '; 40 * 1024 * 1024];
    for root in ["", "Acme export/", "./"] {
        let name = |name: &str| format!("{root}{name}");
        let names = [
            name("users.json"),
            name("platform/2026-11-16.json"),
            name("platform/2026-11-17.json@"),
            name("platform/2026-11-18.json"),
            name("__MACOSX/platform/._2026-11-16.json"),
            name("platform\\2026-11-19.json"),
        ];
        let evil = br#"[{"type":"message","user":"U01","ts":"1794819700.000100","text":"evil"}]"#;
        let late = br#"[{"type":"message","user":"U01","ts":"1795078800.000100","text":"late"}]"#;
        zip(
            &path,
            &[
                (&names[0], USERS.as_bytes()),
                (&names[1], HELLO.as_bytes()),
                (&names[2], b"/etc/passwd"),
                (&names[3], &bomb),
                (&names[4], b"\0"),
                (&names[5], late),
                ("../platform/2026-11-16.json", evil),
                ("/platform/2026-11-16.json", evil),
                ("C:/platform/2026-11-16.json", evil),
            ],
        );
        let (lines, rest) = read(&path);
        assert_eq!(lines, ["#platform Ana: hello", "#platform Ana: late"], "{root}: {rest}");
        for right in [
            "../platform/2026-11-16.json: has a name that leads out",
            "/platform/2026-11-16.json: has a name that leads out",
            "is a symbolic link",
            "holds more than 250 bytes for each",
        ] {
            assert!(rest.contains(right), "{right}: {rest}");
        }
    }
}

#[test]
fn an_archive_that_is_no_export_is_refused_with_what_it_holds() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("export.zip");
    let refused = |path: &Path| load(path, &Options::default()).unwrap_err().to_string();
    zip(&path, &[("inner.zip", b"PK\x03\x04")]);
    assert!(
        refused(&path).ends_with("it holds inner.zip: name that file if it is meant"),
        "{}",
        refused(&path)
    );
    zip(&path, &[]);
    assert!(refused(&path).contains("is no Slack export"));
    zip(&path, &[("a/users.json", b"[]"), ("b/users.json", b"[]")]);
    assert!(refused(&path).contains("holds several Slack exports (a, b): name one of them"));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    assert!(refused(&path).contains("is a zip archive that does not read"));
    let folder = here.path().join("downloads");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("export.zip"), &whole).unwrap();
    assert!(refused(&folder).contains("it holds export.zip"), "{}", refused(&folder));
}

#[test]
fn an_export_of_thousands_of_channels_is_read() {
    let here = tempfile::tempdir().unwrap();
    for n in 0..2_000 {
        let folder = here.path().join(format!("channel-{n}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("2026-11-16.json"), HELLO).unwrap();
    }
    let loaded = load(here.path(), &Options::default()).unwrap();
    assert_eq!(loaded.messages.len(), 2_000);
    assert_eq!(loaded.problems.len(), 1);
}
