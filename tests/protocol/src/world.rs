//! A running stack on a clock that tests move, with faults at its edges.
use crate::{
    Client, Faults, Posts, Who,
    client::Door,
    log::{self, Verified},
};
use gateway::{Clock, ManualClock};
use local::{
    Options, Stack,
    database::{Embedded, TABLE},
    sample::{TEAM, TIME_ZONE},
    stack::StackClock,
};
use sheet::{CycleKey, Name};
use std::time::Duration;
use store::{
    Table,
    directory::{self, Source, Team},
};

/// Where the clock begins: Friday, 20 November 2026, 14:58:47.123 UTC.
pub const START_MS: u64 = 1_795_186_727_123;
/// The week of [`START_MS`]: entering it asks for an extraction.
pub const THIS_WEEK: &str = "2026-W47";
/// The week after: it may be entered, and nothing extracts it. Most tests play there.
pub const NEXT_WEEK: &str = "2026-W48";
/// How long tokens are good for unless a test says otherwise.
const TOKEN_MS: u64 = 24 * 3600 * 1000;

/// The tenants of a test; each has the same two teams.
pub const TENANTS: [&str; 2] = ["acme", "globex"];
/// The teams of every tenant.
pub const TEAMS: [&str; 2] = [TEAM, "billing"];

/// A running stack.
pub struct World {
    /// The stack.
    pub stack: Stack,
    /// Its clock.
    pub clock: ManualClock,
    /// Every call to its table.
    pub faults: Faults,
    /// Every post to its sockets.
    pub posts: Posts,
}

impl World {
    /// A stack with teams and no messages.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A stack with other options.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let database = Embedded::in_memory().unwrap();
        let (faults, posts, clock) =
            (Faults::new(database.clone()), Posts::default(), ManualClock::new(START_MS));
        let mut options = Options::new(database);
        let watched = posts.clone();
        options.client = Some(faults.client());
        options.callback = Some(Box::new(move |inner| watched.wrap(inner)));
        options.clock = StackClock::Manual(clock.clone());
        change(&mut options);
        let stack = Stack::start(options).await.unwrap();
        let world = Self { stack, clock, faults, posts };
        for tenant in TENANTS {
            for team in TEAMS {
                world.put_team(tenant, team, Vec::new()).await;
            }
        }
        world.faults.forget();
        world
    }

    /// Sets up a team with these sources.
    pub async fn put_team(&self, tenant: &str, team: &str, sources: Vec<Source>) {
        let row = Team { sources, ..Team::new(Name::new(team).unwrap(), team, TIME_ZONE) };
        directory::put_team(&self.table(), &Name::new(tenant).unwrap(), &row).await.unwrap();
    }

    /// The table, past all faults and counts.
    pub fn table(&self) -> Table {
        Table::new(self.stack.database.client(), TABLE)
    }

    /// The usual room of a week.
    pub fn key(&self, week: &str) -> CycleKey {
        key(TENANTS[0], TEAM, week)
    }

    /// A token for somebody, good for a day of the clock.
    pub fn token(&self, who: &Who) -> String {
        who.token(self.clock.now_ms() + TOKEN_MS)
    }

    /// The door to the room of somebody's team.
    pub fn door(&self, who: &Who, week: &str) -> Door {
        Door {
            server: format!("ws://{}", self.stack.address),
            path: format!("/dev?team={}&cycle={week}", who.team),
            token: Some(self.token(who)),
            origin: Some(format!("http://{}", self.stack.address)),
        }
    }

    /// Somebody in next week's room.
    pub async fn join(&self, who: &Who) -> Client {
        self.join_week(who, NEXT_WEEK).await
    }

    /// Somebody in a week's room.
    pub async fn join_week(&self, who: &Who, week: &str) -> Client {
        Client::join(&self.door(who, week)).await
    }

    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The log of a week of the usual team, verified.
    pub async fn log(&self, week: &str) -> Verified {
        log::verified(&self.table(), &self.key(week)).await
    }
}

/// A room by its words.
pub fn key(tenant: &str, team: &str, week: &str) -> CycleKey {
    CycleKey {
        tenant: Name::new(tenant).unwrap(),
        team: Name::new(team).unwrap(),
        week: week.parse().unwrap(),
    }
}
