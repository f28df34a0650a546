//! What a folder or zip file holds, without the files that systems add by themselves, and in a few words for errors.

use crate::{Error, Result};
use std::path::Path;

/// How many names an error lists.
const FEW: usize = 5;

/// Whether a file is not the data set's: hidden files, and what macOS and Windows leave in folders and zip files.
pub(super) fn is_clutter(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| {
        part.starts_with('.') && part != "."
            || ["__macosx", "thumbs.db", "desktop.ini"].contains(&part.to_lowercase().as_str())
    })
}

/// The names in a folder, sorted, without clutter.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>> {
    let failed = |source| Error::Io {
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.retain(|name| !is_clutter(name));
    names.sort();
    Ok(names)
}

/// The first names, and how many more there are.
pub(super) fn in_words(names: &[String]) -> String {
    let first = names[..names.len().min(FEW)].join(", ");
    match names.len() {
        0 => "nothing".to_owned(),
        count if count > FEW => format!("{first} and {} more", count - FEW),
        _ => first,
    }
}

/// What is at a path where a data set's folder should be, for the end of an error.
pub(super) fn contents(path: &Path) -> String {
    match names_in(path) {
        Ok(names) if names.is_empty() => "the folder is empty".to_owned(),
        Ok(names) => format!("the folder holds {}", in_words(&names)),
        Err(_) if path.is_file() => "this is a file, not a folder".to_owned(),
        Err(_) if !path.exists() => "there is no such folder".to_owned(),
        Err(error) => format!("the folder cannot be read ({error})"),
    }
}

/// What is where a missing file was expected, in the nearest folder that exists, for the end of an error.
pub(super) fn nearby(missing: &Path) -> String {
    let folder = missing
        .ancestors()
        .skip(1)
        .map(|folder| match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        })
        .find(|folder| folder.is_dir());
    match folder.map(|folder| (folder, names_in(folder))) {
        Some((folder, Ok(names))) => format!("{} holds {}", folder.display(), in_words(&names)),
        Some((_, Err(error))) => error.to_string(),
        None => "nor is there the folder".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systems_add_is_clutter_and_data_is_not() {
        for name in [
            ".DS_Store",
            "a/images/._a.png",
            "__MACOSX/a/images/a.png",
            "Thumbs.db",
            "a/masks/desktop.ini",
            "__MACOSX\\a\\images\\a.png",
        ] {
            assert!(is_clutter(name), "{name}");
        }
        assert!(!is_clutter("./stage1_train/a.b/images/a.png"));
    }

    #[test]
    fn a_few_names_are_listed_and_the_others_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(contents(folder.path()), "the folder is empty");
        for name in ["a", "b", "c", "d", "e", "f", "g", ".DS_Store"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(
            contents(folder.path()),
            "the folder holds a, b, c, d, e and 2 more"
        );
        assert_eq!(
            contents(&folder.path().join("a")),
            "this is a file, not a folder"
        );
        assert_eq!(
            contents(&folder.path().join("none")),
            "there is no such folder"
        );
        let listed = "holds a, b, c, d, e and 2 more";
        for missing in ["none", "none/none/none"] {
            let words = nearby(&folder.path().join(missing));
            assert_eq!(words, format!("{} {listed}", folder.path().display()));
        }
        assert!(nearby(Path::new("none")).starts_with(". holds "));
    }
}
