//! One socket: opened with a token, read and written until it ends.
use super::{Address, Options};
use crate::Event;
use futures_util::{SinkExt, StreamExt};
use protocol::{BEARER_SUBPROTOCOL, SUBPROTOCOL};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Told to the machine where no socket could be opened or the connection broke: abnormal, as in RFC 6455.
const ABNORMAL: u16 = 1006;
/// Told to the machine where the peer gave no code.
const NO_CODE: u16 = 1005;

/// Opens socket number `socket` and reports what happens to it, until it ends or `to_send` is closed.
pub(super) async fn run(
    socket: u32,
    options: Options,
    mut to_send: mpsc::UnboundedReceiver<String>,
    report: impl Fn(Event),
) {
    let Some(token) = (options.token)().await else {
        return report(Event::SessionEnded { socket });
    };
    let Some(mut stream) = connect(&options, &token).await else {
        return report(Event::Closed { socket, code: ABNORMAL });
    };
    report(Event::Opened { socket });
    loop {
        tokio::select! {
            text = to_send.recv() => match text {
                Some(text) => if stream.send(Message::text(text)).await.is_err() { break },
                // The machine has left this socket and expects no answer.
                None => return drop(stream.close(None).await),
            },
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => report(Event::Frame { socket, text: text.to_string() }),
                Some(Ok(Message::Close(close))) => {
                    let code = close.map_or(NO_CODE, |close| close.code.into());
                    return report(Event::Closed { socket, code });
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    report(Event::Closed { socket, code: ABNORMAL });
}

/// What this client calls itself to the server, for its log lines.
const NAME: &str = concat!("rust/", env!("CARGO_PKG_VERSION"));

async fn connect(options: &Options, token: &str) -> Option<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let Address { socket, .. } = (options.address)()?;
    let url = format!("{socket}?team={}&cycle={}&client={NAME}", options.team, options.cycle);
    let mut request = url.into_client_request().ok()?;
    let offer = format!("{SUBPROTOCOL}, {BEARER_SUBPROTOCOL}{token}");
    request.headers_mut().insert("sec-websocket-protocol", offer.parse().ok()?);
    if let Some(origin) = &options.origin {
        request.headers_mut().insert("origin", origin.parse().ok()?);
    }
    // Without Nagle's delay: a frame is sent when it is said.
    Some(connect_async_with_config(request, None, true).await.ok()?.0)
}
