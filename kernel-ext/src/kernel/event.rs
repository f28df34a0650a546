//! What the supervisor of the learner's process tells the kernel, one line each.
//!
//! evcxr passes every line of stdout that it does not know to us, at once and in order. So everything that a cell does
//! travels through that one pipe: a record separator (0x1E, as in RFC 7464), then JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The byte that starts a record; people do not print it.
pub const RECORD_SEPARATOR: char = '\u{1e}';

/// What marks a record written by the `eosin` crate within a cell's stdout.
pub const CRATE_RECORD: &str = "\u{1e}EOSIN ";

/// One thing that happened while a cell ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The learner's process is up; its process group has this id.
    Started {
        group: i32,
    },
    /// A compiled cell began to run.
    CellBegun,
    /// The cell is over, and everything that it wrote has been passed on.
    CellEnded,
    /// The learner's process died; `status` is how the operating system puts it.
    Died {
        status: String,
    },
    Stdout(String),
    Stderr(String),
    /// Content by MIME type, from crates that speak evcxr's own display protocol.
    Content(Map<String, Value>),
    /// A record of the `eosin` crate.
    Crate(Record),
    /// The cell ended by a panic.
    Panicked,
    /// The cell ended by `?`.
    Failed,
}

/// What the `eosin` crate says to the kernel: its display protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    Display {
        data: Map<String, Value>,
        #[serde(default)]
        metadata: Map<String, Value>,
        #[serde(default)]
        id: Option<String>,
    },
    Update {
        data: Map<String, Value>,
        #[serde(default)]
        metadata: Map<String, Value>,
        id: String,
    },
    Clear {
        #[serde(default)]
        wait: bool,
    },
    /// The value of a cell's last expression.
    Result {
        data: Map<String, Value>,
        #[serde(default)]
        metadata: Map<String, Value>,
    },
    /// From here on, the running code handles an interrupt by itself (or no longer does).
    Interruptible { on: bool },
    /// A panic, with its line in the compiled source if it was in the cell itself.
    Panic {
        message: String,
        line: Option<usize>,
    },
    /// The answer that this cell grades is right.
    Right { key: String },
    /// An error left the cell through `?` in this line of the compiled source.
    Error {
        message: String,
        line: Option<usize>,
    },
}

impl Event {
    /// The event as the line that carries it.
    pub fn to_line(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{RECORD_SEPARATOR}{json}\n")
    }

    /// The event that a line carries; any other line is plain text of the cell.
    pub fn from_line(line: &str) -> Event {
        line.strip_prefix(RECORD_SEPARATOR)
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_else(|| Event::Stdout(format!("{line}\n")))
    }
}
