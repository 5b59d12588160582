//! A bootstrap whose handler panics on request: for the test that an environment outlives a panic.
#![allow(clippy::panic)]
use platform::{
    bootstrap::{self, Error, Warm},
    event::SocketResponse,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bootstrap::socket(Warm::Table, async |_, event| match event.body.as_deref() {
        Some("panic") => panic!("as told"),
        _ => SocketResponse::status(200),
    })
    .await
}
