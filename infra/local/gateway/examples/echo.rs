//! Every message comes back to its sender: `cargo run --example echo`, then `websocat ws://127.0.0.1:4600/dev`.

use gateway::{
    BoxFuture, Config, Event, Gateway, Integration, IntegrationError, ProxyResponse, Route, SystemClock,
};

struct Echo;

impl Integration for Echo {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        Box::pin(async move {
            println!("{route} {}", event.request_context.connection_id);
            Ok(ProxyResponse::status(200)
                .with_body(event.body.map(|text| text.to_string()).unwrap_or_default()))
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::new(Config { route_response: true, ..Config::default() }, SystemClock, Echo)?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4600".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    gateway::serve(listener, gateway.router(), async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    gateway.shutdown(std::time::Duration::from_secs(5)).await;
    Ok(())
}
