//! The protocol's rules, one by one: a test names the rule it shows (`m3_…`, or `// rule: M3` above it).
//!
//! Rights in mid-session, tenants apart, mentions, documents, rates, ghosts, sealing, exports and audits; and the gate that fails
//! for a rule without a test, wherever in the repository its test may be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod rules {
    mod audit;
    mod classic;
    mod connecting;
    mod direct;
    mod docs;
    mod extraction;
    mod gate;
    mod inbox;
    mod mentions;
    mod racing;
    mod removal;
    mod roles;
    mod sealing;
    mod stated;
    mod support;
}
