//! Why a rule cannot be shown at an endpoint, and where it is tested.

/// The rule binds clients.
pub(super) const CLIENT: &str = "binds clients: web/client/test and tests/reference play it";
/// It would ask the model.
pub(super) const EXTRACTS: &str =
    "would start this week's extraction, and cost a call of the model: tests/protocol plays it";
/// Nothing outside can make the server lose its memory or its power.
pub(super) const DURABLE: &str = "takes a server that is killed: `make chaos` and tests/simulation do that";
/// Nothing outside can take a row out of the connection map.
pub(super) const ROWS: &str = "takes a connection row that is gone: tests/protocol removes one";
/// Nothing outside can kill a function.
pub(super) const KILLED: &str =
    "needs a function that is killed halfway: tests/protocol kills one at every await";
/// Every run would need a week that nobody has entered.
pub(super) const NEW_CYCLE: &str = "takes a cycle that has not begun: tests/protocol begins one";
/// It would take ten minutes of silence.
pub(super) const TEN_MINUTES: &str = "takes ten minutes of silence: tests/protocol moves the clock";
/// Nobody but the team has its inbox's secret.
pub(super) const INBOX: &str = "takes a team's own secret: tests/protocol has one";
