//! What cells run in: evcxr, and what the kernel knows about the cells so far.

use super::cell::Cell;
use super::cell_call;
use super::cell_items::CellItems;
use super::completions::{Completed, Match};
use super::control::Control;
use super::event::Event;
use super::exercise_check::not_attempted;
use super::explanation::not_kept;
use super::extended::Extended;
use super::graded::{Graded, WithoutResult};
use super::impls::{self, Impls, Plan, Staying};
use super::macros::{self, Macros};
use super::moved::Moved;
use super::output::{Bundle, Failure, Front, Output, Question};
use super::statics;
use super::supervisor::{last_words, listening_mark};
use super::unfinished::unfinished;
use crate::home;
use crate::prebuilt::Prebuilt;
use evcxr::{
    CommandContext, CompilationError, EvalCallbacks, EvalContext, EvalContextOutputs, EvalOutputs,
};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

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

/// All that the learner's cells have made so far.
pub struct Session {
    context: CommandContext,
    cell: Cell,
    pub control: Control,
    scratch: PathBuf,
    moved: Moved,
    impls: Impls,
    macros: Macros,
}

impl Session {
    pub fn start(scratch: &Path, prebuilt: &Prebuilt, control: Control) -> Result<Self, Failure> {
        if let Some(misfit) = prebuilt.misfit() {
            return Err(could_not_start(&format!(
                "the notebook crate was {misfit}; {}",
                home::how_to_set_up()
            )));
        }
        let program = std::env::current_exe().map_err(|error| could_not_start(&error))?;
        // The first cells are evcxr's and the kernel's own: if they do not compile, the crate that they use is not whole.
        let unusable = |error: evcxr::Error| {
            could_not_start(&format!(
                "the notebook crate cannot be used ({error}). Remove the folder of {}, then run `cargo lab --setup-only`",
                prebuilt.library().display()
            ))
        };
        let (context, outputs) = EvalContext::with_subprocess_command(Command::new(program))
            .map_err(|error| match fs::read_to_string(last_words(scratch)) {
                Ok(words) => could_not_start(&words),
                Err(_) => unusable(error),
            })?;
        let cell = Cell::new(control.clone());
        follow_outputs(outputs, &cell);
        fs::write(listening_mark(scratch), "").map_err(|error| could_not_start(&error))?;
        let mut session = Session {
            context: CommandContext::with_eval_context(context),
            cell,
            control,
            scratch: scratch.to_owned(),
            moved: Moved::default(),
            impls: Impls::default(),
            macros: Macros::default(),
        };
        session.cell.begin(Arc::new(Nobody));
        let warmed = session.context.execute(WARM_UP);
        session.cell.end();
        warmed.map_err(unusable)?;
        let _ = session.context.hover_at(STUDIED, STUDIED.len());
        Ok(session)
    }

    pub fn execute(&mut self, code: &str, front: Arc<dyn Front>) -> Result<(), Failure> {
        let graded = Graded::of(code);
        let front: Arc<dyn Front> = match graded {
            Some(_) => Arc::new(WithoutResult(front)),
            None => front,
        };
        let added = graded.as_ref().map(|graded| graded.additions.as_slice());
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
        let items = CellItems::of(code);
        let (mut result, cell, plan) =
            self.execute_with_impls(code, added.unwrap_or_default(), &items, &mut callbacks);
        let notes = [
            left_behind(&plan.gone),
            statics::note(&items),
            self.macros.note(&items),
        ];
        for note in notes.into_iter().flatten() {
            front.show(Output::Stderr(note));
        }
        if result.is_ok() {
            self.impls = plan.impls;
            self.macros.update(&items);
        }
        if let Err(evcxr::Error::CompilationErrors(errors)) = &mut result {
            // A mere warning is not why the cell does not compile.
            errors.retain(|error| error.json["level"] != "warning");
        }
        if let Err(evcxr::Error::CompilationErrors(errors)) = &result
            && let Some(verdict) = not_attempted(&cell.code, errors, &self.moved)
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
                if let Some(failure) = graded.and_then(|of| of.failure(ending.right.as_deref())) {
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
            Err(evcxr::Error::CompilationErrors(errors)) => Err(match unfinished(code) {
                Some(unfinished) => Failure::unfinished(code, &unfinished),
                None => Failure::from_compiler(code, &cell, &errors, &self.moved),
            }),
            Err(error) => {
                let message = error.to_string();
                let message = not_kept(&message).unwrap_or(message);
                Err(Failure::told("Error", message))
            }
        }
    }

    /// Runs a cell with what is added to it and all `impl`s that fit it.
    fn execute_with_impls(
        &mut self,
        code: &str,
        added: &[(usize, String)],
        items: &CellItems,
        callbacks: &mut EvalCallbacks,
    ) -> (Result<EvalOutputs, evcxr::Error>, Extended, Plan) {
        // `:clear` makes evcxr forget them.
        let there: HashSet<&str> = self.context.defined_item_names().collect();
        self.impls.retain(|mark| there.contains(mark));
        let mut execute = |plan: Plan| {
            let additions = [
                added,
                &plan.additions[..],
                &macros::exports(items),
                &statics::endings(items),
            ];
            let cell = Extended::new(code, additions.concat());
            let result = self.context.execute_with_callbacks(&cell.code, callbacks);
            (result, cell, plan)
        };
        let first = execute(self.impls.plan(items, Staying::OfOtherCells));
        let (Err(evcxr::Error::CompilationErrors(errors)), _, plan) = &first else {
            return first;
        };
        // A type that is defined anew may not have what the `impl`s of other cells use.
        let smaller = self.impls.plan(items, Staying::None);
        if smaller.gone.len() == plan.gone.len() || self.control.was_interrupted() {
            return first;
        }
        let is_elsewhere = |error: &CompilationError| {
            let mut messages = error.spanned_messages().iter();
            error.level() == "error" && messages.all(|message| message.span.is_none())
        };
        let second = execute(smaller);
        match &second.0 {
            Err(evcxr::Error::CompilationErrors(_)) if !errors.iter().any(is_elsewhere) => first,
            _ => second,
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

    pub fn complete(&mut self, code: &str, offset: usize) -> Option<Completed> {
        let completions = self.context.completions(code, offset).ok()?;
        let matches = completions
            .completions
            .into_iter()
            .filter(|one| !one.code.starts_with(impls::MARK))
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
    pub fn variables(&self) -> HashMap<String, String> {
        self.context
            .variables_and_types()
            .map(|(name, of)| (name.to_owned(), of.to_owned()))
            .collect()
    }

    pub fn inspect(&mut self, code: &str, offset: usize) -> Option<Bundle> {
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

/// What a learner must know about `impl`s that do not outlive the type that they are about.
fn left_behind(gone: &[String]) -> Option<String> {
    let heads: Vec<String> = gone.iter().map(|head| format!("`{head}`")).collect();
    (!heads.is_empty()).then(|| {
        format!(
            "This cell defines a type anew. What belonged to the earlier one is gone: {}. If you need it, run its cell \
             again.\n",
            heads.join(", ")
        )
    })
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

/// Why there is no session.
pub fn could_not_start(error: &dyn std::fmt::Display) -> Failure {
    Failure::told(
        "KernelError",
        format!("the kernel could not start: {error}\n`cargo doctor` tells you more."),
    )
}
