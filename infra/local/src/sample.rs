//! The sample week and its people.
use crate::tokens::Person;
use sheet::{Name, NameError, Role};

/// The tenant of the local stack.
pub const TENANT: &str = "acme";
/// Its team.
pub const TEAM: &str = "platform";
/// The team's name.
pub const TEAM_NAME: &str = "Platform";
/// The team's zone: its members write from Berlin.
pub const TIME_ZONE: &str = "Europe/Berlin";
/// The prepared answer to the sample week.
pub const ANSWER: &str = include_str!("../../../events/answers/sample-week.txt");
/// The name under which the sheet shows it.
pub const MODEL: &str = "prepared sample answer";

/// The people who may sign in with one click: an admin, two editors and a viewer, members of the sample week.
pub fn people() -> Result<Vec<Person>, NameError> {
    let person = |(user, name, role): (&str, &str, Role)| {
        Ok(Person {
            tenant: Name::new(TENANT)?,
            teams: vec![Name::new(TEAM)?],
            user: Name::new(user)?,
            name: name.to_owned(),
            role,
        })
    };
    [
        ("jana.hoffmann", "Jana Hoffmann", Role::Admin),
        ("tomas.ferreira", "Tomás Ferreira", Role::Editor),
        ("aylin.demir", "Aylin Demir", Role::Editor),
        ("lena.vogt", "Lena Vogt", Role::Viewer),
    ]
    .into_iter()
    .map(person)
    .collect()
}
