//! The bootstrap: reads the environment, then handles.
use platform::bootstrap::{Error, Warm, socket};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    socket(Warm::TableAndSockets, async |context, event| cyclesheet_disconnect::handle(context, event).await)
        .await
}
