//! Faults that a simulation plants into production code, to see that it would find them.
//!
//! A fault sits at a statement of its own, [`fail_point!`](crate::fail_point), and never inside of an expression.
//! Without the feature `planted-faults` such a statement compiles to nothing; with the feature, nothing but a build with
//! debug assertions compiles. The selector is the
//! thread's: a simulation is one thread.
#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("planted faults are for simulations: a release contains none");

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

faults! {
    /// A log entry is put without the condition that its slot is free.
    SkipCondition,
    /// The author receives the change before the put.
    AcknowledgeBeforePut,
    /// The room is notified before the put.
    BroadcastBeforeCommit,
    /// The last change of a client does not find itself.
    ForgetRetry,
    /// Our own earlier write in a slot is taken for another's.
    OwnWriteIsConflict,
    /// A user who was let in once is let in again.
    CachedIdentity,
    /// `$connect` looks for the denial before it writes its row.
    DenialBeforeConnection,
    /// A record says that it is further than its state.
    CompactPastTip,
    /// The winner of a pointer flip deletes its own chunk.
    DropChunk,
    /// A refresh writes over people's words.
    RefreshOverEdits,
    /// A refresh brings back what people removed.
    BringBackRemoved,
    /// A run without the lease asks the model.
    ModelWithoutLease,
    /// A refusal is judged on a fold that may be stale.
    StaleRejection,
    /// The tip is answered without reading it.
    StalePong,
    /// De-duplication looks at the client's name alone.
    ClientNameAlone,
    /// A client is forgotten, and the floor stays.
    EvictWithoutFloor,
    /// All compactions write the same chunks.
    SharedChunkKeys,
    /// A read of the log begins inside an entry.
    ReadInsideEntry,
    /// A socket that answered 410 once never gets its row back.
    FalseGoneStays,
    /// A socket joins a room and does not count up its roster, so that functions use the list that they kept.
    JoinUncounted,
    /// A compaction deletes the log behind it, so that slots are free again.
    ReuseSlot,
}

/// Marks a statement at which a fault may be planted. Compiles to nothing without the feature.
///
/// `fail_point!(Fault, { statements })` runs the statements if the fault is planted.
/// `fail_point!(Fault, let name = value)` gives `name`, which is bound already, another value.
#[cfg(feature = "planted-faults")]
#[macro_export]
macro_rules! fail_point {
    ($fault:ident, let $name:ident = $value:expr) => {
        let $name = if $crate::planted::is($crate::planted::Fault::$fault) { $value } else { $name };
    };
    ($fault:ident, $statements:block) => {
        if $crate::planted::is($crate::planted::Fault::$fault) $statements
    };
}

/// Marks a statement at which a fault may be planted. Compiles to nothing without the feature `planted-faults`.
#[cfg(not(feature = "planted-faults"))]
#[macro_export]
macro_rules! fail_point {
    ($($what:tt)*) => {};
}

/// Gives a limit that is bound already a low value, so that a short run of the simulation meets what lies beyond it.
#[cfg(feature = "planted-faults")]
#[macro_export]
macro_rules! low_limit {
    (let $name:ident = $low:expr) => {
        let $name = if $crate::planted::limits_are_low() { $low } else { $name };
    };
}

/// Marks a limit that simulations lower. Compiles to nothing without the feature `planted-faults`.
#[cfg(not(feature = "planted-faults"))]
#[macro_export]
macro_rules! low_limit {
    ($($what:tt)*) => {};
}

#[cfg(feature = "planted-faults")]
mod selector {
    use super::Fault;
    use std::{
        cell::{Cell, RefCell},
        collections::BTreeSet,
    };

    thread_local! {
        static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
        static LOW: Cell<bool> = const { Cell::new(false) };
        static KNOWN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    }

    /// Plants one fault in this thread, or none.
    pub fn plant(fault: Option<Fault>) {
        PLANTED.set(fault);
        KNOWN.with_borrow_mut(BTreeSet::clear);
    }

    /// Makes this thread's limits low, so that what lies beyond them is met.
    pub fn lower_limits(low: bool) {
        LOW.set(low);
    }

    /// Returns whether the fault is planted.
    pub fn is(fault: Fault) -> bool {
        PLANTED.get() == Some(fault)
    }

    /// Returns whether this word was asked for before, and remembers it.
    pub fn known(word: impl FnOnce() -> String) -> bool {
        KNOWN.with_borrow_mut(|known| !known.insert(word()))
    }

    /// Returns whether this thread's limits are low.
    pub fn limits_are_low() -> bool {
        LOW.get()
    }
}

#[cfg(feature = "planted-faults")]
pub use selector::*;
