//! One row in every dress that models give it: tables, JSON, CSV and lists of fields, in combinations of what each form
//! leaves open. Each variant must read as exactly the row that was meant. The counts are printed with `--nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, parse},
    source::Person,
};
use sheet::Column;
use std::collections::HashMap;

const NAMES: [&str; 9] =
    ["Title", "Description", "Status", "Priority", "Assignee", "Deadline", "Progress", "Blockers", "Source"];

type Cells = [&'static str; 9];

/// What the rows must read as: plain words, what each form has to quote, and empty cells.
const ROWS: [Cells; 3] = [
    [
        "Fix the login loop",
        "Users bounce back",
        "In progress",
        "High",
        "Ana Ruiz",
        "2026-11-20",
        "60",
        "legal review",
        "m3",
    ],
    [
        "Ship billing, phase 2",
        "Say \"hi\"; then wait: it's due",
        "Blocked",
        "Urgent",
        "Ben Okafor",
        "2026-11-24",
        "0",
        "vendor, then QA",
        "m4, m7",
    ],
    ["Plan the offsite", "", "Not started", "", "", "", "", "", "m9"],
];

fn context() -> Context {
    let people: Vec<Person> = ["Ana Ruiz", "Ben Okafor"].into_iter().map(Person::from).collect();
    let mut context = Context::new("2026-W47".parse().unwrap()).with_people(people);
    let day = "2026-11-17".parse().unwrap();
    context.messages = Some((1..=40).map(|n| (format!("m{n}"), day)).collect::<HashMap<_, _>>());
    context
}

struct Tally {
    family: &'static str,
    count: usize,
    failed: String,
}

impl Tally {
    fn new(family: &'static str) -> Self {
        Self { family, count: 0, failed: String::new() }
    }

    fn check(&mut self, text: &str, rows: &[Cells]) {
        self.count += 1;
        let parsed = parse(text, &context());
        let got: Vec<Vec<&str>> = parsed
            .rows
            .iter()
            .map(|row| Column::ALL.iter().map(|column| row.get(*column)).collect())
            .collect();
        if got != rows {
            self.failed
                .push_str(&format!("---\n{text}\n{got:?}\n{:?} {:?}\n", parsed.dropped, parsed.warnings));
        }
    }

    fn end(self) {
        println!("| {} | {} |", self.family, self.count);
        assert!(self.count >= 150, "only {} variants", self.count);
        let first: String = self.failed.chars().take(6_000).collect();
        assert!(first.is_empty(), "\n{first}");
    }
}

/// Text around an answer.
const AROUND: [(&str, &str); 4] = [
    ("", ""),
    ("Here is the sheet:\n\n", "\n"),
    ("```\n", "\n```\n"),
    ("SUMMARY: A calm week.\n\n", "\n\nLet me know if anything is missing.\n"),
];

#[test]
fn tables() {
    let mut tally = Tally::new("tables");
    let headers: [fn(&str) -> String; 4] =
        [str::to_owned, str::to_uppercase, |n| format!("**{n}**"), |n| n.to_lowercase()];
    let rules = ["---", ":---", ":-:", "-"];
    let pads = [" ", ""];
    for (before, after) in AROUND {
        for header in headers {
            for rule in rules {
                for pad in pads {
                    for open in [true, false] {
                        let line = |cells: &[String]| {
                            let inner = cells.join(&format!("{pad}|{pad}"));
                            // Without pipes at the ends an empty last cell would not be seen.
                            if open { format!("|{pad}{inner}{pad}|\n") } else { format!("{inner}\n") }
                        };
                        let rows = if open { &ROWS[..] } else { &ROWS[..2] };
                        let mut text = line(&NAMES.map(header));
                        text += &line(&NAMES.map(|_| rule.to_owned()));
                        for row in rows {
                            text += &line(&row.map(str::to_owned));
                        }
                        tally.check(&format!("{before}{text}{after}"), rows);
                    }
                }
            }
        }
    }
    tally.end();
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[test]
fn json() {
    let mut tally = Tally::new("JSON");
    let keys: [fn(&str) -> String; 3] = [str::to_lowercase, str::to_owned, str::to_uppercase];
    let wrappers = [
        ("[", "]"),
        ("{\"rows\":[", "]}"),
        ("{\"summary\":\"Calm\",\"tasks\":[", "]}"),
        ("{\"data\":{\"items\":[", "]}}"),
    ];
    // A value as a text, empty as null, a number as one; citations as a list.
    let values: [fn(usize, &str) -> String; 4] = [
        |_, v| quoted(v),
        |_, v| if v.is_empty() { "null".into() } else { quoted(v) },
        |at, v| if at == 6 && !v.is_empty() { v.to_owned() } else { quoted(v) },
        |at, v| {
            if at == 8 {
                format!("[{}]", v.split(", ").map(quoted).collect::<Vec<_>>().join(","))
            } else {
                quoted(v)
            }
        },
    ];
    let joins = [",", ",\n  "];
    for (before, after) in [("", ""), ("```json\n", "\n```"), ("Here it is:\n", "\n")] {
        for key in keys {
            for (open, close) in wrappers {
                for value in values {
                    for join in joins {
                        let rows: Vec<String> = ROWS
                            .iter()
                            .map(|row| {
                                let fields: Vec<String> = (0..9)
                                    .map(|at| format!("{}: {}", quoted(&key(NAMES[at])), value(at, row[at])))
                                    .collect();
                                format!("{{{}}}", fields.join(join))
                            })
                            .collect();
                        tally.check(&format!("{before}{open}{}{close}{after}", rows.join(join)), &ROWS);
                    }
                }
            }
        }
    }
    tally.end();
}

#[test]
fn csv() {
    let mut tally = Tally::new("CSV");
    let headers: [fn(&str) -> String; 3] = [str::to_owned, str::to_lowercase, str::to_uppercase];
    for (before, after) in AROUND {
        for header in headers {
            for by in [',', ';', '\t'] {
                for end in ["\n", "\r\n"] {
                    for style in
                        [csv::QuoteStyle::Necessary, csv::QuoteStyle::Always, csv::QuoteStyle::NonNumeric]
                    {
                        let mut writer = csv::WriterBuilder::new()
                            .delimiter(u8::try_from(by).unwrap())
                            .quote_style(style)
                            .terminator(if end == "\n" {
                                csv::Terminator::Any(b'\n')
                            } else {
                                csv::Terminator::CRLF
                            })
                            .from_writer(Vec::new());
                        writer.write_record(NAMES.map(header)).unwrap();
                        for row in ROWS {
                            writer.write_record(row).unwrap();
                        }
                        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
                        tally.check(&format!("{before}{text}{after}"), &ROWS);
                    }
                }
            }
        }
    }
    tally.end();
}

#[test]
fn fields() {
    let mut tally = Tally::new("lists of fields and YAML");
    let labels: [fn(&str, &str) -> String; 6] = [
        |n, v| format!("{n}: {v}"),
        |n, v| format!("**{n}:** {v}"),
        |n, v| format!("- {n}: {v}"),
        |n, v| format!("* **{n}**: {v}"),
        |n, v| format!("{}: {v}", n.to_lowercase()),
        |n, v| format!("  {}: {v}", n.to_uppercase()),
    ];
    let rows = &ROWS[..1];
    let more: Cells = [
        "Write the docs",
        "of the API",
        "Done",
        "Low",
        "Ben Okafor",
        "2026-11-19",
        "100",
        "budget",
        "m5, m6",
    ];
    for (before, after) in AROUND {
        for label in labels {
            for gap in ["\n", "\n\n", "\n---\n"] {
                for skips_empty in [true, false] {
                    for order in [[0, 1, 2, 3, 4, 5, 6, 7, 8], [0, 8, 7, 6, 5, 4, 3, 2, 1]] {
                        let all = [rows[0], more, ROWS[2]];
                        let blocks: Vec<String> = all
                            .iter()
                            .map(|row| {
                                order
                                    .iter()
                                    .filter(|at| !skips_empty || !row[**at].is_empty())
                                    .map(|at| label(NAMES[*at], row[*at]))
                                    .collect::<Vec<_>>()
                                    .join("\n")
                            })
                            .collect();
                        tally.check(&format!("{before}{}{after}", blocks.join(gap)), &all);
                    }
                }
            }
        }
    }
    tally.end();
}
