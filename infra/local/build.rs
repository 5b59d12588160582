//! Compiles the program again when the page was built again, and says so when there is none to put into it.
use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=../../web/app/dist/index.html");
    println!("cargo:rerun-if-changed=build.rs");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && !Path::new("../../web/app/dist/index.html").is_file() {
        println!(
            "cargo:warning=the page is not built, so this program will not hold it: run `make web` first, then compile again"
        );
    }
}
