//! A client of Cyclesheet in Rust: it keeps a sheet in step with its room, sends edits exactly once, and heals by itself.
//!
//! ```no_run
//! use cyclesheet_client::{Client, Options};
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let options = Options::new("ws://127.0.0.1:4510/dev", "http://127.0.0.1:4510", "platform", "2026-W47");
//! let client = Client::open(options.token("<JWT>"))?;
//! let sheet = client.ready().await?;
//! println!("{} rows at version {}", sheet.row_count(), sheet.version);
//! # Ok(()) }
//! ```
//!
//! # Layout
//! - [`Client`] is the driver: sockets, timers, HTTP and the file that survives a restart, on tokio (feature `driver`).
//! - [`Machine`] takes every decision as a pure function: [`Machine::step`] takes an [`Input`] (an [`Event`], the time, a random number)
//!   and returns [`Effect`]s to be carried out in their order. It has no clock, no I/O and no randomness, so a program with its
//!   own event loop can drive it.
//! - [`types`] is the machine's data, [`times`] every wait and bound; `start` is the beginning; `link` the sockets, `listen` the frames,
//!   `room` the participants; `inbox` what the log holds, `outbox` what is on its way to it, `calls` the outcomes; `rebase` puts own
//!   edits on a sheet that moved, `coalesce` joins what waits into one change; [`frames`], [`precheck`] and `inverse` read frames, check
//!   early and undo. What a committed change does to a sheet is `sheet::apply`.
//!
//! # Driving the machine
//! - **Timers**: one deadline per [`Timer`]. `SetTimer` starts it again, `ClearTimer` forgets it; when it is due, forget
//!   it and step with `Event::Timer`. A late timer is harmless.
//! - **Sockets** have numbers. `Open` is answered by `Opened` (then frames) or `Closed { code }`; `Close` is not
//!   answered. A frame to send is a [`ClientFrame`]: its JSON is the wire's. What a server sends goes in as text.
//! - **HTTP**: `FetchSnapshot` and `FetchChanges` are answered by `Snapshot` and `Changes` with the same `request`; `Post` by `Posted`.
//! - **Documents** are the driver's: it adds state vectors to a `hello`, and the `Document…` effects say what the log
//!   holds and what it never will.
//! - **Edits**: `Event::Change { call, ops }`, with a positive `call` number that was not used before; `Effect::Settle` carries the
//!   outcome. A settled `Done { version }` is an acknowledgement: the log has the change at that version.
//! - **Restart**: keep the last `Persist { record }`; `Machine::new(name, &[record], now)` goes on from it. A record
//!   must be kept before the frames that follow it are sent.
//!
//! The JSON of `Input`, `Effect` and `QueueRecord` is that of the TypeScript client's machine, and recorded rooms hold the two to the
//! same effects in the same order.
#![warn(clippy::missing_errors_doc)]
pub mod coalesce;
#[cfg(feature = "driver")]
pub mod driver;
pub mod frames;
pub mod inverse;
pub mod precheck;
pub mod rebase;
pub mod times;
pub mod types;

mod calls;
mod inbox;
mod link;
mod listen;
mod machine;
mod outbox;
mod room;
mod start;
mod turn;

#[cfg(feature = "driver")]
pub use driver::{Client, ClientError, Options};
pub use machine::{Machine, Status};
pub use outbox::pending_updates;
pub use types::{ClientFrame, Effect, Event, Input, MachineState, Outcome, QueueRecord, Timer};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
