//! What people do, and what happens to them, one action at a time.
use super::World;
use cyclesheet_client::types::{Edit, Event, Notice};
use fastrand::Rng;
use serde_json::{Value, json};
use sheet::{
    Column, CommentId, Op, Role, RowId, Sheet,
    doc::{Bytes, DocName},
    op::Update,
};
use std::{collections::BTreeMap, str::FromStr};
use yrs::{ReadTxn as _, Text as _, Transact as _};

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum What {
    Type,
    Batch,
    Insert,
    Paste,
    Remove,
    Move,
    Comment,
    Reply,
    Write,
    Note,
    Amend,
    Name,
    Lock,
    Unlock,
    Undo,
    Redo,
    Decide,
    Nonsense,
    Role,
    Revoke,
    Point,
    Refresh,
    Hide,
    Show,
    Unplug,
    Plug,
    Reload,
    Cut,
    SignIn,
    Dismiss,
    Clash,
    Wait,
    Forget,
    Restore,
}

/// How often each is done, beside the others.
const MENU: &[(usize, What)] = &[
    (20, What::Type),
    (5, What::Batch),
    (6, What::Insert),
    (2, What::Paste),
    (2, What::Remove),
    (3, What::Move),
    (3, What::Comment),
    (2, What::Reply),
    (4, What::Write),
    (16, What::Note),
    (2, What::Amend),
    (2, What::Name),
    (2, What::Lock),
    (1, What::Unlock),
    (5, What::Undo),
    (3, What::Redo),
    (4, What::Decide),
    (2, What::Nonsense),
    (2, What::Role),
    (1, What::Revoke),
    (2, What::Point),
    (1, What::Refresh),
    (1, What::Hide),
    (1, What::Show),
    (1, What::Unplug),
    (1, What::Plug),
    (3, What::Reload),
    (3, What::Cut),
    (1, What::SignIn),
    (1, What::Dismiss),
    (5, What::Clash),
    (1, What::Wait),
    (1, What::Forget),
    (1, What::Restore),
];

fn any_of_the_menu(rng: &mut Rng) -> What {
    let all: usize = MENU.iter().map(|(weight, _)| weight).sum();
    let mut at = rng.usize(0..all);
    let chosen = MENU.iter().find(|(weight, _)| {
        let here = at < *weight;
        at = at.wrapping_sub(*weight);
        here
    });
    chosen.map_or(What::Type, |(_, what)| *what)
}

/// One action.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The member.
    pub who: usize,
    /// The action.
    pub what: What,
    /// Which row, and whatever else is to be chosen.
    pub at: usize,
    /// Which column.
    pub column: Column,
    /// What passes before the next one.
    pub pause_ms: i64,
}

impl Action {
    /// Any.
    pub fn any(rng: &mut Rng) -> Self {
        let columns = [Column::Title, Column::Description, Column::Assignee, Column::Status];
        Self {
            who: rng.usize(0..8),
            what: any_of_the_menu(rng),
            // The first rows are where everybody is.
            at: if rng.bool() { rng.usize(0..4) } else { rng.usize(0..100) },
            column: columns[rng.usize(0..columns.len())],
            pause_ms: [0, 0, 0, 40, 300, 5_000][rng.usize(0..6)],
        }
    }
}

impl World {
    /// Does it; `mark` is a word that no other action uses. Then its pause passes.
    pub fn act(&mut self, action: Action, mark: &str) {
        let Action { what, at, .. } = action;
        let people = self.members.len();
        let who = match what {
            // Mostly an admin's.
            What::Role | What::Revoke if at % 5 != 0 => 0,
            What::Decide => {
                let torn = |member: &super::Member| !member.machine.state().conflicts.is_empty();
                self.members.iter().position(torn).unwrap_or(action.who % people)
            }
            _ => action.who % people,
        };
        let state = self.members[who].machine.state();
        let sheet = state.sheet.clone();
        let conflict = state.conflicts.first().map(|conflict| conflict.id.clone());
        let call = self.members[who].next_call();
        let event = match what {
            What::Undo => Some(Event::Undo { call }),
            What::Redo => Some(Event::Redo { call }),
            What::Decide => conflict.map(|conflict_id| {
                if at % 2 == 0 {
                    Event::KeepTheirs { conflict_id }
                } else {
                    Event::KeepMine { call, conflict_id }
                }
            }),
            What::Point => {
                let row = sheet.as_ref().and_then(|sheet| row_at(sheet, at));
                let cursor = row.map_or(Value::Null, |id| json!({"taskId": id, "column": action.column}));
                let status = ["typing", "active", "idle", "away"][at % 4];
                let state = [("cursor".to_owned(), cursor), ("status".to_owned(), json!(status))];
                Some(Event::Presence { state: state.into_iter().collect() })
            }
            What::Refresh => Some(Event::Refresh),
            What::Hide => Some(Event::Visible { visible: false }),
            What::Show => Some(Event::Visible { visible: true }),
            What::Unplug => Some(Event::Online { online: false }),
            What::Plug => Some(Event::Online { online: true }),
            What::SignIn => Some(Event::Reconnect),
            What::Dismiss => Some(Event::Dismiss {
                what: [Notice::LastRejection, Notice::Error, Notice::Notifications][at % 3],
            }),
            What::Reload => {
                self.reload(who);
                None
            }
            What::Cut => {
                self.cut(who);
                None
            }
            What::Clash => {
                for who in 0..people {
                    let mark = format!("{mark}-{who}");
                    self.act(Action { who, what: What::Type, pause_ms: 0, ..action }, &mark);
                }
                None
            }
            What::Wait => {
                // Long enough for a socket to be old, for people to be away, for locks to end.
                self.run(if at % 3 == 0 { 2 * 3_600_000 } else { 400_000 });
                None
            }
            What::Forget => {
                self.server.forget();
                None
            }
            What::Note => sheet.and_then(|sheet| {
                let row = row_at(&sheet, at).filter(|_| at % 2 == 0);
                let doc = row.map_or_else(DocName::summary, |row| DocName::notes(&row));
                // Now and then more than a frame holds.
                let words = if at % 19 == 4 { mark.repeat(9_000) } else { mark.to_owned() };
                let super::Member { notes, machine, .. } = &mut self.members[who];
                let update = Bytes(notes.write(machine, &doc, &words, at)?.into());
                Some(Event::Change { call, ops: vec![Op::TextUpdate { doc, update, mentions: Vec::new() }] })
            }),
            // The last update that waits becomes another, or none.
            What::Amend => {
                let waits =
                    |edit: &Edit| matches!(edit.ops[..], [Op::TextUpdate { .. }]).then_some(edit.call);
                let last = self.members[who].machine.state().queue.last().and_then(waits);
                // Updates on top of it build on a missing one: the next update has a new Yjs client.
                self.members[who].notes.refused();
                last.map(|call| {
                    let update = Bytes(typed(mark, at).into());
                    let ops = vec![Op::TextUpdate { doc: DocName::summary(), update, mentions: Vec::new() }];
                    Event::Amend { call, ops: if at % 2 == 0 { ops } else { Vec::new() } }
                })
            }
            What::Restore => {
                // Rarely: a room whose log is always torn away learns nothing.
                if at < 15 {
                    let version = self.server.log.len() * at / 15;
                    self.server.restore(version);
                }
                None
            }
            _ => sheet.and_then(|sheet| wanted(&sheet, action, mark)).map(|ops| Event::Change { call, ops }),
        };
        if let Some(event) = event {
            self.input(who, event);
        }
        let mut rest = action.pause_ms;
        while rest > 0 {
            self.second();
            rest -= 1_000;
        }
    }

    /// After the storm: time enough for every retry, reconnect and ping, for everybody who may be here.
    pub fn settle(&mut self) {
        self.weather = super::CALM;
        for member in 0..self.members.len() {
            self.input(member, Event::Online { online: true });
            self.input(member, Event::Visible { visible: true });
            if self.members[member].machine.status() == cyclesheet_client::Status::SessionEnded {
                self.input(member, Event::Reconnect);
            }
        }
        self.run(15 * 60_000);
        // A document a second, for as many as there are.
        for _ in 0..120 {
            self.fetch_notes();
        }
    }
}

fn row_at(sheet: &Sheet, at: usize) -> Option<RowId> {
    let count = sheet.row_count().max(1);
    sheet.rows().nth(at % count).map(|row| row.task_id.clone())
}

fn id<T: FromStr>(word: &str) -> Option<T> {
    word.parse().ok()
}

/// The ops of an action that edits the sheet.
fn wanted(sheet: &Sheet, Action { what, at, column, .. }: Action, mark: &str) -> Option<Vec<Op>> {
    let place = row_at(sheet, at);
    let after = if at % 3 == 0 { None } else { place.clone() };
    let cells = |title: &str| BTreeMap::from([(Column::Title, title.to_owned())]);
    let insert = |name: &str, after: Option<RowId>| -> Option<Op> {
        Some(Op::RowInsert { task_id: id(name)?, after, cells: cells(name), restored: None })
    };
    if what == What::Insert {
        return Some(vec![insert(mark, after)?]);
    }
    let user_id = format!("u{}", at % 6).parse().ok()?;
    let member = match what {
        What::Role => {
            let role = [Role::Viewer, Role::Editor, Role::Editor, Role::Admin][at % 4];
            Some(Op::MemberRole { user_id, role })
        }
        What::Revoke if at % 2 == 0 => Some(Op::MemberRestore { user_id }),
        What::Revoke => Some(Op::MemberRevoke { user_id }),
        _ => None,
    };
    if let Some(op) = member {
        return Some(vec![op]);
    }
    let task_id = place?;
    let row = sheet.row(&task_id)?;
    let new_value = |column| match column {
        Column::Status => ["Done", "Blocked", "", "no such status"][at % 4].to_owned(),
        // Texts of every width, and as long as a cell takes.
        _ if at % 10 == 0 => format!("{mark} ä€😀\"\\\u{2028}\n").repeat(1 + at),
        _ => mark.to_owned(),
    };
    let update = |column| Update { old_value: row.value(column).to_owned(), new_value: new_value(column) };
    let comment = || sheet_comment(sheet, at);
    Some(match what {
        What::Type => vec![Op::CellModify {
            task_id: task_id.clone(),
            column,
            old_value: row.value(column).to_owned(),
            new_value: new_value(column),
        }],
        What::Batch => {
            let updates = [column, Column::Blockers].map(|column| (column, update(column))).into();
            vec![Op::BatchUpdate { task_id, updates }]
        }
        What::Paste => {
            // A block that may be larger than a frame: some rows, some of whose cells are long.
            let long = "x".repeat(if at % 2 == 0 { 40 } else { 1_900 });
            let rows = 2 + at % 20;
            let mut ops: Vec<Op> = (0..rows).filter_map(|i| insert(&format!("{mark}-{i}"), None)).collect();
            for op in &mut ops {
                if let Op::RowInsert { cells, .. } = op {
                    cells.insert(Column::Description, long.clone());
                    cells.insert(Column::Blockers, long.clone());
                }
            }
            ops
        }
        What::Remove => vec![Op::RowRemove { task_id }],
        What::Move => vec![Op::RowMove { task_id, after: row_at(sheet, at * 7) }],
        What::Comment => vec![Op::CommentAdd {
            comment_id: id(mark)?,
            task_id: Some(task_id),
            column: None,
            doc: None,
            anchor: None,
            text: if at % 8 == 0 { " ".to_owned() } else { mark.to_owned() },
            mentions: Vec::new(),
        }],
        What::Reply => {
            let comment_id = comment()?;
            match at % 4 {
                0 => vec![Op::CommentResolve { comment_id }],
                1 => vec![Op::CommentDelete { comment_id, reply_id: None }],
                2 => vec![Op::CommentEdit {
                    comment_id,
                    reply_id: None,
                    text: mark.to_owned(),
                    mentions: Vec::new(),
                }],
                _ => {
                    let (reply_id, text) = (id(mark)?, mark.to_owned());
                    vec![Op::CommentReply { comment_id, reply_id, text, mentions: Vec::new() }]
                }
            }
        }
        What::Write => {
            let doc = if at % 3 == 0 { DocName::summary() } else { DocName::notes(&task_id) };
            vec![Op::TextUpdate { doc, update: Bytes(typed(mark, at).into()), mentions: Vec::new() }]
        }
        What::Name if at % 2 == 0 => {
            let version = sheet.save_points.keys().nth(at % 3).copied().unwrap_or(1);
            vec![Op::SavePointRemove { version }]
        }
        What::Name => {
            let name = if at % 9 == 0 { "\t".to_owned() } else { format!("before {mark}") };
            vec![Op::SavePointAdd { name }]
        }
        What::Lock => vec![Op::RowLock { task_id, seconds: 1 + 37 * at as u32 }],
        What::Unlock => vec![Op::RowUnlock { task_id }],
        What::Nonsense => vec![
            Op::CellModify {
                task_id: task_id.clone(),
                column: Column::Progress,
                old_value: row.value(Column::Progress).to_owned(),
                new_value: at.to_string(),
            },
            Op::CellModify {
                task_id,
                column: if at % 2 == 0 { Column::Source } else { column },
                old_value: "what nobody wrote".to_owned(),
                new_value: mark.to_owned(),
            },
        ],
        _ => return None,
    })
}

/// What Yjs says of a few words typed by a client that nobody has met.
fn typed(words: &str, at: usize) -> Vec<u8> {
    let client = words.bytes().fold(7, |id: u64, byte| (id * 31 + u64::from(byte)) % (1 << 31));
    let doc = yrs::Doc::with_client_id(client);
    let text = doc.get_or_insert_text("text");
    let mut writing = doc.transact_mut();
    text.insert(&mut writing, 0, &words.repeat(1 + at));
    writing.encode_state_as_update_v1(&yrs::StateVector::default())
}

fn sheet_comment(sheet: &Sheet, at: usize) -> Option<CommentId> {
    let json = serde_json::to_value(sheet).ok()?;
    let comments = json["comments"].as_array()?;
    let thread = comments.get(at % comments.len().max(1))?;
    id(thread["commentId"].as_str()?)
}
