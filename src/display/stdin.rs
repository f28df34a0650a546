//! What a cell finds on stdin.
//!
//! The kernel's commands come on the stdin of the process that runs the cells. While a cell runs, they are put aside: a cell that
//! reads stdin finds one empty line, at once, instead of waiting for ever for what nobody will type. [`input`](super::input) asks
//! in the notebook, and reads the answer where the commands come from.

use rustix::fd::OwnedFd;
use rustix::io::{dup, ioctl_fionread, read};
use rustix::pipe::pipe;
use rustix::stdio::{dup2_stdin, stdin};
use std::sync::{Mutex, PoisonError};

static ASIDE: Mutex<Option<Aside>> = Mutex::new(None);

struct Aside {
    commands: OwnedFd,
    /// What the cell has not read yet.
    empty_line: OwnedFd,
}

/// Puts the commands aside; if that fails, a cell finds them on stdin.
pub(super) fn begin() {
    let put_aside = || -> rustix::io::Result<Aside> {
        let commands = dup(stdin())?;
        let (empty_line, end) = pipe()?;
        rustix::io::write(&end, b"\n")?;
        dup2_stdin(&empty_line)?;
        Ok(Aside {
            commands,
            empty_line,
        })
    };
    *ASIDE.lock().unwrap_or_else(PoisonError::into_inner) = put_aside().ok();
}

/// Takes the commands back, and says so if the cell has read stdin.
pub(super) fn end() {
    let aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(aside) = aside else { return };
    let _ = dup2_stdin(&aside.commands);
    if ioctl_fionread(&aside.empty_line) == Ok(0) {
        eprintln!(
            "This cell read from stdin. A notebook has none, so it found an empty line. Ask with `input(\"How many? \")` instead."
        );
    }
}

/// The next line of what the kernel sends, without its line end; nothing if there is no kernel.
pub(super) fn answer() -> Option<String> {
    let aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
    let commands = &aside.as_ref()?.commands;
    let mut line = Vec::new();
    let mut byte = [0];
    // One byte at a time: what follows the answer is not ours.
    while let Ok(1) = read(commands, &mut byte) {
        if byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&line).into_owned())
}
