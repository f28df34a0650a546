//! Stopping a cell: gently first, then for good.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpgrp};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a cell may take to react to an interrupt before its process is killed.
const GRACE: Duration = Duration::from_secs(4);
/// The same for code that has announced that it stops by itself (a training loop finishes its batch first).
const GRACE_OF_INTERRUPTIBLE: Duration = Duration::from_secs(60);
/// The presence of this file tells the rustc wrapper not to compile the cell.
const CANCELLED: &str = "cancelled";

#[derive(Default)]
struct State {
    /// The process group of the learner's process.
    group: Option<Pid>,
    /// Counts executions, so that a late timer does not hit the next cell.
    execution: u64,
    busy: bool,
    running: bool,
    interruptible: bool,
    interrupts: u32,
    killed: bool,
}

/// What is known about the running cell, and the means to stop it.
#[derive(Clone)]
pub struct Control {
    state: Arc<Mutex<State>>,
    cancelled: PathBuf,
}

/// Whether the cell in the scratch folder `folder` was cancelled.
pub fn is_cancelled(folder: &Path) -> bool {
    folder.join(CANCELLED).exists()
}

impl Control {
    pub fn new(scratch: &Path) -> Self {
        Control {
            state: Arc::default(),
            cancelled: scratch.join(CANCELLED),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_group(&self, group: i32) {
        let mut state = self.state();
        state.group = Some(Pid::from_raw(group));
        state.running = false;
    }

    pub fn set_running(&self, running: bool) {
        self.state().running = running;
    }

    pub fn set_interruptible(&self, interruptible: bool) {
        self.state().interruptible = interruptible;
    }

    /// A cell begins, with compiling.
    pub fn begin(&self) {
        let _ = std::fs::remove_file(&self.cancelled);
        let mut state = self.state();
        state.execution += 1;
        state.busy = true;
        state.running = false;
        state.interruptible = false;
        state.interrupts = 0;
        state.killed = false;
    }

    pub fn end(&self) {
        self.state().busy = false;
    }

    pub fn was_interrupted(&self) -> bool {
        self.state().interrupts > 0
    }

    pub fn was_killed(&self) -> bool {
        self.state().killed
    }

    /// The learner asks the cell to stop; asking twice kills it.
    pub fn interrupt(&self) {
        let mut state = self.state();
        if !state.busy {
            return;
        }
        state.interrupts += 1;
        if !state.running {
            let _ = std::fs::write(&self.cancelled, "");
            // cargo and rustc are in our group; this process ignores the signal.
            let _ = killpg(getpgrp(), Signal::SIGINT);
        } else if state.interrupts == 1 {
            signal(state.group, Signal::SIGINT);
            let execution = state.execution;
            let control = self.clone();
            std::thread::spawn(move || control.kill_when_grace_is_over(execution));
        } else {
            kill_cell(&mut state);
        }
    }

    /// Ends the learner's process, whatever it does.
    pub fn kill(&self) {
        kill_cell(&mut self.state());
    }

    fn kill_when_grace_is_over(&self, execution: u64) {
        let still_running =
            |state: &State| state.execution == execution && state.busy && state.running;
        std::thread::sleep(GRACE);
        let interruptible = {
            let state = self.state();
            if !still_running(&state) {
                return;
            }
            state.interruptible
        };
        if interruptible {
            std::thread::sleep(GRACE_OF_INTERRUPTIBLE - GRACE);
        }
        let mut state = self.state();
        if still_running(&state) {
            kill_cell(&mut state);
        }
    }
}

fn kill_cell(state: &mut State) {
    state.killed = true;
    signal(state.group, Signal::SIGKILL);
}

fn signal(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        // The group may be gone already, which is just as good.
        let _ = killpg(group, signal);
    }
}
