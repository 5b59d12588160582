//! The bootstrap: reads the environment, then handles.
// The SDK's futures nest deeply, and a handler holds those of every frame type.
#![recursion_limit = "256"]
use platform::bootstrap::{Error, Warm, socket};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    socket(Warm::TableAndSockets, async |context, event| cyclesheet_default::handle(context, event).await)
        .await
}
