//! What reads bytes from outside, each as a function of bytes that fails loudly where a promise is broken.
//!
//! - [`TARGETS`]: all of them; [`Target::seeds`]: inputs that make sense, to begin from.
//! - [`mutate`]: the blind half: seeds, torn and mixed. `cargo test` runs it for a few seconds.
//! - `make fuzz` runs libFuzzer, which sees what an input reaches (`src/bin/fuzz.rs`).
//!
//! What is found gets a test by name beside what it was found in.
pub mod mutate;
mod room;
mod texts;
mod websocket;
mod wire;

/// Something that reads.
#[derive(Clone, Copy)]
pub struct Target {
    /// `frames`, `yjs`, …
    pub name: &'static str,
    /// Fails where a promise is broken.
    pub run: fn(&[u8]),
    /// Inputs that make sense.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Everything that reads bytes from outside.
pub const TARGETS: &[Target] = &[
    Target { name: "websocket", run: websocket::decode, seeds: websocket::seeds },
    Target { name: "frames", run: wire::frames, seeds: wire::frame_seeds },
    Target { name: "human", run: wire::human, seeds: wire::human_seeds },
    Target { name: "presence", run: wire::presence, seeds: wire::presence_seeds },
    Target { name: "server", run: wire::server, seeds: wire::server_seeds },
    Target { name: "canonical", run: texts::canonical, seeds: texts::canonical_seeds },
    Target { name: "export", run: room::export, seeds: room::export_seeds },
    Target { name: "room", run: room::room, seeds: wire::frame_seeds },
    Target { name: "yjs", run: room::yjs, seeds: room::yjs_seeds },
    #[cfg(feature = "extraction")]
    Target { name: "answer", run: texts::answer, seeds: texts::answer_seeds },
    #[cfg(feature = "extraction")]
    Target { name: "markup", run: texts::markup, seeds: texts::markup_seeds },
];

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
