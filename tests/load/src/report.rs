//! Medians over the runs, and tables of them. Ratios come from the floor of the same round, not from medians of both.
use crate::{closed, open, servers::Kind};

/// The middle of some figures; of an even number the lower middle. Not a number, if there are none.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// Lowest to highest, as text.
fn spread(figures: impl IntoIterator<Item = f64>) -> String {
    let figures: Vec<f64> = figures.into_iter().collect();
    let low = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let high = figures.iter().copied().fold(0.0, f64::max);
    format!("{low:.2}–{high:.2}")
}

/// Prints the table of an open load. The first kind is the floor.
pub(crate) fn open_load(title: &str, rounds: &[(Kind, Vec<open::Run>)]) {
    println!("\n{title}\n");
    println!(
        "| server | an answer proves | p95 × floor | p50 ms | p95 ms (runs) | p99 ms | server CPU % | × floor | bytes a delivery | deliveries/s | lost | refused |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let Some((_, floor)) = rounds.first() else { return };
    for (kind, runs) in rounds {
        let ratio = |figure: fn(&open::Run) -> f64| {
            median(runs.iter().zip(floor).map(|(run, floor)| figure(run) / figure(floor)))
        };
        let middle = |figure: fn(&open::Run) -> f64| median(runs.iter().map(figure));
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} ({}) | {:.2} | {:.1} | {:.2} | {:.0} | {:.0} | {} | {} |",
            kind.name(),
            kind.proves(),
            ratio(|run| run.p95),
            middle(|run| run.p50),
            middle(|run| run.p95),
            spread(runs.iter().map(|run| run.p95)),
            middle(|run| run.p99),
            middle(|run| run.cpu),
            ratio(|run| run.cpu),
            middle(|run| run.bytes),
            middle(|run| run.deliveries),
            runs.iter().map(|run| run.lost).sum::<u64>(),
            runs.iter().map(|run| run.refused).sum::<u64>(),
        );
    }
}

/// Prints the table of the closed load. The first kind is the floor.
pub(crate) fn closed_load(title: &str, rounds: &[(Kind, Vec<closed::Run>)]) {
    println!("\n{title}\n");
    println!("| server | an answer proves | × floor | edits/s | runs | server CPU % | refused |");
    println!("|---|---|---|---|---|---|---|");
    let Some((_, floor)) = rounds.first() else { return };
    for (kind, runs) in rounds {
        println!(
            "| {} | {} | {:.2} | {:.0} | {} | {:.0} | {} |",
            kind.name(),
            kind.proves(),
            median(runs.iter().zip(floor).map(|(run, floor)| run.edits / floor.edits)),
            median(runs.iter().map(|run| run.edits)),
            spread(runs.iter().map(|run| run.edits)),
            median(runs.iter().map(|run| run.cpu)),
            runs.iter().map(|run| run.refused).sum::<u64>(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_and_of_none_is_no_number() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.0);
        assert!(median([]).is_nan());
    }
}
