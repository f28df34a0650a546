//! A copy of the Rust toolchain that everybody can read: rustup installs one for its user alone.

use crate::error::{At, Error, Result};
use crate::toolchain::{self, Toolchain};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes `folder` a copy of a toolchain, without its documentation, unless it is one already.
pub fn ensure(from: &Toolchain, folder: &Path) -> Result<Toolchain> {
    if toolchain::stamp(folder) != from.stamp {
        println!(
            "Copying {} to {} ...",
            from.sysroot.display(),
            folder.display()
        );
        copy(from, folder)?;
    }
    Toolchain::of(&folder.join("bin/rustc"))
}

fn copy(from: &Toolchain, folder: &Path) -> Result<()> {
    let files = files(from)?;
    let parent = folder.parent().unwrap_or(Path::new("/"));
    let partial = tempfile::Builder::new()
        .prefix("partial-")
        .tempdir_in(parent)
        .at(parent)?;
    for file in files {
        copy_with_time(&from.sysroot.join(&file), &partial.path().join(&file))?;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).at(folder)?;
    }
    fs::rename(partial.keep(), folder).at(folder)
}

/// The files of those components that cells are compiled with, as Rust's installer has listed them.
fn files(toolchain: &Toolchain) -> Result<Vec<PathBuf>> {
    let host = &toolchain.host;
    let components = [
        format!("rustc-{host}"),
        format!("cargo-{host}"),
        format!("rust-std-{host}"),
        "rust-src".to_owned(),
    ];
    let mut files = Vec::new();
    for component in components {
        let manifest = format!("lib/rustlib/manifest-{component}");
        let Ok(text) = fs::read_to_string(toolchain.sysroot.join(manifest)) else {
            return Err(Error::missing(
                format!(
                    "a Rust toolchain that can be copied (there is no list of the files of {component} in {})",
                    toolchain.sysroot.display()
                ),
                "install Rust from https://rustup.rs and run this command with it",
            ));
        };
        files.extend(
            text.lines()
                .filter_map(|line| line.strip_prefix("file:"))
                .filter(|file| !file.starts_with("share/"))
                .map(PathBuf::from),
        );
    }
    Ok(files)
}

/// The compiler's time is part of what a prebuilt crate is known by.
fn copy_with_time(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).at(parent)?;
    fs::copy(from, to).at(from)?;
    let time = fs::metadata(from).and_then(|metadata| metadata.modified());
    let copy = fs::File::open(to).at(to)?;
    copy.set_modified(time.at(from)?).at(to)
}
