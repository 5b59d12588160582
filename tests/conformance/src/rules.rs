//! One entry for every rule of the specification.
mod changes;
mod connecting;
mod documents;
mod elsewhere;
mod frames;
mod healing;
mod hello;
mod https;
mod human;
mod members;
mod presence;

use crate::Endpoint;
use futures::future::BoxFuture;
use std::sync::Arc;

/// What a check came to, if it did not fail.
pub enum Shown {
    /// The rule was seen to be kept.
    Yes,
    /// It could not be shown, and why.
    No(String),
}

/// How a rule is looked at.
pub enum Check {
    /// Over the wire.
    Play(fn(Arc<Endpoint>) -> BoxFuture<'static, Shown>),
    /// Not from outside: why, and where it is tested.
    Elsewhere(&'static str),
}

macro_rules! rules {
    ($($rule:literal $check:expr),* $(,)?) => {
        /// Every rule, in the order of the specification.
        pub const RULES: &[(&str, Check)] = &[$(($rule, $check)),*];
    };
}

macro_rules! play {
    ($($path:ident)::+) => {
        Check::Play(|endpoint| Box::pin(async move { $($path)::+(&endpoint).await }))
    };
}

rules! {
    "C1" play!(connecting::c1),
    "C2" play!(connecting::c2),
    "C3" play!(connecting::c3),
    "C4" play!(connecting::c4),
    "C5" play!(connecting::c5),
    "C6" play!(connecting::c6),
    "F1" play!(frames::f1),
    "F2" play!(frames::f2),
    "F3" play!(frames::f3),
    "F4" play!(frames::f4),
    "F5" play!(frames::f5),
    "F6" Check::Elsewhere(elsewhere::CLIENT),
    "F7" play!(frames::f7),
    "F8" play!(frames::f8),
    "F9" play!(frames::f9),
    "H1" play!(hello::h1),
    "H2" play!(hello::h2),
    "H3" play!(hello::h3),
    "H4" play!(hello::h4),
    "H5" play!(hello::h5),
    "H6" play!(hello::h6),
    "H7" Check::Elsewhere(elsewhere::EXTRACTS),
    "H8" play!(hello::h8),
    "X1" play!(changes::x1),
    "X2" play!(changes::x2),
    "X3" Check::Elsewhere(elsewhere::CLIENT),
    "X4" play!(changes::x4),
    "X5" play!(changes::x5),
    "X6" play!(changes::x6),
    "X7" play!(changes::x7),
    "X8" play!(changes::x8),
    "X9" play!(changes::x9),
    "X10" play!(changes::x10),
    "X11" play!(changes::x11),
    "X12" play!(changes::x12),
    "X13" play!(changes::x13),
    "X14" Check::Elsewhere(elsewhere::CLIENT),
    "X15" play!(changes::x15),
    "X16" play!(members::x16),
    "X17" play!(members::x17),
    "X18" play!(members::x18),
    "X19" play!(members::x19),
    "D1" play!(documents::d1),
    "D2" play!(documents::d2),
    "D3" play!(documents::d3),
    "D4" play!(documents::d4),
    "D5" play!(documents::d5),
    "D6" play!(documents::d6),
    "D7" play!(documents::d7),
    "D8" Check::Elsewhere(elsewhere::EXTRACTS),
    "D9" play!(documents::d9),
    "K1" Check::Elsewhere(elsewhere::DURABLE),
    "K2" play!(changes::k2),
    "K3" play!(changes::k3),
    "K4" Check::Elsewhere(elsewhere::CLIENT),
    "K5" play!(changes::k5),
    "K6" play!(changes::k6),
    "K7" play!(changes::k7),
    "R1" play!(healing::r1),
    "R2" play!(healing::r2),
    "R3" Check::Elsewhere(elsewhere::ROWS),
    "R4" Check::Elsewhere(elsewhere::CLIENT),
    "R5" Check::Elsewhere(elsewhere::CLIENT),
    "R6" Check::Elsewhere(elsewhere::CLIENT),
    "R7" Check::Elsewhere(elsewhere::CLIENT),
    "R8" Check::Elsewhere(elsewhere::CLIENT),
    "R9" play!(healing::r9),
    "M1" play!(members::m1),
    "M2" Check::Elsewhere(elsewhere::KILLED),
    "M3" Check::Elsewhere(elsewhere::NEW_CYCLE),
    "M4" play!(members::m4),
    "M5" play!(members::m5),
    "N1" play!(members::n1),
    "N2" play!(members::n2),
    "P1" play!(presence::p1),
    "P2" play!(presence::p2),
    "P3" play!(presence::p3),
    "P4" play!(presence::p4),
    "P5" Check::Elsewhere(elsewhere::CLIENT),
    "P6" Check::Elsewhere(elsewhere::TEN_MINUTES),
    "T1" play!(human::t1),
    "T2" play!(human::t2),
    "T3" play!(human::t3),
    "T4" play!(human::t4),
    "W1" play!(https::w1),
    "W2" play!(https::w2),
    "W3" play!(https::w3),
    "W4" play!(https::w4),
    "W5" play!(https::w5),
    "W6" play!(https::w6),
    "W7" play!(https::w7),
    "W8" play!(https::w8),
    "W9" play!(https::w9),
    "W10" play!(https::w10),
    "W11" play!(documents::w11),
    "W12" play!(https::w12),
    "W13" play!(https::w13),
    "E1" play!(https::e1),
    "E2" play!(https::e2),
    "E3" play!(https::e3),
    "E4" Check::Elsewhere(elsewhere::INBOX),
    "E5" Check::Elsewhere(elsewhere::INBOX),
    "E6" Check::Elsewhere(elsewhere::EXTRACTS),
    "E7" Check::Elsewhere(elsewhere::EXTRACTS),
    "E8" Check::Elsewhere(elsewhere::EXTRACTS),
}
