//! How messages about exercises look: a coloured bar, a title, and text.

use super::state::{STATES, State, States};
use crate::Result;
use crate::display::{Bundle, Show, escape_html, show_result};
use serde_json::json;

/// A short message to the learner. A notebook shows it if it is a cell's last expression.
///
/// Colours come from the bar alone: text keeps the colour that the notebook's theme gives it.
#[derive(Clone, PartialEq)]
pub struct Card {
    plain: String,
    html: String,
    states: States,
}

impl Card {
    pub(super) fn new(mark: &str, title: &str, colour: &str) -> Self {
        Card {
            plain: format!("{mark} {title}"),
            html: format!(
                "<div style=\"border-left: 4px solid {colour}; padding: 2px 12px; margin: 4px 0\">\
                 <b>{mark} {}</b>",
                escape_html(title)
            ),
            states: States::new(),
        }
    }

    /// Adds text, in which words between backticks are code.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.plain += &format!("\n{text}");
        self.html += &format!("<div style=\"margin-top: 4px\">{}</div>", prose(text));
        self
    }

    /// Adds something that looks different in a notebook and in a terminal.
    pub(super) fn both(mut self, plain: &str, html: &str) -> Self {
        if !plain.is_empty() {
            self.plain += &format!("\n{plain}");
        }
        self.html += html;
        self
    }

    /// Also tells the front end how far the learner is with an exercise.
    pub(super) fn telling(mut self, id: &str, state: State) -> Self {
        self.states.insert(id.to_owned(), state);
        self
    }

    /// The message without its looks.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// Shows the card as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.plain)
    }
}

impl Show for Card {
    fn bundle(&self) -> Result<Bundle> {
        let bundle = Bundle::text(self.plain.clone()).with_html(format!("{}</div>", self.html));
        Ok(match self.states.is_empty() {
            true => bundle,
            false => bundle.with_json(STATES, json!(self.states)),
        })
    }
}

/// Text as HTML: what is between backticks is code.
pub(super) fn prose(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(index, piece)| match index % 2 {
            0 => escape_html(piece).replace('\n', "<br>"),
            _ => format!("<code>{}</code>", escape_html(piece)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_code_is_marked() {
        assert_eq!(
            prose("use `Vec<f32>` if a < b"),
            "use <code>Vec&lt;f32&gt;</code> if a &lt; b"
        );
        let card = Card::new("✓", "Right", "#009e73").text("`a`");
        assert_eq!(card.plain(), "✓ Right\n`a`");
        let bundle = card.bundle().unwrap();
        let html = bundle.data()["text/html"].as_str().unwrap();
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        assert!(!html.contains(" color:"), "{html}");
    }

    #[test]
    fn a_front_end_is_told_states_only_if_there_are_some() {
        let card = Card::new("✓", "Right", "#009e73");
        assert!(!card.bundle().unwrap().data().contains_key(STATES));
        let told = card.telling("a.b", State::Solved).bundle().unwrap();
        assert_eq!(told.data()[STATES], json!({ "a.b": "solved" }));
    }
}
