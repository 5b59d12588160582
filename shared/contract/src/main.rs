//! Writes every artifact of the contract into the repository that this crate is in.
use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for artifact in contract::artifacts() {
        let path = root.join(artifact.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::read_to_string(&path).is_ok_and(|text| text == artifact.text) {
            continue;
        }
        fs::write(&path, &artifact.text)?;
        println!("{}", artifact.path);
    }
    Ok(())
}
