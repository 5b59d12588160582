//! Who an assignee cell means.
use super::words::fold;
use crate::source::Person;
use std::collections::HashMap;

/// The people of a team by every name they go by.
pub(crate) struct Directory {
    names: Vec<String>,
    /// Folded names, handles and addresses → people.
    full: HashMap<String, Vec<usize>>,
    /// First names, last names, `ana r` → people.
    short: HashMap<String, Vec<usize>>,
}

/// What an assignee cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignee {
    /// Nobody in particular.
    Nobody,
    /// These people of the team, joined by commas.
    Known(String),
    /// The text, and what is not known about it.
    Text(String, String),
}

/// `@ana.ruiz` → `ana ruiz`.
fn key(name: &str) -> String {
    let bare = name.trim().trim_start_matches("<@").trim_end_matches('>').trim_start_matches('@');
    // Of an address the part that names the person.
    let local = bare.split_once('@').map_or(bare, |(local, _)| local);
    let spaced = local.replace('.', " ");
    fold(&spaced).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Directory {
    pub(crate) fn new(people: &[Person]) -> Self {
        let mut this = Self { names: Vec::new(), full: HashMap::new(), short: HashMap::new() };
        for person in people.iter().filter(|p| !p.name.trim().is_empty()) {
            let at = this.names.len();
            this.names.push(person.name.clone());
            let mut shorts = std::collections::BTreeSet::new();
            for name in std::iter::once(&person.name).chain(&person.aliases) {
                let words_of = key(name);
                let words: Vec<&str> = words_of.split(' ').collect();
                if let [first, .., last] = words.as_slice() {
                    let initial = |w: &str| w.chars().next().map(String::from).unwrap_or_default();
                    shorts.insert((*first).to_owned());
                    shorts.insert((*last).to_owned());
                    shorts.insert(format!("{first} {}", initial(last)));
                    shorts.insert(format!("{} {last}", initial(first)));
                    shorts.insert(format!("{last}, {first}"));
                }
                let entry = this.full.entry(words_of).or_default();
                if entry.last() != Some(&at) {
                    entry.push(at);
                }
            }
            for short in shorts {
                this.short.entry(short).or_default().push(at);
            }
        }
        this
    }

    /// The one person of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let key = key(name);
        let key = key.trim_end_matches([' ', '.', ':']);
        let found = self.full.get(key).or_else(|| self.short.get(key))?;
        match found.as_slice() {
            [one] => self.names.get(*one).map(String::as_str),
            _ => None,
        }
    }

    /// Whether anybody is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Reads an assignee cell.
    pub(crate) fn read(&self, cell: &str) -> Assignee {
        let folded = fold(cell);
        let nobody = [
            "",
            "unassigned",
            "not assigned",
            "tbd",
            "tba",
            "unknown",
            "nobody",
            "no one",
            "none",
            "n/a",
            "?",
            "to be assigned",
            "to be determined",
            "unclear",
            "nicht zugewiesen",
            "niemand",
            "offen",
            "non assigne",
            "sin asignar",
            "nao atribuido",
            "未定",
            "未割り当て",
            "未分配",
        ];
        if nobody.contains(&folded.trim_matches(['(', ')', '.', '*', '_']).trim()) {
            return Assignee::Nobody;
        }
        let plain = cell.trim().trim_start_matches('@').trim();
        if self.is_empty() {
            let names: Vec<&str> = plain.split(", ").map(|n| n.trim_start_matches('@')).collect();
            return Assignee::Known(names.join(", "));
        }
        if let Some(name) = self.find(cell) {
            return Assignee::Known(name.to_owned());
        }
        // `Ana Ruiz (backend)`: the bracket explains who she is.
        if let Some((before, _)) = cell.split_once('(')
            && let Some(name) = self.find(before)
        {
            return Assignee::Known(name.to_owned());
        }
        let parts = several(cell);
        let found: Vec<Option<&str>> = parts.iter().map(|p| self.find(p)).collect();
        if parts.len() > 1 && found.iter().any(Option::is_some) {
            let mut names: Vec<&str> = Vec::new();
            for (part, name) in parts.iter().zip(&found) {
                let name = name.unwrap_or_else(|| part.trim_start_matches('@'));
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let joined = names.join(", ");
            let strangers: Vec<&str> =
                parts.iter().zip(&found).filter(|(_, f)| f.is_none()).map(|(p, _)| *p).collect();
            return if strangers.is_empty() {
                Assignee::Known(joined)
            } else {
                Assignee::Text(joined, format!("nobody of the team is called {}", strangers.join(" or ")))
            };
        }
        let several_match = self.full.get(&key(cell)).or_else(|| self.short.get(&key(cell))).is_some();
        let why = if several_match {
            "more than one person goes by that name"
        } else {
            "nobody of the team goes by that name"
        };
        Assignee::Text(plain.to_owned(), why.to_owned())
    }
}

/// `Ana, Ben & Cleo` → three.
fn several(cell: &str) -> Vec<&str> {
    cell.split([',', '&', '/', ';', '+', '\n'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" und "))
        .flat_map(|part| part.split(" with "))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut people: Vec<Person> =
            ["Ana Ruiz", "Ben Okafor", "José Díaz", "Ben Li"].into_iter().map(Person::from).collect();
        people.push(Person {
            name: "cleo".into(),
            aliases: vec!["Cleo Marsh".into(), "cmarsh".into(), "U7".into(), "c.marsh@x.io".into()],
        });
        Directory::new(&people)
    }

    #[test]
    fn a_person_is_found_by_every_name_that_means_only_them() {
        for (cell, name) in [
            ("Ana Ruiz", "Ana Ruiz"),
            ("ana ruiz", "Ana Ruiz"),
            ("@Ana", "Ana Ruiz"),
            ("Ana R.", "Ana Ruiz"),
            ("ana.ruiz", "Ana Ruiz"),
            ("Ruiz", "Ana Ruiz"),
            ("A. Ruiz", "Ana Ruiz"),
            ("Ruiz, Ana", "Ana Ruiz"),
            ("jose", "José Díaz"),
            ("Jose Diaz", "José Díaz"),
            ("@cmarsh", "cleo"),
            ("<@U7>", "cleo"),
            ("Cleo Marsh", "cleo"),
            ("c.marsh@x.io", "cleo"),
            ("Ana Ruiz (backend)", "Ana Ruiz"),
            ("Ana & Ben Li", "Ana Ruiz, Ben Li"),
            ("@ana, @cleo", "Ana Ruiz, cleo"),
            ("Ana and José", "Ana Ruiz, José Díaz"),
        ] {
            assert_eq!(directory().read(cell), Assignee::Known(name.into()), "{cell}");
        }
        assert_eq!(directory().read("Unassigned"), Assignee::Nobody);
        assert!(
            matches!(directory().read("Ben"), Assignee::Text(text, why) if text == "Ben" && why.contains("more than one"))
        );
        assert!(matches!(directory().read("the vendor"), Assignee::Text(text, _) if text == "the vendor"));
        assert!(
            matches!(directory().read("Ana, Zoe"), Assignee::Text(text, why) if text == "Ana Ruiz, Zoe" && why.contains("Zoe"))
        );
    }
}
