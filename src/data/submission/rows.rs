//! The lines of a file.

use super::problem::Problem;

/// The first line.
pub(super) const HEADER: &str = "ImageId,EncodedPixels";

/// A line that says something of an image.
pub(super) struct Row<'a> {
    /// Counted from 1, as editors do.
    pub line: usize,
    pub id: &'a str,
    /// Empty for an image without objects.
    pub runs: &'a str,
}

/// The rows below the header, and lines that are none.
pub(super) fn rows(text: &str) -> (Vec<Row<'_>>, Vec<Problem>) {
    // Some programs begin a file with a mark of its encoding.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines().map(str::trim_end));
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let header = lines.next().map_or("", |(_, header)| header);
    if header != HEADER {
        let what = format!("the first line must be \"{HEADER}\", but it is \"{header}\"");
        problems.push(Problem::at(1, what));
    }
    for (line, content) in lines.filter(|(_, content)| !content.is_empty()) {
        match content.split_once(',') {
            Some((id, runs)) if !runs.contains([',', '"']) && !id.contains('"') => {
                rows.push(Row { line, id, runs });
            }
            _ => {
                let what = "a row is an id, one comma, and the runs of one object, without quotes"
                    .to_owned();
                problems.push(Problem::at(line, what));
            }
        }
    }
    (rows, problems)
}
