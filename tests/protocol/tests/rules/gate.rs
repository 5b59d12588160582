//! Every rule of the specification has a test that names it, and every test that names a rule names one of it.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Where tests that may name a rule stand, and how their files end.
const FOLDERS: [(&str, &str); 6] = [
    ("tests/protocol/tests", ".rs"),
    ("shared", ".rs"),
    ("functions", ".rs"),
    ("infra/local/src", ".rs"),
    ("infra/local/gateway/tests", ".rs"),
    ("web/client/test", ".test.ts"),
];
/// Letters of the specification's rules. The gateway's own tests have rules of their own, G1 and on.
const LETTERS: &str = "CDEFHXKRMNPTW";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `X7`, if the word is the name of a rule in either case.
fn rule(word: &str) -> Option<String> {
    let upper = word.to_ascii_uppercase();
    let number = upper.strip_prefix(|letter: char| LETTERS.contains(letter))?;
    (!number.is_empty() && number.len() < 3 && number.bytes().all(|digit| digit.is_ascii_digit()))
        .then_some(upper)
}

/// The rules of the specification: `- **X7** …`.
fn rules() -> BTreeSet<String> {
    let spec = fs::read_to_string(root().join("shared/protocol/SPEC.md")).unwrap();
    let ids = spec.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("**"));
    ids.map(|(id, _)| rule(id).unwrap_or_else(|| panic!("{id} is no name of a rule"))).collect()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Returns whether this line is the head of a test that runs.
fn begins_a_test(line: &str) -> bool {
    line.starts_with("#[test]")
        || line.starts_with("#[tokio::test")
        || line.starts_with("it(\"")
        || line == "it("
}

/// The rules that the tests of a source name: by a comment right above the test, or by how its name begins.
fn named(source: &str) -> Vec<(String, bool)> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        if let Some(words) = line.strip_prefix("// rule: ") {
            let next = lines[n..].iter().find(|line| !line.starts_with("//"));
            let stands = next.is_some_and(|line| begins_a_test(line));
            found.extend(
                words.split([',', ' ']).filter(|word| !word.is_empty()).map(|word| (word.to_owned(), stands)),
            );
        }
        if begins_a_test(line) && line.starts_with("#[") {
            let name = lines[n..]
                .iter()
                .find_map(|line| line.split_once("fn "))
                .map(|(_, name)| name)
                .unwrap_or_default();
            found.extend(name.split('_').next().and_then(rule).map(|rule| (rule, true)));
        }
    }
    found
}

#[test]
fn every_rule_of_the_spec_has_a_test_that_names_it() {
    let rules = rules();
    assert!(rules.len() > 70, "the rules were not found: {rules:?}");
    let mut tested: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (folder, ending) in FOLDERS {
        let mut sources = Vec::new();
        files(&root().join(folder), ending, &mut sources);
        assert!(!sources.is_empty(), "{folder}");
        for source in sources {
            let shown = source.strip_prefix(root()).unwrap().display().to_string();
            for (word, stands) in named(&fs::read_to_string(&source).unwrap()) {
                match rule(&word).filter(|rule| rules.contains(rule)) {
                    Some(rule) if stands => tested.entry(rule).or_default().push(shown.clone()),
                    Some(rule) => wrong.push(format!("{shown}: {rule} stands above no test")),
                    None => wrong.push(format!("{shown}: there is no rule {word}")),
                }
            }
        }
    }
    let untested: Vec<&String> = rules.iter().filter(|rule| !tested.contains_key(*rule)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(untested.is_empty(), "rules without a test that names them: {untested:?}");
}

#[test]
fn every_rule_of_the_spec_says_must_should_or_may() {
    let spec = fs::read_to_string(root().join("shared/protocol/SPEC.md")).unwrap();
    let vague: Vec<&str> = spec
        .lines()
        .filter(|line| line.starts_with("- **"))
        .filter(|line| !["MUST", "SHOULD", "MAY"].iter().any(|word| line.contains(word)))
        .collect();
    assert!(vague.is_empty(), "rules that bind nobody: {vague:#?}");
}

#[test]
fn the_gate_reads_names_and_comments_and_nothing_else() {
    let source = "
        § X1, X2
        #[tokio::test]
        async fn x7_a_name() {}
        § R4
        it(\"pings\", () => {});
        § K1
        fn helper() {}
        #[test]
        fn x_is_no_rule() {}
        fn x9_is_no_test() {}";
    // This file is read by the gate too.
    let source = &source.replace('§', "// rule:");
    let found = named(source);
    let found: Vec<(&str, bool)> = found.iter().map(|(rule, stands)| (rule.as_str(), *stands)).collect();
    assert_eq!(found, [("X1", true), ("X2", true), ("X7", true), ("R4", true), ("K1", false)]);
    assert_eq!((rule("m3"), rule("G7"), rule("x123"), rule("a1")), (Some("M3".into()), None, None, None));
}
