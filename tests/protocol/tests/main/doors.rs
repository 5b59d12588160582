//! Which requests the local server accepts at all: requests for its own names, and one process on a data folder.
use super::restart::PROGRAM;
use harness::{
    World,
    process::{Dev, run},
    who,
};
use std::os::unix::fs::PermissionsExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends a request as it is written here and returns the answer's status and everything after its first line.
async fn ask(address: std::net::SocketAddr, method: &str, target: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = if method == "POST" { r#"{"type":"later"}"# } else { "" };
    let fields = format!("{headers}connection: close\r\ncontent-length: {}\r\n", body.len());
    let request = format!("{method} {target} HTTP/1.1\r\n{fields}\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    harness::patiently("an answer", stream.read_to_string(&mut answer)).await.unwrap();
    let (first, rest) = answer.split_once("\r\n").unwrap();
    (first.split(' ').nth(1).unwrap().parse().unwrap(), rest.to_owned())
}

#[tokio::test]
async fn a_request_for_another_host_is_refused_at_every_address() {
    let world = World::new().await;
    let address = world.stack.address;
    let mut ana = world.join(&who("ana")).await;
    let post = format!("/dev/@connections/{}", ana.connection_id());
    for (method, target) in [
        ("GET", "/config.json"),
        ("GET", "/"),
        ("GET", "/api/cycles"),
        ("GET", "/dev"),
        ("POST", post.as_str()),
        ("GET", post.as_str()),
        ("DELETE", post.as_str()),
    ] {
        for host in ["evil.example", "evil.example:4510", "127.0.0.1.evil.example", "0.0.0.0"] {
            let (status, rest) = ask(address, method, target, &format!("host: {host}\r\n")).await;
            assert_eq!(status, 421, "{method} {target} for {host}: {rest}");
            assert!(rest.contains("127.0.0.1, localhost, [::1]") && rest.contains("--allow-host"), "{rest}");
        }
        let port = address.port();
        for host in ["localhost".to_owned(), format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
            let (status, _) = ask(address, method, target, &format!("host: {host}\r\n")).await;
            assert_ne!(status, 421, "{method} {target} for {host}");
        }
        if method == "GET" && target == post {
            assert_eq!(world.stack.gateway.connections(), 1, "nobody from outside closed it");
        }
    }
    // The last of our own requests was the DELETE.
    assert_eq!(ana.end().await, Some(1000));
}

#[tokio::test]
async fn a_socket_for_another_host_does_not_open_though_its_origin_is_right() {
    let world = World::new().await;
    let address = world.stack.address;
    let upgrade =
        "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let headers = format!("host: evil.example\r\norigin: http://{address}\r\n{upgrade}");
    assert_eq!(ask(address, "GET", "/dev?token=x", &headers).await.0, 421);
    assert_eq!(world.stack.gateway.connections(), 0);
}

#[tokio::test]
async fn a_second_process_on_a_data_folder_is_refused_with_a_sentence_and_may_have_it_after_a_kill() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("new/data");
    let folder = data.to_str().unwrap();
    let arguments = ["--no-model", "--data", folder];
    let mut first = Dev::start(PROGRAM, &arguments).await;
    for command in [
        &["dev", "--port", "0", "--no-model", "--data", folder][..],
        &["log", "--data", folder, "--cycle", "platform/2026-W47"],
        &["team", "list", "--data", folder],
    ] {
        let (code, _, errors) = run(PROGRAM, command, root.path()).await;
        assert_eq!(code, Some(1), "{command:?}: {errors}");
        assert!(errors.contains("is in use by another cyclesheet (process "), "{command:?}: {errors}");
    }
    for (path, mode) in [("new", 0o700), ("new/data", 0o700)] {
        let found = std::fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let private = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, private, "{}", entry.path().display());
    }
    first.kill().await;
    let second = Dev::start(PROGRAM, &arguments).await;
    assert_eq!(second.interrupt().await, Some(0));
}
