//! The README's table of variables is the code's.
use platform::config::VARIABLES;

#[test]
fn every_variable_stands_in_the_readme_as_the_code_has_it() {
    let readme = include_str!("../../../README.md");
    let rows: Vec<&str> =
        readme.lines().filter(|line| line.starts_with("| `") && line.contains("` | ")).collect();
    for (name, default, meaning) in VARIABLES {
        let row = format!("| `{name}` | {default} | {meaning} |").replace("|  |", "| |");
        assert!(rows.contains(&row.as_str()), "the README lacks the row: {row}");
    }
    let listed = rows.iter().filter(|row| row.chars().nth(3).is_some_and(|c| c.is_ascii_uppercase())).count();
    assert_eq!(listed, VARIABLES.len(), "the README names a variable that the code does not");
}
