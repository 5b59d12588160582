//! Finds the people whom an assignee cell means.
use super::words::fold;
use crate::source::Person;
use std::collections::HashMap;

/// The people of a team by every name they go by.
pub(crate) struct Directory {
    names: Vec<String>,
    /// Slack ids and whole addresses, lower case → people. They name one person by themselves.
    exact: HashMap<String, Vec<usize>>,
    /// Folded full names → people.
    full: HashMap<String, Vec<usize>>,
    /// One-word names, handles, first and last names, `ana r` → people. Whom such a name means is asked of all of them.
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

/// Whom a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found<'a> {
    One(&'a str),
    Several,
    Nobody,
}

/// Forms of address before a name, folded.
const TITLES: [&str; 22] = [
    "dr", "prof", "mr", "mrs", "ms", "mx", "miss", "sir", "herr", "hr", "frau", "fr", "m", "mme", "mlle",
    "sr", "sra", "srta", "dra", "ing", "dipl", "pan",
];

/// What is said after a name in Japanese, Korean and Chinese.
const HONORIFICS: [&str; 12] =
    ["さん", "様", "さま", "氏", "くん", "君", "ちゃん", "先生", "님", "씨", "先生", "女士"];

/// Words of several languages between two names. `y`, `e` and `i` are distinguished from initials only by the words
/// around them.
const ANDS: [&str; 18] = [
    "と", "和", "与", "及", " y ", " et ", " e ", " i ", " en ", " og ", " och ", " plus ", " mit ",
    " avec ", " con ", " и ", " w/ ", " ve ",
];

/// `@ana.ruiz` → `ana ruiz`, `Dr. Ana Ruiz` → `ana ruiz`, `田中さん` → `田中`.
fn key(name: &str) -> String {
    let name = name.trim().trim_start_matches("<@").trim_end_matches('>').trim_start_matches('@');
    let spaced = fold(&name.replace('.', " "));
    let spaced = spaced.trim_matches(|c: char| !c.is_alphanumeric());
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    while words.len() > 1 && words.first().is_some_and(|w| TITLES.contains(w)) {
        words.remove(0);
    }
    let mut key = words.join(" ");
    for honorific in HONORIFICS {
        if let Some(bare) = key.strip_suffix(honorific)
            && !bare.trim().is_empty()
            && !key.is_ascii()
        {
            key = bare.trim().to_owned();
            break;
        }
    }
    for honorific in [" san", " sama", " kun", " sensei"] {
        if let Some(bare) = key.strip_suffix(honorific) {
            key = bare.to_owned();
            break;
        }
    }
    key
}

/// `Müller` as those write it who have no umlauts: `mueller`.
fn spelled_out(name: &str) -> Option<String> {
    if !name.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü', 'ß', 'ø', 'Ø', 'å', 'Å']) {
        return None;
    }
    let mut out = String::new();
    for c in name.chars() {
        match c {
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            'å' | 'Å' => out.push_str("aa"),
            'ß' => out.push_str("ss"),
            c => out.push(c),
        }
    }
    Some(out)
}

/// Whether a text is an address: `ana@acme.example`.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !text.contains(char::is_whitespace)
            && !domain.contains('@')
    })
}

/// Puts a person under a name, once.
fn list(map: &mut HashMap<String, Vec<usize>>, name: String, person: usize) {
    let people = map.entry(name).or_default();
    if !people.contains(&person) {
        people.push(person);
    }
}

impl Directory {
    pub(crate) fn new(people: &[Person]) -> Self {
        let mut this =
            Self { names: Vec::new(), exact: HashMap::new(), full: HashMap::new(), short: HashMap::new() };
        for person in people.iter().filter(|p| !p.name.trim().is_empty()) {
            let at = this.names.len();
            this.names.push(person.name.clone());
            for name in std::iter::once(&person.name).chain(&person.aliases) {
                this.add(name, at);
                if let Some(other) = spelled_out(name) {
                    this.add(&other, at);
                }
            }
        }
        this
    }

    fn add(&mut self, name: &str, at: usize) {
        if is_address(name) {
            list(&mut self.exact, name.trim().to_lowercase(), at);
        }
        let is_id = name.len() >= 6
            && name.starts_with(['U', 'W'])
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_id {
            list(&mut self.exact, name.to_lowercase(), at);
            return;
        }
        let local = if is_address(name) { name.split('@').next().unwrap_or(name) } else { name };
        let whole = key(local);
        let words: Vec<&str> = whole.split(' ').collect();
        if let [first, .., last] = words.as_slice() {
            let initial = |w: &str| w.chars().next().map(String::from).unwrap_or_default();
            let shorts = [
                (*first).to_owned(),
                (*last).to_owned(),
                format!("{first} {}", initial(last)),
                format!("{} {last}", initial(first)),
            ];
            for short in shorts {
                list(&mut self.short, short, at);
            }
            list(&mut self.full, format!("{last}, {first}"), at);
            if !whole.is_ascii() {
                list(&mut self.full, words.concat(), at);
            }
            list(&mut self.full, whole, at);
        } else if !whole.is_empty() {
            list(&mut self.short, whole, at);
        }
    }

    /// The one person of that name.
    fn find(&self, name: &str) -> Found<'_> {
        let address = name.trim().trim_start_matches('<').trim_end_matches('>').trim_start_matches("mailto:");
        let id = address.trim_start_matches('@').to_lowercase();
        let key = if is_address(address) {
            // An address that nobody has names nobody, unless it spells a full name.
            match address.split('@').next() {
                Some(local) if local.contains(['.', '_', '-']) => key(local),
                _ => String::new(),
            }
        } else {
            key(name)
        };
        let found = self.exact.get(&id).or_else(|| self.full.get(&key)).or_else(|| self.short.get(&key));
        match found.map(Vec::as_slice) {
            Some([one]) => self.names.get(*one).map_or(Found::Nobody, |name| Found::One(name)),
            Some(_) => Found::Several,
            None => Found::Nobody,
        }
    }

    /// Whether anybody is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a text is the name of one person of the team.
    pub(crate) fn is_one(&self, name: &str) -> bool {
        matches!(self.find(name), Found::One(_))
    }

    /// Whether a cell names people of the team and nothing else.
    pub(crate) fn knows(&self, cell: &str) -> bool {
        matches!(self.read(cell), Assignee::Known(_) | Assignee::Nobody) || self.find(cell) == Found::Several
    }

    /// Reads an assignee cell.
    pub(crate) fn read(&self, cell: &str) -> Assignee {
        if is_nobody(cell) {
            return Assignee::Nobody;
        }
        let plain = cell.trim().trim_start_matches('@').trim();
        if self.is_empty() {
            let names: Vec<&str> = plain.split(", ").map(|n| n.trim_start_matches('@')).collect();
            return Assignee::Known(names.join(", "));
        }
        // What is struck out is not said.
        if cell.contains("~~") {
            return Assignee::Text(plain.to_owned(), "a part of it is struck out".to_owned());
        }
        // `Ana?` asks.
        if cell.contains('?') {
            return Assignee::Text(plain.to_owned(), "it is a question".to_owned());
        }
        // `Ana, …` leaves people out.
        if cell.contains("..") || cell.contains('…') {
            return Assignee::Text(plain.to_owned(), "it names more people than it says".to_owned());
        }
        if let Found::One(name) = self.find(cell) {
            return Assignee::Known(name.to_owned());
        }
        let mut named: Vec<String> = Vec::new();
        let mut strangers: Vec<String> = Vec::new();
        let (mut anybody, mut shared) = (false, false);
        let mut add = |part: &str, named: &mut Vec<String>| match self.find(part) {
            Found::One(name) => {
                anybody = true;
                if !named.iter().any(|n| n == name) {
                    named.push(name.to_owned());
                }
            }
            found => {
                shared |= found == Found::Several;
                let part = part.trim().trim_start_matches('@');
                strangers.push(part.to_owned());
                named.push(part.to_owned());
            }
        };
        for part in self.several(cell) {
            match self.bracketed(&part) {
                Some((before, others)) => {
                    add(&before, &mut named);
                    others.iter().for_each(|other| add(other, &mut named));
                }
                None => add(&part, &mut named),
            }
        }
        if strangers.is_empty() && anybody {
            return Assignee::Known(named.join(", "));
        }
        if anybody && named.len() > 1 {
            let why = if shared { "more than one person goes by" } else { "nobody of the team is called" };
            let text =
                if strangers.iter().any(|s| is_uncounted(s)) { plain.to_owned() } else { named.join(", ") };
            return Assignee::Text(text, format!("{why} {}", strangers.join(" or ")));
        }
        let why = if self.find(cell) == Found::Several || shared {
            "more than one person goes by that name"
        } else {
            "nobody of the team goes by that name"
        };
        Assignee::Text(plain.to_owned(), why.to_owned())
    }

    /// `Ana (backend)`: who is before a bracket that only explains, with the people whom the bracket adds. `None` if
    /// there is no bracket, or if nobody can tell what it says about them.
    fn bracketed(&self, part: &str) -> Option<(String, Vec<String>)> {
        let (before, inside) = part.split_once(['(', '[', '（', '<'])?;
        let inside = inside.trim_end().trim_end_matches([')', ']', '）', '>']).trim();
        if before.trim().is_empty() || inside.contains(['(', '[', '?']) {
            return None;
        }
        // `Ana Ruiz <ana@acme.example>`: the same person twice.
        if self.find(inside) == self.find(before) && matches!(self.find(before), Found::One(_)) {
            return Some((before.trim().to_owned(), Vec::new()));
        }
        let folded = format!("{} ", fold(inside));
        let adds =
            ["with ", "and ", "+ ", "& ", "mit ", "und ", "avec ", "et ", "con ", "y ", "plus ", "w/ "];
        if let Some(word) = adds.iter().find(|word| folded.starts_with(**word)) {
            let rest = inside.get(word.trim_end().len()..)?.trim();
            let others = self.several(rest);
            return others
                .iter()
                .all(|o| matches!(self.find(o), Found::One(_)))
                .then(|| (before.trim().to_owned(), others));
        }
        // A role is a few words without a name, a number or a doubt among them.
        let words: Vec<&str> = folded.split_whitespace().collect();
        let doubt = [
            "not",
            "no",
            "tbc",
            "tbd",
            "maybe",
            "or",
            "for",
            "was",
            "former",
            "formerly",
            "until",
            "from",
            "instead",
            "via",
            "cc",
            "proposed",
            "unconfirmed",
            "tentative",
            "cover",
            "covering",
            "handing",
            "to",
            "ex",
            "nicht",
            "statt",
        ];
        let is_role = words.len() <= 3
            && words.iter().all(|w| {
                !doubt.contains(w)
                    && w.chars().all(|c| c.is_alphabetic() || "/&.".contains(c))
                    && self.find(w) == Found::Nobody
            });
        is_role.then(|| (before.trim().to_owned(), Vec::new()))
    }

    /// `Ana, Ben & Cleo` → three. A word such as `y` parts names only if all its parts are names.
    fn several(&self, cell: &str) -> Vec<String> {
        // A bracket belongs to the name before it, whatever is in it.
        let mut parts: Vec<String> = Vec::new();
        let (mut part, mut depth) = (String::new(), 0usize);
        for c in cell.chars() {
            match c {
                '(' | '[' | '（' => depth += 1,
                ')' | ']' | '）' => depth = depth.saturating_sub(1),
                _ => {}
            }
            // Mentions stand side by side.
            let mention = c == '@' && (part.trim().is_empty() || part.ends_with([' ', '>', '<']));
            if depth == 0
                && (matches!(
                    c,
                    ',' | '&' | '/' | ';' | '+' | '\n' | '|' | '、' | '，' | '；' | '・' | '•' | '·'
                ) || mention)
            {
                let opens = part.ends_with('<');
                parts.push(std::mem::take(&mut part).trim_end_matches('<').to_owned());
                if mention && opens {
                    part.push('<');
                }
                if mention {
                    part.push('@');
                }
            } else {
                part.push(c);
            }
        }
        parts.push(part);
        let parted = parts.iter().flat_map(|part| self.by_words(part));
        parted
            .map(|p| p.trim().trim_start_matches(['-', '*']).trim().to_owned())
            .filter(|p| !p.trim_matches(|c: char| !c.is_alphanumeric()).is_empty())
            .collect()
    }

    /// `Ana and Ben` → two, `Ana y Ben` → two if both are names.
    fn by_words(&self, part: &str) -> Vec<String> {
        // A full name may hold such a word.
        if matches!(self.find(part), Found::One(_)) {
            return vec![part.to_owned()];
        }
        let split = |text: &str, and: &str| -> Vec<String> {
            let mut pieces = Vec::new();
            let lower = text.to_ascii_lowercase();
            let mut from = 0;
            for (at, _) in lower.match_indices(and) {
                pieces.push(text.get(from..at).unwrap_or_default().to_owned());
                from = at + and.len();
            }
            pieces.push(text.get(from..).unwrap_or_default().to_owned());
            pieces
        };
        let mut pieces = vec![format!(" {} ", part.trim())];
        for and in [" and ", " und ", " with "] {
            pieces = pieces
                .iter()
                .flat_map(|piece| split(piece, and))
                .map(|p| format!(" {} ", p.trim()))
                .collect();
        }
        let named = |text: &String| self.find(text) != Found::Nobody || self.bracketed(text).is_some();
        for and in ANDS {
            pieces = pieces
                .into_iter()
                .flat_map(|piece| {
                    let halves = split(&piece, and);
                    // Of a longer list the rest is parted by the words that follow.
                    let known = halves.iter().all(|half| {
                        named(half) || ANDS.iter().any(|other| *other != and && half.contains(other))
                    });
                    if halves.len() > 1 && known { halves } else { vec![piece] }
                })
                .map(|p| format!(" {} ", p.trim()))
                .collect();
        }
        pieces
    }
}

/// Whether a part of a cell stands for people without naming them: `Ana +2`, `Ana and others`.
fn is_uncounted(part: &str) -> bool {
    const OTHERS: [&str; 16] = [
        "others",
        "other",
        "more",
        "co",
        "team",
        "the team",
        "the rest",
        "andere",
        "weitere",
        "autres",
        "otros",
        "otras",
        "outros",
        "altri",
        "другие",
        "其他",
    ];
    let part = fold(part);
    OTHERS.contains(&part.as_str()) || part.chars().all(|c| c.is_ascii_digit())
}

/// Whether a cell says that nobody has been found yet.
fn is_nobody(cell: &str) -> bool {
    let folded = fold(cell);
    let nobody = [
        "",
        "unassigned",
        "not assigned",
        "not assigned yet",
        "not yet assigned",
        "no assignee",
        "no owner",
        "tbd",
        "tba",
        "tbc",
        "unknown",
        "nobody",
        "nobody yet",
        "no one",
        "none",
        "n/a",
        "?",
        "to be assigned",
        "to be determined",
        "unclear",
        "nicht zugewiesen",
        "noch niemand",
        "niemand",
        "offen",
        "non assigne",
        "personne",
        "sin asignar",
        "nadie",
        "nao atribuido",
        "ninguem",
        "nie przypisano",
        "не назначен",
        "не назначено",
        "未定",
        "未割り当て",
        "未分配",
        "未指派",
    ];
    nobody.contains(&folded.trim_matches(['(', ')', '.', '*', '_']).trim())
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
