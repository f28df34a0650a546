//! evcxr on a thread of its own, which compiles and runs cells, completes and inspects, one thing after another.

use super::cell_call;
use super::completions::{Completed, CompletionCache};
use super::control::Control;
use super::output::{Bundle, Failure, Front};
use super::prelude::modules_and_types;
use super::session::{Session, could_not_start};
use crate::prebuilt::Prebuilt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

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
                answer(&mut session, job);
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

fn answer(session: &mut Session, job: Job) {
    match job {
        Job::Execute { code, front, done } => drop(done.send(session.execute(&code, front))),
        Job::Complete { code, offset, done } => drop(done.send(session.complete(&code, offset))),
        Job::Inspect { code, offset, done } => drop(done.send(session.inspect(&code, offset))),
    }
}
