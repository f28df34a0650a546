//! Text that a cell prints is gathered for a moment.
//!
//! A loop can print thousands of lines a second. As a message each they would keep every front end busy, and Jupyter's server
//! passes on no more than a thousand messages a second.

use jupyter_protocol::{JupyterMessage, JupyterMessageContent, StreamContent};
use std::mem::discriminant;
use std::time::Duration;
use tokio::time::Instant;

/// Nobody sees that text comes this much later.
const LONGEST_WAIT: Duration = Duration::from_millis(30);
/// In bytes; more than this does not wait.
const LONGEST_TEXT: usize = 1 << 18;

/// Text of one stream of one cell that has not been sent yet.
#[derive(Default)]
pub struct GatheredText {
    waiting: Option<(JupyterMessage, Instant)>,
}

impl GatheredText {
    /// Takes the next message, and returns what must be sent now, in this order.
    pub fn add(&mut self, message: JupyterMessage) -> impl Iterator<Item = JupyterMessage> {
        let text = match &message.content {
            JupyterMessageContent::StreamContent(text) => Some(text),
            _ => None,
        };
        let appended = match (text, &mut self.waiting) {
            (Some(text), Some((waiting, _))) => append(waiting, text, &message),
            _ => false,
        };
        let (first, second) = if appended {
            (self.take_long(), None)
        } else if text.is_some() {
            let earlier = self.take();
            self.waiting = Some((message, Instant::now() + LONGEST_WAIT));
            (earlier, self.take_long())
        } else {
            (self.take(), Some(message))
        };
        first.into_iter().chain(second)
    }

    /// When [`take`](Self::take) must be called, if there is anything.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(_, due)| *due)
    }

    pub fn take(&mut self) -> Option<JupyterMessage> {
        self.waiting.take().map(|(message, _)| message)
    }

    fn take_long(&mut self) -> Option<JupyterMessage> {
        let long = self.waiting.take_if(|(message, _)| {
            matches!(&message.content, JupyterMessageContent::StreamContent(text) if text.text.len() > LONGEST_TEXT)
        });
        long.map(|(message, _)| message)
    }
}

/// Whether `text` comes from the same stream of the same cell, and has been appended.
fn append(waiting: &mut JupyterMessage, text: &StreamContent, message: &JupyterMessage) -> bool {
    let cell = |message: &JupyterMessage| {
        let parent = message.parent_header.as_ref();
        parent.map(|parent| parent.msg_id.clone())
    };
    if cell(waiting) != cell(message) {
        return false;
    }
    match &mut waiting.content {
        JupyterMessageContent::StreamContent(earlier)
            if discriminant(&earlier.name) == discriminant(&text.name) =>
        {
            earlier.text.push_str(&text.text);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jupyter_protocol::ClearOutput;

    fn texts(messages: impl Iterator<Item = JupyterMessage>) -> Vec<String> {
        let text = |message: JupyterMessage| match message.content {
            JupyterMessageContent::StreamContent(text) => text.text,
            _ => "other".to_owned(),
        };
        messages.map(text).collect()
    }

    #[tokio::test]
    async fn text_of_one_stream_is_gathered_and_all_else_keeps_its_place() {
        let mut gathered = GatheredText::default();
        assert!(gathered.due().is_none());
        for line in ["a\n", "b", "c\n"] {
            let message: JupyterMessage = StreamContent::stdout(line).into();
            assert!(texts(gathered.add(message)).is_empty());
        }
        assert!(gathered.due().is_some());
        let error: JupyterMessage = StreamContent::stderr("e\n").into();
        assert_eq!(texts(gathered.add(error)), ["a\nbc\n"]);
        let other: JupyterMessage = ClearOutput { wait: false }.into();
        assert_eq!(texts(gathered.add(other)), ["e\n", "other"]);
        assert!(gathered.take().is_none());

        let long = "x".repeat(LONGEST_TEXT + 1);
        let message: JupyterMessage = StreamContent::stdout(&long).into();
        assert_eq!(texts(gathered.add(message)), [long]);
    }
}
