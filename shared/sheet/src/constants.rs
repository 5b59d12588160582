//! Constants that clients and documents need as well: defined once, and listed for the code that generates from them.
use serde_json::Value;

/// One constant, as generated clients and documents get it.
#[derive(Clone, PartialEq, Debug)]
pub struct Constant {
    /// The name in Rust and in every generated client.
    pub name: &'static str,
    /// The value: a number, a list of numbers or a text.
    pub value: Value,
    /// The doc comment, a line each.
    pub doc: &'static str,
}

/// Defines `pub const` items, and a function `all` that lists them in their order.
#[macro_export]
macro_rules! constants {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $value:expr;)*) => {
        $($(#[doc = $doc])+ pub const $name: $type = $value;)*

        /// Returns every constant of this module, in its order.
        pub fn all() -> Vec<$crate::constants::Constant> {
            vec![$($crate::constants::Constant {
                name: stringify!($name),
                value: $name.into(),
                doc: concat!($($doc, "\n"),+),
            }),*]
        }
    };
}
