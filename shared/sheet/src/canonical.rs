//! Canonical JSON (RFC 8785): the bytes in which two replicas are compared.
use serde::Serialize;

/// `value` as canonical JSON; fails only where `value` does not serialise to JSON at all.
///
/// # Errors
/// If `value` does not serialise to JSON at all.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn keys_are_in_utf16_order_and_text_is_escaped_no_more_than_needed() {
        // The sorting example of RFC 8785, section 3.2.3.
        let value =
            json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(
            super::to_string(&value).unwrap(),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        assert_eq!(
            super::to_string(&json!("\u{2028}/\u{7f}\u{1}\"\\")).unwrap(),
            "\"\u{2028}/\u{7f}\\u0001\\\"\\\\\""
        );
    }
}
