//! Files, right and wrong.

use super::*;
use crate::morph::LabelMap;
use std::fs;

fn images() -> Vec<ImageSize> {
    vec![
        ImageSize::new("b2", 2, 3),
        ImageSize::new("a1", 3, 3),
        ImageSize::new("none", 1, 2),
    ]
}

fn labels(height: usize, width: usize, labels: &[u32]) -> LabelMap {
    LabelMap::new(height, width, labels.to_vec()).unwrap()
}

#[test]
fn a_file_is_read_as_it_was_written_in_the_order_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/answers, 1.csv");
    let mut submission = Submission::for_images(&images()).unwrap();
    let cells = labels(3, 3, &[0, 4, 0, 0, 4, 4, 2, 0, 4]);
    submission.add("a1", &cells).unwrap();
    submission.add("none", &labels(1, 2, &[0, 0])).unwrap();
    let error = submission.write(&path).unwrap_err().to_string();
    assert!(
        error.contains("1 of 3 images were not added yet, the first is \"b2\""),
        "{error}"
    );
    assert!(!path.exists());
    submission
        .add("b2", &labels(2, 3, &[1, 0, 0, 0, 0, 2]))
        .unwrap();
    submission.write(&path).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "ImageId,EncodedPixels\nb2,1 1\nb2,6 1\na1,3 1\na1,4 2 8 2\nnone,\n"
    );
    assert_eq!(check(&path, &images()).unwrap(), []);
    let read = Submission::read(&path, &images()).unwrap();
    assert_eq!(read.label_map("a1").unwrap(), cells.relabeled());
    assert_eq!(read.label_map("none").unwrap().count(), 0);
    assert_eq!(format!("{read:?}"), "Submission: 3 images with 4 objects");
    assert_eq!(read.text().unwrap(), submission.text().unwrap());
}

#[test]
fn what_cannot_be_submitted_is_refused_when_it_is_added() {
    let mut submission = Submission::for_images(&images()).unwrap();
    let square = labels(3, 3, &[1; 9]);
    submission.add("a1", &square).unwrap();
    for (id, labels, reason) in [
        ("a1", &square, "was added already"),
        ("b2", &square, "has 3 x 3 pixels, but the image 2 x 3"),
        ("c3", &square, "no image \"c3\" in the list of 3 images"),
    ] {
        let error = submission.add(id, labels).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let mut open = Submission::new();
    assert!(
        open.text()
            .unwrap_err()
            .to_string()
            .contains("no image to write")
    );
    for id in ["", "a,b", "a\nb", "\"a\"", " a"] {
        let error = open.add(id, &square).unwrap_err().to_string();
        assert!(error.contains("cannot be an image's id"), "{error}");
    }
    open.add("Größe 1", &square).unwrap();
    assert!(open.add("Größe 1", &square).is_err());
    assert_eq!(open.text().unwrap(), "ImageId,EncodedPixels\nGröße 1,1 9\n");
    let twice = [ImageSize::new("a", 1, 1), ImageSize::new("a", 1, 1)];
    assert!(
        Submission::for_images(&twice)
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
}

#[test]
fn everything_that_is_wrong_with_a_file_is_listed_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.csv");
    let rows = [
        "id,pixels",
        "a1,1 2",
        "b2,1 1",
        "a1,2 2",
        "a1,9 2",
        "a1,",
        "c3,1 1",
        "\"b2\",3 1",
        "b2",
        "b2,3 1,4 1",
    ];
    fs::write(&path, rows.join("\r\n")).unwrap();
    let problems = check(&path, &images()).unwrap();
    let expected = [
        "line 1: the first line must be \"ImageId,EncodedPixels\", but it is \"id,pixels\"",
        "line 4: the object overlaps that of line 2, first in row 1, column 0 (counted from 0)",
        "line 5: run 1: \"9 2\" ends at pixel 10, but an image of 3 x 3 has 9",
        "line 6: the image \"a1\" has other rows",
        "line 7: there is no image \"c3\" in the challenge",
        "line 8: a row is an id",
        "line 9: a row is an id",
        "line 10: a row is an id",
        "the image \"none\" has no row",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.to_string().starts_with(expected), "{problem}");
    }
    let error = Submission::read(&path, &images()).unwrap_err().to_string();
    assert!(
        error.contains("answers.csv: line 1") && error.contains("and 8 more"),
        "{error}"
    );
    fs::write(&path, "").unwrap();
    assert_eq!(check(&path, &images()).unwrap().len(), 4);
    // A mark of the encoding, Windows' line ends, an empty last line: all of these are fine.
    fs::write(&path, "\u{feff}ImageId,EncodedPixels\r\na,1 1\r\n\r\n").unwrap();
    assert_eq!(check(&path, &[ImageSize::new("a", 1, 1)]).unwrap(), []);
    assert!(check(folder.path().join("nowhere"), &[]).is_err());
}
