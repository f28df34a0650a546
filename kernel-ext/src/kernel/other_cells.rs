//! Errors in what an earlier cell defines, which no longer fits what this cell defines anew.

use evcxr::CompilationError;

/// What such an error means: the compiler shows a line that is not in the cell.
pub fn of_another_cell(error: &CompilationError) -> Option<String> {
    let mut messages = error.spanned_messages().iter();
    if !error.is_from_user_code() || messages.any(|message| message.span.is_some()) {
        return None;
    }
    let spans = error.json["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    let line = primary["text"][0]["text"].as_str()?.trim();
    // evcxr writes the `use` lines of a cell anew, so the compiler does not show them in the cell either.
    if line.starts_with("use ") {
        return None;
    }
    Some(format!(
        "This cell no longer fits what another cell defines, in the line `{line}`. Write both into one cell, and change \
         them together."
    ))
}
