//! Stands between evcxr and the process that runs the learner's cells.
//!
//! evcxr starts this supervisor as its runtime, and the supervisor starts the real one with stdin, stdout and stderr of its
//! own. So partial lines, stderr and displays arrive in order, nothing is lost when a cell kills its process, and the
//! supervisor can call the `eosin` crate before and after each cell (to flush what the cell printed without a newline).

use super::environment;
use super::event::Event;
use super::output_parser::{EXECUTION_COMPLETE, OutputParser, Piece};
use super::variables;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpid, setpgid};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Runs until evcxr closes our stdin or the learner's process dies.
pub fn run() -> io::Result<()> {
    // A group of its own, so that an interrupt reaches what a cell started, and only that.
    setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
    ignore_interrupts()?;
    let library = std::env::var(variables::LIBRARY).unwrap_or_default();
    let mut command = Command::new(std::env::current_exe()?);
    // A cell that starts cargo means the learner's own.
    environment::restore(&mut command);
    let mut child = command
        .env(variables::RUNTIME, &library)
        .env(variables::KERNEL, "1")
        // evcxr asks for backtraces, but a framework's frames do not help a learner.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut supervisor = Supervisor::new(&mut child, library)?;
    let outcome = supervisor.serve().and_then(|()| {
        let status = wait_for_end(&mut child)?;
        supervisor.leave_last_words(status);
        supervisor.tell(&Event::Died {
            status: status.to_string(),
        })?;
        supervisor.tell(&Event::CellEnded)
    });
    if outcome.is_err() {
        // Nobody listens any more: the cell, and what it started, must not live on.
        let _ = killpg(getpid(), Signal::SIGKILL);
    }
    outcome
}

/// While it starts, evcxr runs a first cell of its own and waits until somebody has read all of its output, which nobody
/// does yet. When the kernel begins to read, it makes this file in the scratch folder.
pub fn listening_mark(scratch: &Path) -> PathBuf {
    scratch.join("listening")
}

/// Where the supervisor writes why the runtime ended before the kernel began to read.
pub fn last_words(scratch: &Path) -> PathBuf {
    scratch.join("last-words")
}

fn kernel_listens() -> bool {
    std::env::var_os(variables::SCRATCH)
        .is_none_or(|scratch| listening_mark(Path::new(&scratch)).exists())
}

/// Makes an interrupt harmless for this process; others decide what it means.
pub fn ignore_interrupts() -> io::Result<()> {
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, seen).map(|_| ())
}

fn wait_for_end(child: &mut Child) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() > deadline {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A question of the crate `evcxr_input`: it would read the answer from the runtime's stdin, which is put aside. The crate `eosin`
/// writes its prompt as JSON.
fn is_foreign_question(line: &str) -> bool {
    line.strip_prefix(evcxr_input::GET_CMD)
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(_, prompt)| serde_json::from_str::<String>(prompt).is_err())
}

struct Supervisor {
    to_runtime: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: Option<ChildStderr>,
    commands: Vec<u8>,
    parser: OutputParser,
    stderr_unread: Vec<u8>,
    /// How many commands the runtime has still to finish.
    unfinished: usize,
    library: String,
    /// Events from before the kernel listens.
    unheard: String,
    heard: bool,
}

impl Supervisor {
    fn new(child: &mut Child, library: String) -> io::Result<Self> {
        let missing = || io::Error::other("the runtime has no pipes");
        let mut supervisor = Supervisor {
            to_runtime: Some(child.stdin.take().ok_or_else(missing)?),
            stdout: child.stdout.take().ok_or_else(missing)?,
            stderr: Some(child.stderr.take().ok_or_else(missing)?),
            commands: Vec::new(),
            parser: OutputParser::default(),
            stderr_unread: Vec::new(),
            unfinished: 0,
            library,
            unheard: String::new(),
            heard: false,
        };
        supervisor.tell(&Event::Started {
            group: getpid().as_raw(),
        })?;
        Ok(supervisor)
    }

    /// Moves bytes until the runtime is gone (`Ok`) or nobody reads us any more (`Err`).
    fn serve(&mut self) -> io::Result<()> {
        let (stdin, stdout) = (io::stdin(), io::stdout());
        let mut buffer = vec![0; 1 << 16];
        loop {
            let (commands, output, errors, closed) = {
                let stdin_events = if self.to_runtime.is_some() {
                    PollFlags::POLLIN
                } else {
                    PollFlags::empty()
                };
                let mut watched = vec![
                    PollFd::new(stdin.as_fd(), stdin_events),
                    PollFd::new(self.stdout.as_fd(), PollFlags::POLLIN),
                    // There is nothing to write, but an error here means that the kernel is gone.
                    PollFd::new(stdout.as_fd(), PollFlags::empty()),
                ];
                if let Some(stderr) = &self.stderr {
                    watched.push(PollFd::new(stderr.as_fd(), PollFlags::POLLIN));
                }
                match poll(&mut watched, PollTimeout::NONE) {
                    Err(nix::errno::Errno::EINTR) => continue,
                    other => other?,
                };
                let ready = |index: usize| {
                    watched
                        .get(index)
                        .and_then(PollFd::revents)
                        .is_some_and(|events| !events.is_empty())
                };
                (
                    ready(0) && self.to_runtime.is_some(),
                    ready(1),
                    ready(3),
                    ready(2),
                )
            };
            if closed {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            if errors {
                self.read_stderr(&mut buffer)?;
            }
            if output {
                match self.stdout.read(&mut buffer)? {
                    0 => return self.died(&mut buffer),
                    count => {
                        let pieces = self.parser.feed(&buffer[..count]);
                        self.handle(pieces, &mut buffer)?;
                    }
                }
            }
            if commands {
                match stdin.lock().read(&mut buffer)? {
                    0 => self.to_runtime = None,
                    count => self.commands(&buffer[..count])?,
                }
            }
        }
    }

    /// Passes on evcxr's commands, and wraps a cell in the crate's two hooks.
    fn commands(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.commands.extend_from_slice(bytes);
        while let Some(end) = self.commands.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.commands.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line).into_owned();
            if self.unfinished > 0 || !line.starts_with("LOAD_AND_RUN ") {
                self.send(&line)?;
                continue;
            }
            let mut lines = vec![line];
            if !self.library.is_empty() {
                lines.insert(0, self.hook("eosin_cell_begin"));
                lines.push(self.hook("eosin_cell_end"));
            }
            self.unfinished = lines.len();
            self.tell(&Event::CellBegun)?;
            // In one piece: the first of them puts the runtime's stdin aside, when all must have been read.
            self.send(&lines.concat())?;
        }
        Ok(())
    }

    fn hook(&self, function: &str) -> String {
        format!("LOAD_AND_RUN {} {function}\n", self.library)
    }

    fn send(&mut self, line: &str) -> io::Result<()> {
        match &mut self.to_runtime {
            // A runtime that has just died is noticed when its stdout ends.
            Some(pipe) => match pipe.write_all(line.as_bytes()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other,
            },
            None => Ok(()),
        }
    }

    fn handle(&mut self, pieces: Vec<Piece>, buffer: &mut [u8]) -> io::Result<()> {
        for piece in pieces {
            match piece {
                Piece::Event(event) => self.tell(&event)?,
                Piece::ForEvcxr(line) if is_foreign_question(&line) => self.tell(&Event::Stderr(
                    "`evcxr_input` cannot ask in this notebook. Ask with `input(\"How many? \")` instead.\n"
                        .to_owned(),
                ))?,
                Piece::ForEvcxr(line) => self.write(&format!("{line}\n"))?,
                Piece::Complete => {
                    self.unfinished = self.unfinished.saturating_sub(1);
                    if self.unfinished == 0 {
                        self.drain_stderr(buffer)?;
                        self.tell(&Event::CellEnded)?;
                        self.write(&format!("{EXECUTION_COMPLETE}\n"))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn died(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let rest = self.parser.finish();
        self.handle(rest, buffer)?;
        self.drain_stderr(buffer)
    }

    /// Reads what the cell has already written to stderr, without waiting for more.
    fn drain_stderr(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        while let Some(stderr) = &self.stderr {
            let mut watched = [PollFd::new(stderr.as_fd(), PollFlags::POLLIN)];
            if poll(&mut watched, PollTimeout::ZERO)? == 0 {
                break;
            }
            self.read_stderr(buffer)?;
        }
        Ok(())
    }

    fn read_stderr(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let Some(stderr) = &mut self.stderr else {
            return Ok(());
        };
        let count = stderr.read(buffer)?;
        self.stderr_unread.extend_from_slice(&buffer[..count]);
        let whole = match std::str::from_utf8(&self.stderr_unread) {
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            _ => self.stderr_unread.len(),
        };
        let text: Vec<u8> = self.stderr_unread.drain(..whole).collect();
        if count == 0 {
            self.stderr = None;
        }
        if text.is_empty() {
            return Ok(());
        }
        self.tell(&Event::Stderr(String::from_utf8_lossy(&text).into_owned()))
    }

    /// evcxr gives up when the runtime ends while it starts, and knows only how the supervisor ended.
    fn leave_last_words(&self, status: ExitStatus) {
        // A runtime that ended well was told to: evcxr knows why.
        if self.heard || status.success() {
            return;
        }
        if let Some(scratch) = std::env::var_os(variables::SCRATCH) {
            let said: String = (self.unheard.lines())
                .filter_map(|line| match Event::from_line(line) {
                    Event::Stdout(text) | Event::Stderr(text) => Some(text),
                    _ => None,
                })
                .collect();
            let words = format!(
                "the process that runs cells ended ({status}): {}",
                said.trim()
            );
            let _ = std::fs::write(last_words(Path::new(&scratch)), words);
        }
    }

    fn tell(&mut self, event: &Event) -> io::Result<()> {
        let line = event.to_line();
        if !self.heard && !kernel_listens() {
            self.unheard.push_str(&line);
            return Ok(());
        }
        self.heard = true;
        let unheard = std::mem::take(&mut self.unheard);
        self.write(&(unheard + &line))
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(line.as_bytes())?;
        stdout.flush()
    }
}
