//! Whatever the network does, in the end everybody has the log's sheet, and what was acknowledged is in the log.
use cyclesheet_client::{Outcome, Status, types::Done};
use reference::{trace::world_of, world::notes::read};
use sheet::canonical;

/// Rooms; more by `SEEDS=5000 cargo test -p cyclesheet-tests-reference`.
fn seeds() -> std::ops::Range<u64> {
    let count = std::env::var("SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(200);
    1..1 + count
}

#[test]
fn in_any_weather_everybody_arrives_at_the_logs_sheet() {
    let mut texts = 0;
    for seed in seeds() {
        let world = world_of(seed);
        assert!(world.server.is_sound(), "seed {seed}: a change stands twice, or a version is missing");
        let tip = canonical::to_string(&world.server.state.sheet).unwrap();
        for member in &world.members {
            let (who, machine) = (&member.user.id, &member.machine);
            if world.server.state.ledger.denials.contains(who) {
                assert_ne!(machine.status(), Status::Live, "seed {seed}: {who} was removed");
                continue;
            }
            if machine.status() == Status::Removed {
                // They were back before they noticed; a sign-in is theirs to make.
                continue;
            }
            assert_eq!(machine.status(), Status::Live, "seed {seed}: {who}");
            assert!(
                machine.is_at_rest(),
                "seed {seed}: {who} has something on its way: {:?}",
                machine.state()
            );
            for sheet in [machine.confirmed(), machine.sheet()] {
                assert_eq!(
                    canonical::to_string(&sheet).unwrap(),
                    tip,
                    "seed {seed}: {who} has another sheet"
                );
            }
            assert_eq!(member.record, None, "seed {seed}: {who} keeps something");
            assert_eq!(member.notes.lacking(), None, "seed {seed}: {who} has not got a document");
            for (doc, held) in member.notes.held() {
                // The note of a row that is gone may be held for as long as its row may come back.
                let Ok(is) = world.server.state.doc_since(doc, None) else { continue };
                assert_eq!(read(&[&held]), read(&[&is.0]), "seed {seed}: {who} reads another {doc}");
                texts += usize::from(!read(&[&held]).0.is_empty());
            }
            for (call, outcome) in &member.outcomes {
                if let Outcome::Done(Done { version, .. }) = outcome {
                    let known = *version as usize <= world.server.log.len();
                    assert!(
                        known || world.server.epoch != "e1",
                        "seed {seed}: {who}'s call {call} is not in the log"
                    );
                }
            }
        }
    }
    assert!(texts > 20, "documents are written in: {texts}");
}

#[test]
fn a_seed_is_a_world_byte_for_byte() {
    let lives = |seed| serde_json::to_string(&world_of(seed).into_pages()).unwrap();
    for seed in [1, 2, 3] {
        assert_eq!(lives(seed), lives(seed), "seed {seed}");
    }
    assert_ne!(lives(1), lives(2));
}
