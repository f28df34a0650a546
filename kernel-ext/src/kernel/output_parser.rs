//! Separates a cell's stdout into text, the records of the `eosin` crate, and evcxr's markers.

use super::event::{CRATE_RECORD, Event, RECORD_SEPARATOR, Record};
use serde_json::{Map, Value};

/// A cell was run to its end (printed by evcxr's runtime).
pub const EXECUTION_COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";
const PANICKED: &str = "EVCXR_PANIC_NOTIFICATION";
const FAILED: &str = "EVCXR_ERROR_OCCURRED";
const CONTENT_BEGINS: &str = "EVCXR_BEGIN_CONTENT ";
const CONTENT_ENDS: &str = "EVCXR_END_CONTENT";
const MARKER_PREFIX: &str = "EVCXR_";
/// Lines that evcxr must see, besides the completion of a cell.
const FOR_EVCXR: [&str; 2] = ["EVCXR_VARIABLE_CHANGED_TYPE:", "EVCXR_INPUT_REQUEST"];

/// A piece of a cell's output.
#[derive(Debug, PartialEq)]
pub enum Piece {
    Event(Event),
    /// The line is part of evcxr's own protocol and goes on to it unchanged.
    ForEvcxr(String),
    Complete,
}

/// Cuts bytes into pieces as they come. Text is passed on at once, even without a newline.
#[derive(Default)]
pub struct OutputParser {
    unread: Vec<u8>,
    text: String,
    content: Map<String, Value>,
    open_content: Option<(String, String)>,
}

impl OutputParser {
    /// The pieces that `bytes` complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.unread.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=end).collect();
            self.line(&String::from_utf8_lossy(&line[..end]), &mut pieces);
        }
        self.take_partial_line();
        self.flush_text(&mut pieces);
        pieces
    }

    /// What is left when nothing more will come.
    pub fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let rest = std::mem::take(&mut self.unread);
        self.text.push_str(&String::from_utf8_lossy(&rest));
        self.flush_content(&mut pieces);
        self.flush_text(&mut pieces);
        pieces
    }

    fn line(&mut self, line: &str, pieces: &mut Vec<Piece>) {
        if let Some((mime_type, content)) = &mut self.open_content {
            if line == CONTENT_ENDS {
                self.content
                    .insert(std::mem::take(mime_type), std::mem::take(content).into());
                self.open_content = None;
            } else {
                if !content.is_empty() {
                    content.push('\n');
                }
                content.push_str(line);
            }
            return;
        }
        if let Some(at) = line.find(CONTENT_BEGINS) {
            let mime_type = line[at + CONTENT_BEGINS.len()..].trim().to_owned();
            if at > 0 || self.content.contains_key(&mime_type) {
                self.flush_content(pieces);
            }
            self.text.push_str(&line[..at]);
            self.open_content = Some((mime_type, String::new()));
            return;
        }
        self.flush_content(pieces);
        if let Some(at) = line.find(CRATE_RECORD)
            && let Ok(record) = serde_json::from_str::<Record>(&line[at + CRATE_RECORD.len()..])
        {
            self.text.push_str(&line[..at]);
            self.push(pieces, Piece::Event(Event::Crate(record)));
        } else if let Some(text) = line.strip_suffix(EXECUTION_COMPLETE) {
            self.text.push_str(text);
            self.push(pieces, Piece::Complete);
        } else if let Some(text) = line.strip_suffix(PANICKED) {
            self.text.push_str(text);
            self.push(pieces, Piece::Event(Event::Panicked));
            self.push(pieces, Piece::ForEvcxr(PANICKED.to_owned()));
        } else if let Some(text) = line.strip_suffix(FAILED) {
            self.text.push_str(text);
            self.push(pieces, Piece::Event(Event::Failed));
            self.push(pieces, Piece::ForEvcxr(FAILED.to_owned()));
        } else if let Some(at) = FOR_EVCXR.iter().find_map(|marker| line.find(marker)) {
            self.text.push_str(&line[..at]);
            self.push(pieces, Piece::ForEvcxr(line[at..].to_owned()));
        } else {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// Passes on an unfinished line, unless it may be the beginning of a record or marker.
    fn take_partial_line(&mut self) {
        if self.open_content.is_some() || self.unread.is_empty() {
            return;
        }
        let whole = match std::str::from_utf8(&self.unread) {
            Ok(text) => text.len(),
            // A character cut in two waits for its other half.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.unread.len(),
        };
        let text = String::from_utf8_lossy(&self.unread[..whole]).into_owned();
        let may_be_marker = text.contains(RECORD_SEPARATOR)
            || text.contains(MARKER_PREFIX)
            || (1..MARKER_PREFIX.len()).any(|length| text.ends_with(&MARKER_PREFIX[..length]));
        if !may_be_marker {
            self.text.push_str(&text);
            self.unread.drain(..whole);
        }
    }

    fn push(&mut self, pieces: &mut Vec<Piece>, piece: Piece) {
        self.flush_text(pieces);
        pieces.push(piece);
    }

    fn flush_text(&mut self, pieces: &mut Vec<Piece>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            pieces.push(Piece::Event(Event::Stdout(text)));
        }
    }

    fn flush_content(&mut self, pieces: &mut Vec<Piece>) {
        if !self.content.is_empty() {
            let content = std::mem::take(&mut self.content);
            self.push(pieces, Piece::Event(Event::Content(content)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stdout(text: &str) -> Piece {
        Piece::Event(Event::Stdout(text.to_owned()))
    }

    #[test]
    fn partial_lines_and_carriage_returns_pass_at_once() {
        let mut parser = OutputParser::default();
        assert_eq!(parser.feed(b"10 %\r"), [stdout("10 %\r")]);
        assert_eq!(parser.feed(b"20 %"), [stdout("20 %")]);
        assert_eq!(parser.feed("\u{e9}".as_bytes().split_at(1).0), []);
        assert_eq!(
            parser.feed("\u{e9}".as_bytes().split_at(1).1),
            [stdout("\u{e9}")]
        );
    }

    #[test]
    fn markers_are_found_behind_text_and_in_pieces() {
        let mut parser = OutputParser::default();
        assert_eq!(parser.feed(b"abcEVCXR_EXEC"), []);
        assert_eq!(
            parser.feed(b"UTION_COMPLETE\n"),
            [stdout("abc"), Piece::Complete]
        );
        assert_eq!(
            parser.feed(b"x\x1eEOSIN {\"type\":\"clear\",\"wait\":true}\ny\n"),
            [
                stdout("x"),
                Piece::Event(Event::Crate(Record::Clear { wait: true })),
                stdout("y\n")
            ]
        );
    }

    #[test]
    fn blocks_of_several_types_in_a_row_are_one_content() {
        let mut parser = OutputParser::default();
        let block = |mime: &str, text: &str| {
            format!("EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT\n")
        };
        let two = block("text/plain", "a\nb")
            + &block("text/html", "<b>")
            + &block("text/plain", "c")
            + "end\n";
        let pieces = parser.feed(two.as_bytes());
        let content = |pairs: &[(&str, &str)]| {
            Piece::Event(Event::Content(
                pairs
                    .iter()
                    .map(|(mime, text)| (mime.to_string(), Value::from(*text)))
                    .collect(),
            ))
        };
        assert_eq!(
            pieces,
            [
                content(&[("text/plain", "a\nb"), ("text/html", "<b>")]),
                content(&[("text/plain", "c")]),
                stdout("end\n"),
            ]
        );
    }

    #[test]
    fn a_record_that_is_not_ours_stays_text() {
        let mut parser = OutputParser::default();
        assert_eq!(
            parser.feed(b"\x1eEOSIN not json\n"),
            [stdout("\x1eEOSIN not json\n")]
        );
    }
}
