//! A table, as text and as HTML.

use crate::display::{Bundle, escape_html};

/// Rows of cells, of which the first is the header. Columns of numbers are aligned at the right, others at the left.
pub(super) fn table(rows: &[Vec<String>]) -> Bundle {
    let columns: Vec<Column> = (0..rows.first().map_or(0, Vec::len))
        .map(|column| Column::of(rows, column))
        .collect();
    let mut plain = String::new();
    let mut html = "<table>".to_owned();
    for (number, row) in rows.iter().enumerate() {
        let tag = if number == 0 { "th" } else { "td" };
        html.push_str("<tr>");
        for (index, Column { width, is_text }) in columns.iter().enumerate() {
            let text = row.get(index).map_or("", String::as_str);
            plain.push_str(&match is_text {
                true => format!("{text:<width$}  "),
                false => format!("{text:>width$}  "),
            });
            let style = if *is_text {
                " style=\"text-align: left\""
            } else {
                ""
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

struct Column {
    width: usize,
    is_text: bool,
}

impl Column {
    fn of(rows: &[Vec<String>], column: usize) -> Self {
        let cells = || rows.iter().filter_map(|row| row.get(column));
        let lengths = cells().map(|text| text.chars().count());
        Column {
            width: lengths.max().unwrap_or(0),
            is_text: cells()
                .skip(1)
                .any(|text| text.starts_with(char::is_alphabetic)),
        }
    }
}
