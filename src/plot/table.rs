//! A table, as text and as HTML.

use crate::display::{Bundle, escape_html};

/// Rows of cells, of which the first is the header. Columns of numbers are aligned at the right, others at the left.
pub(super) fn table(rows: &[Vec<String>]) -> Bundle {
    let starts_with_letter = |row: &Vec<String>, column: usize| {
        let text: Option<&String> = row.get(column);
        text.is_some_and(|text| text.starts_with(char::is_alphabetic))
    };
    let is_text = |column: usize| {
        let mut rows = rows.iter().skip(1);
        rows.any(|row| starts_with_letter(row, column))
    };
    aligned_table(rows, is_text)
}

/// As [`table`], for columns of which `is_text` says whether they are aligned at the left. Spaces that a text begins with are kept.
pub(super) fn aligned_table(rows: &[Vec<String>], is_text: impl Fn(usize) -> bool) -> Bundle {
    let columns: Vec<(usize, bool)> = (0..rows.first().map_or(0, Vec::len))
        .map(|column| (width(rows, column), is_text(column)))
        .collect();
    let mut plain = String::new();
    let mut html = "<table>".to_owned();
    for (number, row) in rows.iter().enumerate() {
        let tag = if number == 0 { "th" } else { "td" };
        html.push_str("<tr>");
        for (index, &(width, is_text)) in columns.iter().enumerate() {
            let text = row.get(index).map_or("", String::as_str);
            plain.push_str(&match is_text {
                true => format!("{text:<width$}  "),
                false => format!("{text:>width$}  "),
            });
            let style = match is_text {
                true if text.starts_with(' ') => " style=\"text-align: left; white-space: pre\"",
                true => " style=\"text-align: left\"",
                false => "",
            };
            html.push_str(&format!("<{tag}{style}>{}</{tag}>", escape_html(text)));
        }
        html.push_str("</tr>");
        plain.push('\n');
    }
    html.push_str("</table>");
    let lines: Vec<&str> = plain.lines().map(str::trim_end).collect();
    Bundle::text(lines.join("\n")).with_html(html)
}

fn width(rows: &[Vec<String>], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column));
    cells.map(|text| text.chars().count()).max().unwrap_or(0)
}
