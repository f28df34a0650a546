//! evcxr on a thread of its own, which compiles and runs cells, completes and inspects, one thing after another.

use super::cell::Cell;
use super::cell_call;
use super::completions::{Completed, CompletionCache, Match};
use super::control::Control;
use super::event::Event;
use super::exercise_check::not_attempted;
use super::explanation::not_kept;
use super::moved::Moved;
use super::output::{Bundle, Failure, Front, Output, Question};
use super::prelude::modules_and_types;
use super::supervisor::listening_mark;
use crate::prebuilt::Prebuilt;
use evcxr::{CommandContext, EvalCallbacks, EvalContext, EvalContextOutputs};
use std::collections::HashMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Runs before the first cell, so that evcxr learns that cells use `?` (otherwise the first such cell compiles twice).
const WARM_UP: &str = "let _ = Ok::<(), String>(())?;";
/// Inspected before the first cell, so that rust-analyzer learns what the crate and a tensor are (otherwise the first cell
/// that uses them waits for it).
const STUDIED: &str = "use eosin::prelude::*;
let studied = Tensor::randn(0f32, 1., (2, 2), &Device::Cpu)?;
let sum = (&studied + &studied)?.sum_all()?.to_scalar::<f32>()?;
sum";
/// What the system says about a full disk.
const NO_SPACE: &str = "No space left on device";
/// After this long without a job there is time to ask what learners will ask, see [`super::completions`].
const IDLE: Duration = Duration::from_millis(200);

enum Job {
    Execute {
        code: String,
        front: Arc<dyn Front>,
        done: Reply<Result<(), Failure>>,
    },
    Complete {
        code: String,
        offset: usize,
        done: Reply<Option<Completed>>,
    },
    Inspect {
        code: String,
        offset: usize,
        done: Reply<Option<Bundle>>,
    },
}

type Reply<T> = tokio::sync::oneshot::Sender<T>;

/// A handle on the engine's thread; clones share it.
#[derive(Clone)]
pub struct Engine {
    jobs: mpsc::Sender<Job>,
    completions: Arc<Mutex<CompletionCache>>,
    pub control: Control,
}

impl Engine {
    /// Starts the thread; jobs wait until it is ready.
    pub fn start(scratch: &Path, prebuilt: Prebuilt) -> Self {
        let control = Control::new(scratch);
        let (jobs, queue) = mpsc::channel();
        let scratch = scratch.to_owned();
        let mut paths =
            modules_and_types(&fs::read_to_string(prebuilt.prelude()).unwrap_or_default());
        // The prelude ends with candle's types: tensors are in every cell.
        paths.reverse();
        let completions = Arc::new(Mutex::new(CompletionCache::new(paths)));
        thread::spawn({
            let (control, completions) = (control.clone(), Arc::clone(&completions));
            move || serve(&queue, &scratch, &prebuilt, control, &completions)
        });
        Engine {
            jobs,
            completions,
            control,
        }
    }

    pub async fn execute(&self, code: String, front: Arc<dyn Front>) -> Result<(), Failure> {
        let (done, reply) = tokio::sync::oneshot::channel();
        let _ = self.jobs.send(Job::Execute { code, front, done });
        reply.await.unwrap_or_else(|_| Err(engine_is_gone()))
    }

    pub async fn complete(&self, code: String, offset: usize) -> Option<Completed> {
        let (done, reply) = tokio::sync::oneshot::channel();
        let _ = self.jobs.send(Job::Complete { code, offset, done });
        reply.await.ok().flatten()
    }

    /// Completions without waiting, while a cell runs.
    pub fn complete_at_once(&self, code: &str, offset: usize) -> Option<Completed> {
        lock(&self.completions).complete(code, offset)
    }

    pub async fn inspect(&self, code: String, offset: usize) -> Option<Bundle> {
        let (done, reply) = tokio::sync::oneshot::channel();
        let _ = self.jobs.send(Job::Inspect { code, offset, done });
        reply.await.ok().flatten()
    }
}

fn could_not_start(error: &dyn std::fmt::Display) -> Failure {
    Failure::told(
        "KernelError",
        format!("the kernel could not start: {error}\n`cargo doctor` tells you more."),
    )
}

fn engine_is_gone() -> Failure {
    Failure::told(
        "KernelError",
        "the engine that compiles cells has stopped. Restart the kernel.",
    )
}

fn lock(completions: &Mutex<CompletionCache>) -> MutexGuard<'_, CompletionCache> {
    completions.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers jobs until nobody can send any more; in between, fills the cache of completions.
fn serve(
    queue: &mpsc::Receiver<Job>,
    scratch: &Path,
    prebuilt: &Prebuilt,
    control: Control,
    completions: &Mutex<CompletionCache>,
) {
    let started = catch_unwind(AssertUnwindSafe(|| {
        cell_call::while_starting(scratch, || Session::start(scratch, prebuilt, control))
            .unwrap_or_else(|error| Err(could_not_start(&error)))
    }))
    .unwrap_or_else(|_| Err(engine_is_gone()));
    let mut session = match started {
        Ok(session) => session,
        Err(failure) => return refuse(queue, &failure),
    };
    loop {
        let question = lock(completions).question();
        let job = match question.is_some() {
            true => queue.recv_timeout(IDLE),
            false => queue.recv().map_err(RecvTimeoutError::from),
        };
        // evcxr has many parts; a bug in one of them must not cost the learner's variables.
        let survived = catch_unwind(AssertUnwindSafe(|| match (job, question) {
            (Ok(job), _) => {
                let has_run = matches!(job, Job::Execute { .. });
                session.answer(job);
                if has_run {
                    lock(completions).update(session.variables());
                }
                true
            }
            (Err(RecvTimeoutError::Timeout), Some(question)) => {
                let code = question.code();
                let completed = session.complete(&code, code.len());
                let matches = completed.map(|completed| completed.matches);
                lock(completions).learn(question, matches.unwrap_or_default());
                true
            }
            (Err(_), _) => false,
        }));
        match survived {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => session.control.end(),
        }
    }
}

fn refuse(queue: &mpsc::Receiver<Job>, failure: &Failure) {
    for job in queue {
        match job {
            Job::Execute { done, .. } => drop(done.send(Err(failure.clone()))),
            Job::Complete { done, .. } => drop(done.send(None)),
            Job::Inspect { done, .. } => drop(done.send(None)),
        }
    }
}

struct Session {
    context: CommandContext,
    cell: Cell,
    control: Control,
    scratch: PathBuf,
    moved: Moved,
}

impl Session {
    fn start(scratch: &Path, prebuilt: &Prebuilt, control: Control) -> Result<Self, Failure> {
        if let Some(misfit) = prebuilt.misfit() {
            return Err(could_not_start(&format!(
                "the notebook crate was {misfit}; run `cargo lab --setup-only` once"
            )));
        }
        let program = std::env::current_exe().map_err(|error| could_not_start(&error))?;
        let (context, outputs) = EvalContext::with_subprocess_command(Command::new(program))
            .map_err(|error| could_not_start(&error))?;
        let cell = Cell::new(control.clone());
        follow_outputs(outputs, &cell);
        fs::write(listening_mark(scratch), "").map_err(|error| could_not_start(&error))?;
        let mut session = Session {
            context: CommandContext::with_eval_context(context),
            cell,
            control,
            scratch: scratch.to_owned(),
            moved: Moved::default(),
        };
        session.cell.begin(Arc::new(Nobody));
        let warmed = session.context.execute(WARM_UP);
        session.cell.end();
        warmed.map_err(|error| could_not_start(&error))?;
        let _ = session.context.hover_at(STUDIED, STUDIED.len());
        Ok(session)
    }

    fn answer(&mut self, job: Job) {
        match job {
            Job::Execute { code, front, done } => drop(done.send(self.execute(&code, front))),
            Job::Complete { code, offset, done } => drop(done.send(self.complete(&code, offset))),
            Job::Inspect { code, offset, done } => drop(done.send(self.inspect(&code, offset))),
        }
    }

    fn execute(&mut self, code: &str, front: Arc<dyn Front>) -> Result<(), Failure> {
        self.control.begin();
        self.cell.begin(Arc::clone(&front));
        // Some people delete cache folders, even while they are in use.
        let sources = self.scratch.join("src");
        let _ = fs::create_dir_all(&sources);
        cell_call::begin(&self.scratch);
        let mut callbacks = EvalCallbacks {
            input_reader: &|request| {
                let question = Question {
                    // The crate writes the prompt as JSON: evcxr would take it to end at a colon.
                    prompt: serde_json::from_str(&request.prompt).unwrap_or(request.prompt),
                    password: request.is_password,
                };
                front.ask(question).unwrap_or_default()
            },
        };
        let mut result = self.context.execute_with_callbacks(code, &mut callbacks);
        if let Err(evcxr::Error::CompilationErrors(errors)) = &mut result {
            // A mere warning is not why the cell does not compile.
            errors.retain(|error| error.json["level"] != "warning");
        }
        if let Err(evcxr::Error::CompilationErrors(errors)) = &result
            && let Some(verdict) = not_attempted(code, errors, &self.moved)
        {
            result = self
                .context
                .execute_with_callbacks(&verdict, &mut callbacks);
        }
        let ending = self.cell.end();
        self.control.end();
        let stopped = ending.panicked || ending.failed;
        let names = self.variables().into_keys();
        self.moved.update(names, stopped);
        match result {
            Ok(outputs) => {
                let compiled = if stopped {
                    fs::read_to_string(sources.join("lib.rs")).unwrap_or_default()
                } else {
                    String::new()
                };
                if let Some(failure) = Failure::from_ending(code, &compiled, &ending) {
                    return Err(failure);
                }
                // The answers of evcxr's own commands, such as `:vars`.
                if !outputs.content_by_mime_type.is_empty() {
                    let data = outputs
                        .content_by_mime_type
                        .into_iter()
                        .map(|(mime, text)| (mime, text.into()));
                    front.show(Output::Result(Bundle {
                        data: data.collect(),
                        ..Bundle::default()
                    }));
                }
                Ok(())
            }
            Err(evcxr::Error::SubprocessTerminated(reason)) => {
                self.moved.forget();
                Err(self.lost_process(ending.died.unwrap_or(reason)))
            }
            Err(_) if self.control.was_interrupted() => Err(Failure::told(
                "Interrupted",
                "stopped while compiling. Nothing of this cell ran.",
            )),
            // Whichever program found it: evcxr, rustc or the linker.
            Err(error) if error.to_string().contains(NO_SPACE) => Err(Failure::told(
                "DiskFull",
                format!(
                    "the disk is full, so the cell could not be compiled, and none of it ran. Free some space on the \
                     disk that holds {}, then run the cell again.",
                    self.scratch.display()
                ),
            )),
            Err(evcxr::Error::CompilationErrors(errors)) => {
                Err(Failure::from_compiler(code, &errors, &self.moved))
            }
            Err(error) => {
                let message = error.to_string();
                let message = not_kept(&message).unwrap_or(message);
                Err(Failure::told("Error", message))
            }
        }
    }

    fn lost_process(&self, reason: String) -> Failure {
        const LOST: &str = "All variables are lost (functions, structs and `use` lines are kept): run the cells above \
                            again.";
        if self.control.was_killed() {
            Failure::told(
                "Interrupted",
                format!("the cell did not stop, so its process was killed. {LOST}"),
            )
        } else {
            Failure::told(
                "ProcessDied",
                format!("the cell ended its process ({reason}). {LOST}"),
            )
        }
    }

    fn complete(&mut self, code: &str, offset: usize) -> Option<Completed> {
        let completions = self.context.completions(code, offset).ok()?;
        let matches = completions
            .completions
            .into_iter()
            .map(|one| Match {
                text: name_alone(&one.code),
                kind: one.kind,
            })
            .collect();
        Some(Completed {
            matches,
            start: completions.start_offset,
            end: completions.end_offset,
        })
    }

    /// The learner's variables with their types.
    fn variables(&self) -> HashMap<String, String> {
        self.context
            .variables_and_types()
            .map(|(name, of)| (name.to_owned(), of.to_owned()))
            .collect()
    }

    fn inspect(&mut self, code: &str, offset: usize) -> Option<Bundle> {
        let (text, html) = self.context.hover_at(code, offset).ok()?;
        if text == "No documentation found" {
            return None;
        }
        let data = [("text/plain", text), ("text/html", html)];
        Some(Bundle {
            data: data
                .map(|(mime, text)| (mime.to_owned(), text.into()))
                .into_iter()
                .collect(),
            ..Bundle::default()
        })
    }
}

/// rust-analyzer completes a call with the names of its arguments, for editors that step through them. A notebook cannot.
fn name_alone(code: &str) -> String {
    code.split_once('(')
        .map_or(code, |(name, _)| name)
        .to_owned()
}

/// Takes the lines that evcxr passes on, for as long as it lives.
fn follow_outputs(outputs: EvalContextOutputs, cell: &Cell) {
    let EvalContextOutputs { stdout, stderr } = outputs;
    thread::spawn({
        let cell = cell.clone();
        move || {
            stdout
                .iter()
                .for_each(|line| cell.follow(Event::from_line(&line)))
        }
    });
    // Only the supervisor itself writes here: if something is wrong with it, the learner must know.
    let cell = cell.clone();
    thread::spawn(move || {
        stderr
            .iter()
            .for_each(|line| cell.follow(Event::Stderr(format!("{line}\n"))))
    });
}

/// The front of what the kernel runs for itself: shows nothing.
struct Nobody;

impl Front for Nobody {
    fn show(&self, _: Output) {}
    fn ask(&self, _: Question) -> Option<String> {
        None
    }
}
