//! The rules of the README, each by tests that name it, against real sockets. One binary, for link time.

// Helpers of tests are not `#[test]` functions, so clippy.toml's exception does not reach them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod closing;
mod connect;
mod limits;
mod management;
mod messages;
mod rules;
mod shapes;
mod support;
