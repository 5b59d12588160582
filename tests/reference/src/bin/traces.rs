//! `traces [--from SEED] [--seeds N]`: the lives of pages in simulated rooms, one JSON document a line on stdout.
use reference::{page::Page, trace::world_of};
use std::io::{BufWriter, Write};

#[derive(serde::Serialize)]
struct Line {
    seed: u64,
    page: Page,
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut from, mut seeds) = (1_u64, 300_u64);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        match (name.as_str(), value) {
            ("--from", Some(value)) => from = value,
            ("--seeds", Some(value)) => seeds = value,
            _ => return Err(std::io::Error::other("usage: traces [--from SEED] [--seeds N]")),
        }
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for seed in from..from + seeds {
        for page in world_of(seed).into_pages() {
            // Not through a `Value`, which would put a row's columns in the order of the alphabet.
            serde_json::to_writer(&mut out, &Line { seed, page })?;
            writeln!(out)?;
        }
    }
    out.flush()
}
