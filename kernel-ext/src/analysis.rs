//! What rust-analyzer sees instead of the prebuilt library: the sources of what is in it.

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::signatures::signatures;
use crate::source::Source;
use crate::toolchain::Toolchain;
use cargo_metadata::DependencyKind;
use std::fs;
use std::path::Path;

/// Crates whose sources are shown beside eosin's: those that it re-exports.
const SHOWN: [&str; 1] = ["candle-core"];
/// Folders of the standard library that hold nothing that lessons need or that rust-analyzer understands. `stdarch` alone,
/// the processors' instructions one by one, is half of the library.
const LEFT_OUT: [&str; 10] = [
    "stdarch",
    "portable-simd",
    "compiler-builtins",
    "backtrace",
    "coretests",
    "alloctests",
    "vendor",
    "tests",
    "benches",
    "test",
];

/// Writes the sources of eosin and candle as packages that depend on each other alone; rustc never sees them. rust-analyzer
/// does without what they use from other crates, such as a derive macro: it cannot resolve that.
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
        copy_sources(from.as_std_path(), &to.join("src"), &[])?;
        let mut features: Vec<_> = package.features.keys().collect();
        features.sort();
        let features: String = features
            .into_iter()
            .map(|feature| format!("{feature:?} = []\n"))
            .collect();
        let dependencies: String = (package.dependencies.iter())
            .filter(|one| one.kind == DependencyKind::Normal && SHOWN.contains(&one.name.as_str()))
            .map(|one| {
                let called = one.rename.as_ref().unwrap_or(&one.name);
                format!(
                    "{called} = {{ path = \"../{0}\", package = \"{0}\" }}\n",
                    one.name
                )
            })
            .collect();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{}\"\nedition = \"{}\"\nautobins = false\n\n\
             [features]\n{features}\n[dependencies]\n{dependencies}\n[lints.rust]\nunexpected_cfgs = \"allow\"\n\n\
             [workspace]\n",
            package.version, package.edition
        );
        write_atomically(&to.join("Cargo.toml"), manifest.as_bytes())?;
    }
    Ok(())
}

/// Copies the signatures of the standard library, except for what is left out.
pub fn write_standard_library(folder: &Path, toolchain: &Toolchain) -> Result<()> {
    copy_sources(&toolchain.sources(), folder, &LEFT_OUT)?;
    // Expanded for each of the twelve integer types; half of them is documentation.
    for name in ["int_macros.rs", "uint_macros.rs"] {
        let file = folder.join("core/src/num").join(name);
        if let Ok(code) = fs::read_to_string(&file) {
            write_atomically(&file, without_documentation(&code).as_bytes())?;
        }
    }
    Ok(())
}

fn without_documentation(code: &str) -> String {
    let is_documentation =
        |line: &str| line.starts_with("///") || line.starts_with("#[doc = ") && line.ends_with(']');
    code.lines()
        .filter(|line| !is_documentation(line.trim()))
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn copy_sources(from: &Path, to: &Path, left_out: &[&str]) -> Result<()> {
    fs::create_dir_all(to).at(to)?;
    for entry in fs::read_dir(from).at(from)? {
        let entry = entry.at(from)?;
        let target = to.join(entry.file_name());
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs")
        {
            let code = fs::read_to_string(entry.path()).at(&entry.path())?;
            fs::write(&target, signatures(&code)).at(&target)?;
        } else if !entry.path().is_dir() {
            place(&entry.path(), &target)?;
        } else if left_out.iter().all(|name| entry.file_name() != *name) {
            copy_sources(&entry.path(), &target, left_out)?;
        }
    }
    Ok(())
}

/// Copies a file: cargo writes into its own files, and a hard link would change with them.
pub fn place(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).at(from).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::Toolchain;
    use std::path::PathBuf;

    #[test]
    fn all_crates_that_eosin_re_exports_are_shown() {
        let code = include_str!("../../src/lib.rs");
        let whole_crates = code.lines().filter_map(|line| {
            let name = line.strip_prefix("pub use ")?.strip_suffix(';')?;
            (!name.contains("::")).then(|| name.replace('_', "-"))
        });
        let mut whole_crates: Vec<_> = whole_crates.collect();
        whole_crates.sort();
        assert_eq!(whole_crates, SHOWN);
    }

    #[test]
    fn packages_depend_on_each_other_alone() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source {
            folder: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
        };
        write_api(folder.path(), &source, &Toolchain::find().unwrap(), true).unwrap();
        let dependencies = |name: &str| {
            let manifest = fs::read_to_string(folder.path().join(name).join("Cargo.toml")).unwrap();
            let (_, rest) = manifest.split_once("[dependencies]\n").unwrap();
            rest.split("[lints").next().unwrap().trim().to_owned()
        };
        assert_eq!(dependencies("candle-core"), "");
        assert_eq!(
            dependencies("eosin"),
            "candle-core = { path = \"../candle-core\", package = \"candle-core\" }"
        );
    }
}
