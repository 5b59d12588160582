//! The small moves every part of the machine makes.
use crate::types::{Asker, ClientFrame, Effect, Phase, Timer, Turn};
use sheet::{Author, ClientId, Role, name::Name};

impl Turn<'_> {
    pub fn set_timer(&mut self, timer: Timer, ms: f64) {
        self.effects.push(Effect::SetTimer { timer, ms: ms.round().max(0.0) as i64 });
    }

    pub fn wait(&mut self, timer: Timer, ms: i64) {
        self.effects.push(Effect::SetTimer { timer, ms: ms.max(0) });
    }

    pub fn clear(&mut self, timers: &[Timer]) {
        self.effects.extend(timers.iter().map(|&timer| Effect::ClearTimer { timer }));
    }

    /// Returns whether the socket in use has been welcomed.
    pub fn is_live(&self) -> bool {
        self.state.link.is_some_and(|link| link.phase == Phase::Live)
    }

    /// Sends over the socket in use; false when there is none.
    pub fn send(&mut self, frame: ClientFrame) -> bool {
        match self.state.link {
            Some(link) if link.phase == Phase::Live => {
                self.effects.push(Effect::Send { socket: link.socket, frame });
                true
            }
            _ => false,
        }
    }

    /// Returns the user, for checking ops before the server does.
    pub fn asker(&self) -> Asker {
        let author = self.state.user.as_ref().map_or_else(
            || Author { id: nobody(), name: String::new() },
            |user| Author { id: user.id.clone(), name: user.name.clone() },
        );
        let role = self.state.role.unwrap_or(Role::Editor);
        Asker { author, role, at: self.now + self.state.clock_offset }
    }

    /// Returns the version of the confirmed sheet; 0 before the first.
    pub fn version(&self) -> u64 {
        self.state.confirmed.as_ref().map_or(0, |sheet| sheet.version)
    }
}

/// The author of restored edits until the room has said who this is. In TypeScript the id is empty, which no name is
/// here: so sheets are not compared until then.
fn nobody() -> Name {
    let word = ClientId::of_system("nobody");
    // A client name is always a name too.
    word.as_str().parse().unwrap_or_else(|_| unreachable!("a constant"))
}
