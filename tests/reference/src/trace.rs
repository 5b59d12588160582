//! The world of a seed, from which its pages are recorded.
use crate::world::{Action, Weather, World};
use fastrand::Rng;

/// The pages of one world: a seed's people, weather and actions.
pub fn world_of(seed: u64) -> World {
    let mut rng = Rng::with_seed(seed);
    let mut world = World::new(rng.u64(..), rng.usize(1..6));
    world.run(1_000);
    world.weather = Weather::storm(&mut rng);
    let actions = rng.usize(5..80);
    for number in 0..actions {
        let action = Action::any(&mut rng);
        world.act(action, &format!("m{number}"));
    }
    world.settle();
    world
}
