//! What becomes of a row when a model makes one slip: 400 random rows for each kind of slip, from one seed.
//!
//! Two things are measured. No value may stand in a column in which the model did not mean it. And of the rows whose cells
//! can be told apart in exactly one way, at most 5 % of the values may be missing. `cargo test -p cyclesheet-extraction
//! --test slips -- --nocapture` prints the table that docs/reliability.md shows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, parse},
    source::Person,
};
use sheet::{Column, carry::is_unread};
use std::collections::HashMap;

const SEED: u64 = 47;
const ROWS: usize = 400;
const HEADER: &str = "| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n";

/// SplitMix64: small, seeded, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const PEOPLE: [&str; 6] = ["Ana Ruiz", "Ben Okafor", "Ben Li", "Zoë Müller", "Robert Marsh", "Olga Petrova"];
const VERBS: [&str; 10] =
    ["Fix", "Ship", "Migrate", "Rewrite", "Review", "Test", "Plan", "Deploy", "Prepare", "Close"];
const THINGS: [&str; 12] = [
    "the login loop",
    "billing",
    "the export",
    "v2.1",
    "the on-call runbook",
    "search filters",
    "the audit",
    "customer onboarding",
    "SSO for Acme",
    "the retry queue",
    "dark mode",
    "the data import",
];
const WHY: [&str; 12] = [
    "Users bounce back to the form",
    "needs a second review",
    "Three of five consumers moved",
    "waits behind a flag",
    "Costs rose by a third",
    "Only on Safari",
    "asked for by sales",
    "The vendor changed its API",
    "Reported twice this week",
    "Half of the tests are green",
    "follow-up of the incident",
    "see the design doc",
];
const BLOCKERS: [&str; 6] = [
    "legal review",
    "vendor has not answered",
    "waiting for the security team",
    "no staging data",
    "QA capacity",
    "budget",
];

/// Nine cells as a model that makes no mistake would have written them.
fn row(random: &mut Random) -> [String; 9] {
    let mut optional = |percent: usize, value: &dyn Fn(&mut Random) -> String| {
        if random.chance(percent) { value(random) } else { String::new() }
    };
    [
        optional(100, &|r| format!("{} {}", r.of(&VERBS), r.of(&THINGS))),
        optional(75, &|r| r.of(&WHY).to_owned()),
        optional(90, &|r| r.of(&["Not started", "In progress", "Blocked", "Done"]).to_owned()),
        optional(80, &|r| r.of(&["Low", "Medium", "High", "Urgent"]).to_owned()),
        optional(80, &|r| r.of(&PEOPLE).to_owned()),
        optional(70, &|r| format!("2026-{:02}-{:02}", 11 + r.below(2), 10 + r.below(20))),
        optional(70, &|r| r.below(101).to_string()),
        optional(40, &|r| r.of(&BLOCKERS).to_owned()),
        optional(95, &|r| {
            let first = 1 + r.below(20);
            if r.chance(40) { format!("m{first}, m{}", first + 1 + r.below(9)) } else { format!("m{first}") }
        }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slip {
    None,
    OnePipe,
    DoublePipe,
    PipesInTwoCells,
    OneLeftOut,
    TwoLeftOut,
    OneEmptyTooMany,
    Swapped,
}

const SLIPS: [(Slip, &str); 8] = [
    (Slip::None, "none"),
    (Slip::OnePipe, "one `\\|` in a cell"),
    (Slip::DoublePipe, "one `\\|\\|` in a cell"),
    (Slip::PipesInTwoCells, "`\\|` in two cells"),
    (Slip::OneLeftOut, "one cell left out"),
    (Slip::TwoLeftOut, "two cells left out"),
    (Slip::OneEmptyTooMany, "one empty cell too many"),
    (Slip::Swapped, "two cells swapped"),
];

/// What was written, what was meant, and whether the cells can be told apart in exactly one way.
struct Written {
    cells: Vec<String>,
    meant: [String; 9],
    one_reading: bool,
}

const TITLE: usize = 0;
const DESCRIPTION: usize = 1;
const BLOCKER: usize = 7;

fn is_text(at: usize) -> bool {
    matches!(at, TITLE | DESCRIPTION | BLOCKER)
}

/// Puts ` | ` or ` || ` between two words of a text cell. `None` if the row has none with two words.
fn with_pipe(meant: &mut [String; 9], random: &mut Random, pipe: &str, not: Option<usize>) -> Option<usize> {
    let cells: Vec<usize> =
        (0..9).filter(|at| is_text(*at) && Some(*at) != not && meant[*at].contains(' ')).collect();
    let at = *cells.get(random.below(cells.len().max(1)))?;
    let blanks: Vec<usize> = meant[at].match_indices(' ').map(|(i, _)| i).collect();
    let blank = blanks[random.below(blanks.len())];
    meant[at].replace_range(blank..=blank, &format!(" {pipe} "));
    Some(at)
}

/// The line's own cells: the text between its pipes.
fn parts(meant: &[String; 9]) -> Vec<String> {
    meant.join(" | ").split('|').map(|c| c.trim().to_owned()).collect()
}

fn slipped(slip: Slip, random: &mut Random) -> Option<Written> {
    let mut meant = row(random);
    let whole = |meant: &[String; 9]| meant.to_vec();
    Some(match slip {
        Slip::None => Written { cells: whole(&meant), one_reading: true, meant },
        Slip::OnePipe => {
            let at = with_pipe(&mut meant, random, "|", None)?;
            // In the title or the description nobody can tell where the one ends and the other begins.
            Written { cells: parts(&meant), one_reading: at == BLOCKER, meant }
        }
        Slip::DoublePipe => {
            with_pipe(&mut meant, random, "||", None)?;
            // Two pipes side by side in a line whose empty cells have a blank in them are an operator, not a cell.
            Written { cells: vec![meant.join(" | ")], one_reading: true, meant }
        }
        Slip::PipesInTwoCells => {
            let first = with_pipe(&mut meant, random, "|", None)?;
            with_pipe(&mut meant, random, "|", Some(first))?;
            Written { cells: parts(&meant), one_reading: false, meant }
        }
        Slip::OneLeftOut | Slip::TwoLeftOut => {
            let mut cells = whole(&meant);
            let mut gone = vec![random.below(9)];
            if slip == Slip::TwoLeftOut {
                gone.push((gone[0] + 1 + random.below(8)) % 9);
            }
            gone.sort_unstable();
            for at in gone.iter().rev() {
                cells.remove(*at);
                meant[*at].clear();
            }
            // Of the title and the description one alone could be either.
            let one_reading = !meant[TITLE].is_empty() && !meant[DESCRIPTION].is_empty();
            Written { cells, meant, one_reading }
        }
        Slip::OneEmptyTooMany => {
            let mut cells = whole(&meant);
            let at = random.below(10);
            cells.insert(at, String::new());
            // `Fix | Users bounce | | Done`: a pipe in the title and no description looks the same, and so does
            // `Fix | half | done | | High`: a pipe in the description and no status.
            let one_reading = !meant[DESCRIPTION].is_empty() && !(2..=3).contains(&at);
            Written { cells, meant, one_reading }
        }
        Slip::Swapped => {
            let (a, b) = (random.below(9), random.below(9));
            // Two texts that change places are two texts; what nobody can see is not measured.
            if a == b || meant[a] == meant[b] || (is_text(a) && is_text(b)) {
                return None;
            }
            let mut cells = whole(&meant);
            cells.swap(a, b);
            // A text of two words under the assignee may be somebody whom nobody knows: it stays there, with a warning.
            let assignee = 4;
            if (a == assignee && is_text(b)) || (b == assignee && is_text(a)) {
                return None;
            }
            let one_reading = !meant[a].is_empty() && !meant[b].is_empty();
            Written { cells, meant, one_reading }
        }
    })
}

#[derive(Default)]
struct Measured {
    rows: usize,
    /// Values in a column in which they were not meant.
    wrong: usize,
    /// Values of rows with one reading, and how many of them are missing.
    values: usize,
    missing: usize,
    /// Rows that were read.
    read: usize,
    /// Rows that stand for one that could not be read, and their cells of which there is no doubt.
    stands_in: usize,
    certain: usize,
    first_wrong: Option<String>,
}

fn context() -> Context {
    let people: Vec<Person> = PEOPLE.into_iter().map(Person::from).collect();
    let mut context = Context::new("2026-W47".parse().unwrap()).with_people(people);
    let day = "2026-11-17".parse().unwrap();
    context.messages = Some((1..=40).map(|n| (format!("m{n}"), day)).collect::<HashMap<_, _>>());
    context
}

fn is_labelled(line: &str) -> bool {
    ["Status: ", "Priority: ", "Progress: ", "Deadline: "].iter().any(|label| line.starts_with(label))
}

fn measure(slip: Slip) -> Measured {
    let (context, mut random) = (context(), Random(SEED));
    let mut measured = Measured::default();
    while measured.rows < ROWS {
        let Some(Written { cells, meant, one_reading }) = slipped(slip, &mut random) else { continue };
        measured.rows += 1;
        let text = format!("{HEADER}| {} |\n", cells.join(" | "));
        let parsed = parse(&text, &context);
        let mut rows = parsed.rows.iter().filter(|r| !is_unread(r.get(Column::Title)));
        let got = rows.next();
        assert!(rows.next().is_none(), "two rows of one line\n{text}");
        measured.read += usize::from(got.is_some());
        if let Some(unread) = parsed.rows.iter().find(|r| is_unread(r.get(Column::Title))) {
            assert!(got.is_none(), "a row and its stand-in\n{text}");
            measured.stands_in += 1;
            // The title says that the row could not be read, the description holds what was written where nobody can tell.
            for column in
                Column::ALL.into_iter().filter(|c| !matches!(c, Column::Title | Column::Description))
            {
                let (meant, got) = (&meant[column.index()], unread.get(column));
                measured.certain += usize::from(!got.is_empty());
                if !got.is_empty() && got != meant {
                    measured.wrong += 1;
                    let wrong = || format!("{text}{column} of the stand-in: {got:?}, meant {meant:?}");
                    measured.first_wrong.get_or_insert_with(wrong);
                }
            }
        }
        for column in Column::ALL {
            let (meant, got) = (&meant[column.index()], got.map_or("", |row| row.get(column)));
            // What a column cannot hold is kept in the description under that column's name, with a warning.
            let got = got.split('\n').find(|line| !is_labelled(line)).unwrap_or_default();
            if !got.is_empty() && got != meant {
                measured.wrong += 1;
                measured
                    .first_wrong
                    .get_or_insert_with(|| format!("{text}{column}: {got:?}, meant {meant:?}"));
            }
            if one_reading && !meant.is_empty() {
                measured.values += 1;
                measured.missing += usize::from(got != meant);
            }
        }
    }
    measured
}

#[test]
fn no_slip_puts_a_value_into_a_wrong_column_and_what_has_one_reading_is_read() {
    println!(
        "| slip | rows read of {ROWS} | values in a wrong column | missing where one reading exists | rows marked as unread, with certain cells |"
    );
    println!("|---|---|---|---|---|");
    let mut failed = String::new();
    for (slip, name) in SLIPS {
        let m = measure(slip);
        let share = 100.0 * m.missing as f64 / m.values.max(1) as f64;
        let missing = if m.values == 0 { "-".to_owned() } else { format!("{share:.1} %") };
        println!("| {name} | {} | {} | {missing} | {} with {} |", m.read, m.wrong, m.stands_in, m.certain);
        if m.wrong > 0 || share > 5.0 {
            let example = m.first_wrong.unwrap_or_default();
            failed.push_str(&format!(
                "{name}: {} wrong, {share:.1} % missing (seed {SEED})\n{example}\n",
                m.wrong
            ));
        }
    }
    assert!(failed.is_empty(), "\n{failed}");
}
