//! A table, as text and as HTML.

use crate::display::{Bundle, escape_html};

/// Rows of cells, of which the first is the header.
pub(super) fn table(rows: &[Vec<String>]) -> Bundle {
    let columns = rows.first().map_or(0, Vec::len);
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| {
        let lengths = rows.iter().map(|row| cell(row, column).chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut plain = String::new();
    let mut html = "<table>".to_owned();
    for (index, row) in rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        html.push_str("<tr>");
        for (column, width) in widths.iter().enumerate() {
            let text = cell(row, column);
            plain.push_str(&format!("{text:>width$}  "));
            html.push_str(&format!("<{tag}>{}</{tag}>", escape_html(&text)));
        }
        html.push_str("</tr>");
        plain.push('\n');
    }
    html.push_str("</table>");
    Bundle::text(plain.trim_end()).with_html(html)
}
