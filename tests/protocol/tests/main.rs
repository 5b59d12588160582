//! What crosses functions, seen from outside: over sockets and HTTP, with faults at the edges.
//!
//! One binary, because linking the whole system takes longer than running these tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod main {
    mod bad_input;
    mod bounds;
    mod client;
    mod command;
    mod contract;
    mod counts;
    mod crowd;
    mod doors;
    mod editing;
    mod events;
    mod extraction;
    mod fanout;
    mod healing;
    mod http;
    mod human;
    mod killed;
    mod logs;
    mod management;
    mod membership;
    mod metrics;
    mod operate;
    mod presence;
    mod restart;
    mod restored;
    mod storing;
    mod tenant;
    mod weekly;
}
