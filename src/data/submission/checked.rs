//! A file, checked as the challenge does.

use super::image_list::{ImageList, ImageSize};
use super::problem::Problem;
use super::rows::{Row, rows};
use crate::data::rle;
use crate::{Error, Result};
use std::path::Path;

/// Lists all that is wrong with a file, in the order of its lines: nothing if the challenge would accept it as an answer for
/// `images`.
///
/// ```
/// use eosin::data::submission::{ImageSize, check};
/// let folder = std::env::temp_dir();
/// let path = folder.join("eosin-answers-of-another-program.csv");
/// # let write = |text: &str| std::fs::write(&path, text).map_err(|source| eosin::Error::Io { path: path.clone(), source });
/// # write("ImageId,EncodedPixels\ncells,1 2\ncells,2 2\n")?;
/// let problems = check(&path, &[ImageSize::new("cells", 3, 3)])?;
/// assert!(problems[0].to_string().starts_with("line 3: the object overlaps that of line 2"));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the file cannot be read, or an image is in the list twice.
pub fn check(path: impl AsRef<Path>, images: &[ImageSize]) -> Result<Vec<Problem>> {
    let (_, problems) = objects(path.as_ref(), &ImageList::new(images)?)?;
    Ok(problems)
}

/// The runs of each image's objects, in the order of the list, and all that is wrong.
pub(super) fn objects(path: &Path, images: &ImageList) -> Result<(Vec<Vec<String>>, Vec<Problem>)> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    let (rows, mut problems) = rows(&text);
    let mut of_images: Vec<Vec<Row>> = images.images().iter().map(|_| Vec::new()).collect();
    for row in rows {
        match images.place(row.id) {
            Some(place) => of_images[place].push(row),
            None => {
                let what = format!("there is no image \"{}\" in the challenge", row.id);
                problems.push(Problem::at(row.line, what));
            }
        }
    }
    for (image, rows) in images.images().iter().zip(&of_images) {
        problems.extend(problems_of_image(image, rows));
    }
    // What has no line is missing; that comes last.
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    let runs = |rows: Vec<Row>| {
        let rows = rows.iter().filter(|row| !row.runs.is_empty());
        rows.map(|row| row.runs.to_owned()).collect()
    };
    Ok((of_images.into_iter().map(runs).collect(), problems))
}

fn problems_of_image(image: &ImageSize, rows: &[Row]) -> Vec<Problem> {
    let ImageSize { id, height, width } = image;
    if rows.is_empty() {
        return vec![Problem {
            line: None,
            what: format!(
                "the image \"{id}\" has no row; if it has no objects, it needs one with nothing after the comma"
            ),
        }];
    }
    let mut problems = Vec::new();
    // The line of the object that each pixel belongs to, 0 for none.
    let mut lines = vec![0; height * width];
    for row in rows {
        if row.runs.is_empty() {
            if rows.len() > 1 {
                let what = format!(
                    "the image \"{id}\" has other rows, so that a row without runs is one too many"
                );
                problems.push(Problem::at(row.line, what));
            }
            continue;
        }
        let pixels = match rle::pixels(row.runs, *height, *width) {
            Ok(pixels) => pixels,
            Err(error) => {
                problems.push(Problem::at(row.line, error.to_string()));
                continue;
            }
        };
        let mut first_shared = None;
        for pixel in pixels {
            match lines[pixel] {
                0 => lines[pixel] = row.line,
                other => first_shared = first_shared.or(Some((other, pixel))),
            }
        }
        if let Some((other, pixel)) = first_shared {
            let what = format!(
                "the object overlaps that of line {other}, first in row {}, column {} (counted from 0)",
                pixel / width,
                pixel % width
            );
            problems.push(Problem::at(row.line, what));
        }
    }
    problems
}
