//! Outputs and questions of a cell as messages to its front end.

use super::iopub::Publisher;
use super::output::{Bundle, Front, Output, Question};
use super::questions::Questions;
use jupyter_protocol::{
    ClearOutput, DisplayData, ExecuteResult, ExecutionCount, JupyterMessage, Media, StreamContent,
    Transient, UpdateDisplayData,
};
use serde_json::{Map, Value};

/// The front of one cell.
pub struct CellFront {
    pub publisher: Publisher,
    /// Absent when the client cannot ask.
    pub questions: Option<Questions>,
    pub request: JupyterMessage,
    pub execution_count: ExecutionCount,
    pub silent: bool,
}

impl Front for CellFront {
    fn show(&self, output: Output) {
        let parent = &self.request;
        let message = match output {
            Output::Stdout(text) => StreamContent::stdout(&text).as_child_of(parent),
            Output::Stderr(text) => StreamContent::stderr(&text).as_child_of(parent),
            Output::Clear { wait } => ClearOutput { wait }.as_child_of(parent),
            Output::Result(_) if self.silent => return,
            Output::Result(Bundle { data, metadata }) => {
                let result = ExecuteResult {
                    execution_count: self.execution_count,
                    data: media(data),
                    metadata,
                    // The protocol's schema requires an object, even if it is empty.
                    transient: Some(Transient::default()),
                };
                result.as_child_of(parent)
            }
            Output::Display {
                bundle: Bundle { data, metadata },
                id,
            } => {
                let transient = id.map(|id| Transient {
                    display_id: Some(id),
                });
                DisplayData {
                    data: media(data),
                    metadata,
                    transient,
                }
                .as_child_of(parent)
            }
            Output::Update {
                bundle: Bundle { data, metadata },
                id,
            } => {
                let transient = Transient {
                    display_id: Some(id),
                };
                UpdateDisplayData {
                    data: media(data),
                    metadata,
                    transient,
                }
                .as_child_of(parent)
            }
        };
        self.publisher.send(message);
    }

    fn ask(&self, question: Question) -> Option<String> {
        match &self.questions {
            Some(questions) => questions.ask(question, &self.request),
            None => {
                self.show(Output::Stderr(
                    "This front end cannot ask you for input, so the cell got an empty answer.\n"
                        .into(),
                ));
                None
            }
        }
    }
}

/// Content by MIME type as the protocol's media.
pub fn media(data: Map<String, Value>) -> Media {
    serde_json::from_value(Value::Object(data)).unwrap_or_default()
}
