//! A bot that asks for a reason: it comments on every row that is Blocked and says nothing under Blockers.
//!
//! ```sh
//! cyclesheet token --tenant acme --teams platform --user bot --name Bot --role editor   # prints a token for `make dev`
//! SOCKET=ws://127.0.0.1:4510/dev HTTP=http://127.0.0.1:4510 TOKEN=… cargo run -p cyclesheet-client --example bot -- platform 2026-W47
//! ```
use cyclesheet_client::{Client, Options};
use sheet::{Column, Op, Row};
use std::{collections::BTreeSet, env, error::Error};

const QUESTION: &str = "What is this blocked by?";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(team), Some(cycle)) = (arguments.next(), arguments.next()) else {
        return Err("name the team and the week: bot platform 2026-W47".into());
    };
    let options = Options::new(&env::var("SOCKET")?, &env::var("HTTP")?, &team, &cycle);
    let client = Client::open(options.token(&env::var("TOKEN")?))?;
    let mut asked = BTreeSet::new();
    loop {
        // The next row that is blocked without a word and has not been asked about.
        let silent =
            |row: &Row| row.value(Column::Status) == "Blocked" && row.value(Column::Blockers).is_empty();
        let row = client
            .until(|view| {
                let sheet = view.confirmed.as_ref()?;
                sheet.rows().find(|row| silent(row) && !asked.contains(&row.task_id)).cloned()
            })
            .await?;
        asked.insert(row.task_id.clone());
        let comment = Op::CommentAdd {
            // An id made of the row's: a bot that is started again asks nothing twice, because an id is taken only once.
            comment_id: format!("ask-{}", row.task_id).chars().take(36).collect::<String>().parse()?,
            task_id: Some(row.task_id.clone()),
            column: Some(Column::Blockers),
            doc: None,
            anchor: None,
            text: QUESTION.to_owned(),
            mentions: Vec::new(),
        };
        println!("{}: {:?}", row.value(Column::Title), client.change(vec![comment]).await?);
    }
}
