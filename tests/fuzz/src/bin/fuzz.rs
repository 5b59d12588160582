//! libFuzzer over one target: `TARGET=yjs fuzz CORPUS -max_total_time=60`. Begun by `make fuzz`.
#![no_main]
use std::{path::Path, sync::OnceLock};

static TARGET: OnceLock<&'static fuzz::Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("TARGET").expect("TARGET names one of the targets");
        let target = fuzz::target(&name).unwrap_or_else(|| panic!("there is no target {name}"));
        // The first folder named is the corpus: it begins with what makes sense.
        if let Some(folder) = std::env::args().skip(1).find(|argument| Path::new(argument).is_dir()) {
            for (number, seed) in (target.seeds)().iter().enumerate() {
                std::fs::write(Path::new(&folder).join(format!("seed-{number}")), seed).expect("a seed is written");
            }
        }
        TARGET.get_or_init(|| target);
    },
    |data: &[u8]| if let Some(target) = TARGET.get() { (target.run)(data) }
);
