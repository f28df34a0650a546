//! The source of a new lesson, for its author to continue.

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use std::path::{Path, PathBuf};

/// A lesson with an exercise and a question. `Lesson title` and `lesson_id` are placeholders.
const TEMPLATE: &str = include_str!("new.md");

/// Writes the source of the lesson `name` into `folder`; gives its path.
pub fn create(folder: &Path, name: &str) -> Result<PathBuf> {
    let words = words(name).ok_or_else(|| {
        let reason = format!(
            "`{name}` is not a lesson's name: write two digits and words in small letters, such as `04-convolution`"
        );
        Error::step("starting a lesson", reason)
    })?;
    let path = folder.join(format!("{name}.md"));
    if path.try_exists().at(&path)? {
        let reason = format!("{} exists already", path.display());
        return Err(Error::step("starting a lesson", reason));
    }
    let text = TEMPLATE
        .replace("Lesson title", &title(&words))
        .replace("lesson_id", &words.join("_"));
    write_atomically(&path, text.as_bytes())?;
    Ok(path)
}

/// `04-max-pooling` has the words `max` and `pooling`.
fn words(name: &str) -> Option<Vec<&str>> {
    let (number, words) = name.split_once('-')?;
    let words: Vec<&str> = words.split('-').collect();
    let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &&str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !word.is_empty() && word.bytes().all(fits)
    };
    (is_number && words.iter().all(is_word)).then_some(words)
}

fn title(words: &[&str]) -> String {
    let mut title = words.join(" ");
    title[..1].make_ascii_uppercase();
    title
}

#[cfg(test)]
mod tests {
    use super::super::command::tests::built;
    use super::*;
    use std::fs;

    #[test]
    fn a_new_lesson_is_built_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), "04-max-pooling").unwrap();
        create(folder.path(), "05-unet").unwrap();
        let (lessons, files) = built(folder.path());
        let titles: Vec<&str> = lessons.iter().map(|lesson| lesson.title.as_str()).collect();
        assert_eq!(titles, ["Max pooling", "Unet"]);
        let ids: Vec<&str> = lessons
            .iter()
            .flat_map(|lesson| lesson.exercises())
            .map(|exercise| exercise.id.as_str())
            .collect();
        assert_eq!(
            ids,
            [
                "max_pooling.first",
                "max_pooling.predict",
                "unet.first",
                "unet.predict"
            ]
        );
        assert_eq!(files.len(), 5);
    }

    #[test]
    fn a_bad_name_and_a_lesson_that_exists_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "convolution",
            "4-convolution",
            "04_convolution",
            "04-",
            "04-Convolution",
            "04-two words",
            "04-a--b",
            "../04-a",
            "04-größe",
        ] {
            let error = create(folder.path(), name).unwrap_err().to_string();
            assert!(error.contains("such as `04-convolution`"), "{error}");
        }
        let path = folder.path().join("04-convolution.md");
        fs::write(&path, "my work").unwrap();
        let error = create(folder.path(), "04-convolution").unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "my work");
    }
}
