//! Follows the events of the cell that runs.

use super::control::Control;
use super::event::{Event, Record};
use super::output::{Bundle, Front, Output};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Events come before evcxr hears that the cell is complete, so after a longer wait than this they never will.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// How the compiled code of a cell ended, according to its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ending {
    pub panicked: bool,
    pub failed: bool,
    /// Message and line (of the compiled source) of the last panic.
    pub panic: Option<(String, Option<usize>)>,
    /// Message and line (of the compiled source) of the last error that left the cell by `?`.
    pub error: Option<(String, Option<usize>)>,
    /// The key that came with a right answer.
    pub right: Option<String>,
    /// How the learner's process died.
    pub died: Option<String>,
}

#[derive(Default)]
struct State {
    front: Option<Arc<dyn Front>>,
    running: bool,
    /// Content that is the cell's result if nothing follows it.
    content: Option<Bundle>,
    ending: Ending,
}

/// The current cell; clones share it.
#[derive(Clone)]
pub struct Cell {
    shared: Arc<(Mutex<State>, Condvar)>,
    control: Control,
}

impl Cell {
    pub fn new(control: Control) -> Self {
        Cell {
            shared: Arc::default(),
            control,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on outputs go to `front`.
    pub fn begin(&self, front: Arc<dyn Front>) {
        *self.state() = State {
            front: Some(front),
            ..State::default()
        };
    }

    /// Waits until all outputs are shown, and returns how the cell ended.
    pub fn end(&self) -> Ending {
        let (_, changed) = &*self.shared;
        let state = self.state();
        let (mut state, _) = changed
            .wait_timeout_while(state, LONGEST_WAIT, |state| state.running)
            .unwrap_or_else(PoisonError::into_inner);
        // The front stays: what a learner's thread prints later belongs to the cell that started it.
        state.running = false;
        std::mem::take(&mut state.ending)
    }

    /// Handles one event.
    pub fn follow(&self, event: Event) {
        let mut state = self.state();
        match event {
            Event::Started { group } => self.control.set_group(group),
            Event::CellBegun => {
                state.running = true;
                self.control.set_running(true);
            }
            Event::CellEnded => {
                if let Some(bundle) = state.content.take() {
                    state.show(Output::Result(bundle));
                }
                state.running = false;
                self.control.set_running(false);
                self.shared.1.notify_all();
            }
            Event::Died { status } => state.ending.died = Some(status),
            Event::Stdout(text) => state.show(Output::Stdout(text)),
            Event::Stderr(text) => state.show(Output::Stderr(text)),
            Event::Content(data) => {
                state.show_content();
                state.content = Some(Bundle {
                    data,
                    ..Bundle::default()
                });
            }
            Event::Panicked => state.ending.panicked = true,
            Event::Failed => state.ending.failed = true,
            Event::Crate(record) => match record {
                Record::Interruptible { on } => self.control.set_interruptible(on),
                Record::Panic { message, line } => state.ending.panic = Some((message, line)),
                Record::Error { message, line } => state.ending.error = Some((message, line)),
                Record::Right { key } => state.ending.right = Some(key),
                Record::Display { data, metadata, id } => {
                    state.show(Output::Display {
                        bundle: Bundle { data, metadata },
                        id,
                    });
                }
                Record::Update { data, metadata, id } => {
                    state.show(Output::Update {
                        bundle: Bundle { data, metadata },
                        id,
                    });
                }
                Record::Clear { wait } => state.show(Output::Clear { wait }),
                Record::Result { data, metadata } => {
                    state.show(Output::Result(Bundle { data, metadata }))
                }
            },
        }
    }
}

impl State {
    fn show(&mut self, output: Output) {
        self.show_content();
        if let Some(front) = &self.front {
            front.show(output);
        }
    }

    fn show_content(&mut self) {
        if let (Some(bundle), Some(front)) = (self.content.take(), &self.front) {
            front.show(Output::Display { bundle, id: None });
        }
    }
}
