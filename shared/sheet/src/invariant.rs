//! Assertions of the numbered invariants of ARCHITECTURE.md, where they are cheap to check.
//!
//! They are on in tests, in simulations and on developers' machines, and off in a release. They repeat what the code
//! around them establishes: one that fails is a fault of this program, never of its input.

/// Asserts an invariant by its number: `invariant!(I1, first == tip + 1, "the slot follows the tip")`.
#[macro_export]
macro_rules! invariant {
    ($number:ident, $holds:expr, $what:literal) => {
        debug_assert!($holds, concat!(stringify!($number), " is broken: ", $what));
    };
}
