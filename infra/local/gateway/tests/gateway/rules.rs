//! The README's rules and the tests that name them, compared.

use std::{collections::BTreeSet, fs, path::Path};

fn numbers_after(prefix: &str, text: &str) -> BTreeSet<u32> {
    let after = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    text.split(prefix).skip(1).filter_map(after).collect()
}

#[test]
fn every_rule_of_the_readme_has_a_test_and_every_test_names_a_rule_of_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = numbers_after("\n| G", &fs::read_to_string(root.join("README.md")).unwrap());
    let mut tested = BTreeSet::new();
    for entry in fs::read_dir(root.join("tests/gateway")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for attribute in
            ["#[tokio::test]\nasync fn g", "#[tokio::test(start_paused = true)]\nasync fn g", "#[test]\nfn g"]
        {
            tested.extend(numbers_after(attribute, &source));
        }
    }
    assert!(rules.len() > 20, "the README's table was not found: {rules:?}");
    assert_eq!(rules.difference(&tested).collect::<Vec<_>>(), Vec::<&u32>::new(), "rules without a test");
    assert_eq!(tested.difference(&rules).collect::<Vec<_>>(), Vec::<&u32>::new(), "tests of no rule");
    assert_eq!(rules, (1..=rules.len() as u32).collect(), "a number is missing");
}

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(root.join("examples/echo.rs")).unwrap();
    let (_, code) = example.split_once("\n\n").unwrap();
    assert!(fs::read_to_string(root.join("README.md")).unwrap().contains(&format!("```rust\n{code}```")));
}
