//! The order of rows: keys that compare as text, with always room for one more between two of them.
//!
//! The same keys as the npm package `fractional-indexing` (base 62), which the TypeScript fold uses: an integer
//! part whose first letter gives its length, then a fraction without trailing zero. There is no Rust crate that
//! makes the same bytes, and the two folds must agree byte for byte; the shared vectors compare them.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Returns a key between `lower` and `upper` (either may be open); none if they are not two such keys in order.
pub fn between(lower: Option<&str>, upper: Option<&str>) -> Option<String> {
    match (lower, upper) {
        (None, None) => Some("a0".into()),
        (None, Some(upper)) => before(upper),
        (Some(lower), None) => after(lower),
        (Some(lower), Some(upper)) => inside(lower, upper),
    }
}

/// Returns `count` keys in order, evenly spaced: the new keys of all rows.
pub fn evenly(count: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(count);
    for _ in 0..count {
        let next = between(keys.last().map(String::as_str), None);
        keys.extend(next);
    }
    keys
}

fn before(upper: &str) -> Option<String> {
    let (integer, fraction) = split(upper)?;
    if integer.starts_with('A') && integer[1..].bytes().all(|b| b == b'0') {
        return Some(format!("{integer}{}", midpoint("", Some(fraction))?));
    }
    if !fraction.is_empty() { Some(integer.into()) } else { decrement(integer) }
}

fn after(lower: &str) -> Option<String> {
    let (integer, fraction) = split(lower)?;
    match increment(integer) {
        Some(next) => Some(next),
        None => Some(format!("{integer}{}", midpoint(fraction, None)?)),
    }
}

fn inside(lower: &str, upper: &str) -> Option<String> {
    if lower >= upper {
        return None;
    }
    let ((low, low_fraction), (high, high_fraction)) = (split(lower)?, split(upper)?);
    if low == high {
        return Some(format!("{low}{}", midpoint(low_fraction, Some(high_fraction))?));
    }
    match increment(low) {
        Some(next) if next.as_str() < upper => Some(next),
        _ => Some(format!("{low}{}", midpoint(low_fraction, None)?)),
    }
}

/// Integer part and fraction of a key.
fn split(key: &str) -> Option<(&str, &str)> {
    let length = match key.bytes().next()? {
        head @ b'a'..=b'z' => (head - b'a') as usize + 2,
        head @ b'A'..=b'Z' => (b'Z' - head) as usize + 2,
        _ => return None,
    };
    let good =
        key.len() >= length && key.bytes().all(|b| digit(b).is_some()) && !key[length..].ends_with('0');
    good.then(|| key.split_at(length))
}

fn digit(byte: u8) -> Option<usize> {
    DIGITS.iter().position(|d| *d == byte)
}

/// A fraction between two; `upper` open means 1.
fn midpoint(lower: &str, upper: Option<&str>) -> Option<String> {
    if let Some(upper) = upper {
        if lower >= upper {
            return None;
        }
        let at = |i: usize| lower.as_bytes().get(i).copied().unwrap_or(b'0');
        let shared = upper.bytes().enumerate().take_while(|(i, b)| *b == at(*i)).count();
        if shared > 0 {
            let rest = lower.get(shared..).unwrap_or("");
            return Some(format!("{}{}", &upper[..shared], midpoint(rest, Some(&upper[shared..]))?));
        }
    }
    let low = lower.bytes().next().map_or(Some(0), digit)?;
    let high = match upper {
        Some(upper) => digit(upper.bytes().next()?)?,
        None => DIGITS.len(),
    };
    if high - low > 1 {
        // JavaScript's Math.round(0.5 × (low + high)): halves go up.
        return Some((DIGITS[(low + high).div_ceil(2)] as char).into());
    }
    match upper {
        Some(upper) if upper.len() > 1 => Some(upper[..1].into()),
        _ => Some(format!("{}{}", DIGITS[low] as char, midpoint(lower.get(1..).unwrap_or(""), None)?)),
    }
}

fn increment(integer: &str) -> Option<String> {
    let (head, mut digits) = (integer.as_bytes()[0], integer.as_bytes()[1..].to_vec());
    for place in digits.iter_mut().rev() {
        let next = digit(*place)? + 1;
        if next < DIGITS.len() {
            *place = DIGITS[next];
            return join(head, &digits);
        }
        *place = DIGITS[0];
    }
    match head {
        b'Z' => Some("a0".into()),
        b'z' => None,
        _ => {
            if head + 1 > b'a' {
                digits.push(DIGITS[0])
            } else {
                digits.truncate(digits.len() - 1)
            }
            join(head + 1, &digits)
        }
    }
}

fn decrement(integer: &str) -> Option<String> {
    let (head, mut digits) = (integer.as_bytes()[0], integer.as_bytes()[1..].to_vec());
    for place in digits.iter_mut().rev() {
        let value = digit(*place)?;
        if value > 0 {
            *place = DIGITS[value - 1];
            return join(head, &digits);
        }
        *place = DIGITS[61];
    }
    match head {
        b'a' => Some("Zz".into()),
        b'A' => None,
        _ => {
            if head - 1 < b'Z' {
                digits.push(DIGITS[61])
            } else {
                digits.truncate(digits.len() - 1)
            }
            join(head - 1, &digits)
        }
    }
}

fn join(head: u8, digits: &[u8]) -> Option<String> {
    String::from_utf8(std::iter::once(head).chain(digits.iter().copied()).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_those_of_the_javascript_package() {
        for (lower, upper, key) in [
            (None, None, "a0"),
            (None, Some("a0"), "Zz"),
            (None, Some("Zz"), "Zy"),
            (Some("a0"), None, "a1"),
            (Some("a1"), None, "a2"),
            (Some("a0"), Some("a1"), "a0V"),
            (Some("a1"), Some("a2"), "a1V"),
            (Some("a0V"), Some("a1"), "a0l"),
            (Some("Zz"), Some("a0"), "ZzV"),
            (Some("Zz"), Some("a1"), "a0"),
            (None, Some("Y00"), "Xzzz"),
            (Some("bzz"), None, "c000"),
            (Some("a0"), Some("a0V"), "a0G"),
            (Some("a0"), Some("a0G"), "a08"),
            (Some("b125"), Some("b129"), "b127"),
            (Some("a0"), Some("a1V"), "a1"),
            (Some("Zz"), Some("a01"), "a0"),
            (None, Some("a0V"), "a0"),
            (None, Some("b999"), "b99"),
            (Some("zzzzzzzzzzzzzzzzzzzzzzzzzzz"), None, "zzzzzzzzzzzzzzzzzzzzzzzzzzzV"),
        ] {
            assert_eq!(between(lower, upper).as_deref(), Some(key), "{lower:?} {upper:?}");
        }
        assert_eq!(between(Some("a1"), Some("a0")), None);
        assert_eq!(between(Some("a00"), None), None, "a trailing zero is no key");
    }

    proptest! {
        #[test]
        fn there_is_always_room_between_two_neighbours(places in prop::collection::vec(0usize..1000, 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for place in places {
                let at = place % (keys.len() + 1);
                let lower = at.checked_sub(1).map(|i| keys[i].as_str());
                let upper = keys.get(at).map(String::as_str);
                let key = between(lower, upper).unwrap();
                // A second implementation of the same keys, which nobody here wrote.
                let oracle = lexicon_fractional_index::key_between(lower, upper);
                prop_assert_eq!(oracle.as_ref(), Ok(&key), "{:?} {:?}", lower, upper);
                keys.insert(at, key);
                prop_assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
            }
        }

        #[test]
        fn whatever_stands_there_nothing_panics(a in "\\PC{0,6}", b in "\\PC{0,6}") {
            let _ = between(Some(&a), Some(&b));
            let _ = between(None, Some(&b));
            let _ = between(Some(&a), None);
        }
    }
}
