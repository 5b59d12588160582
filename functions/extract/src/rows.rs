//! A result in parts that fit a change each.
use sheet::op::{Generated, GeneratedRow};

/// Bytes of rows in one change. A change holds 256 KB; a stored answer is cut the same way by every run.
const MAX_PART_BYTES: usize = 160 * 1024;

/// The same result in parts; at least one.
pub(crate) fn parts(whole: Generated) -> Vec<Generated> {
    let bytes = |row: &GeneratedRow| 64 + row.cells.values().map(|value| 16 + value.len() * 2).sum::<usize>();
    let most = MAX_PART_BYTES;
    sheet::low_limit!(let most = 600);
    let (mut cut, mut part, mut total) = (Vec::new(), Vec::new(), 0);
    for row in whole.rows.iter().cloned() {
        let size = bytes(&row);
        if !part.is_empty() && total + size > most {
            cut.push(std::mem::take(&mut part));
            total = 0;
        }
        total += size;
        part.push(row);
    }
    cut.push(part);
    let parts = u32::try_from(cut.len()).unwrap_or(u32::MAX);
    let number = |(part, rows)| Generated { part, parts, rows, ..whole.clone() };
    (1..).zip(cut).map(number).collect()
}
