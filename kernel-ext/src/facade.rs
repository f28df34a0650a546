//! What cells and rust-analyzer see of the prebuilt crate: see [`crate::prebuilt`].

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::source::Source;
use crate::toolchain::Toolchain;
use std::fs;
use std::path::Path;

/// The name under which the facade reaches the library.
pub const EXTERN_NAME: &str = "eosin_prebuilt";
/// Crates whose sources rust-analyzer is shown beside eosin's.
const SHOWN: [&str; 2] = ["candle-core", "candle-nn"];

/// Writes the package `eosin` that cells depend on.
pub fn write_facade(folder: &Path) -> Result<()> {
    let manifest = "[package]\nname = \"eosin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [dependencies]\neosin-api = { path = \"../api/eosin\" }\n\n\
                    [lints.rust]\nunexpected_cfgs = \"allow\"\n\n[workspace]\n";
    let code = format!(
        "#[cfg(not(rust_analyzer))]\npub use {EXTERN_NAME}::*;\n#[cfg(rust_analyzer)]\npub use eosin_api::*;\n"
    );
    write_atomically(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    write_atomically(&folder.join("src/lib.rs"), code.as_bytes())
}

/// Writes the sources that rust-analyzer reads; rustc finds them empty.
pub fn write_api(
    folder: &Path,
    source: &Source,
    toolchain: &Toolchain,
    offline: bool,
) -> Result<()> {
    let metadata = source.metadata(&toolchain.host, &[], offline)?;
    for name in SHOWN.into_iter().chain(["eosin"]) {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name.as_str() == name)
            .ok_or_else(|| Error::step("cargo metadata", format!("it does not know {name}")))?;
        let from = package
            .manifest_path
            .parent()
            .map(|path| path.join("src"))
            .unwrap_or_default();
        let to = folder.join(name);
        copy_sources(from.as_std_path(), &to.join("src"))?;
        let library = to.join("src/lib.rs");
        let code = fs::read_to_string(&library).at(&library)?;
        write_atomically(
            &library,
            format!("#![cfg(rust_analyzer)]\n{code}").as_bytes(),
        )?;
        let mut features: Vec<_> = package.features.keys().collect();
        features.sort();
        let features: String = features
            .into_iter()
            .map(|feature| format!("{feature:?} = []\n"))
            .collect();
        let dependencies = match name {
            "candle-core" => "",
            // candle-nn calls candle-core `candle`.
            "candle-nn" => "candle = { path = \"../candle-core\", package = \"candle-core\" }\n",
            _ => {
                "candle-core = { path = \"../candle-core\" }\ncandle-nn = { path = \"../candle-nn\" }\n"
            }
        };
        let shown_name = if name == "eosin" { "eosin-api" } else { name };
        let manifest = format!(
            "[package]\nname = \"{shown_name}\"\nversion = \"{}\"\nedition = \"{}\"\nautobins = false\n\n\
             [features]\n{features}\n[dependencies]\n{dependencies}\n[lints.rust]\nunexpected_cfgs = \"allow\"\n\n\
             [workspace]\n",
            package.version, package.edition
        );
        write_atomically(&to.join("Cargo.toml"), manifest.as_bytes())?;
    }
    Ok(())
}

fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).at(to)?;
    for entry in fs::read_dir(from).at(from)? {
        let entry = entry.at(from)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_sources(&entry.path(), &target)?;
        } else {
            place(&entry.path(), &target)?;
        }
    }
    Ok(())
}

/// A copy: cargo writes into its own files, and a hard link would change with them.
pub fn place(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).at(from).map(|_| ())
}
