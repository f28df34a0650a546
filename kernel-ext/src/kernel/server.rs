//! The kernel's side of the Jupyter protocol (5.3) over ZeroMQ.

use super::completeness::{Completeness, completeness};
use super::completions::Completed;
use super::cursor::{byte_of, characters_before};
use super::engine::Engine;
use super::front::CellFront;
use super::history::History;
use super::info::kernel_info;
use super::iopub::Publisher;
use super::output::Failure;
use super::questions::Questions;
use super::wire::read;
use crate::error::Result;
use jupyter_protocol::{
    CommInfoReply, CompleteReply, CompleteRequest, ConnectionInfo, ErrorOutput, ExecuteInput,
    ExecuteReply, ExecuteRequest, ExecutionCount, ExpressionResult, HistoryReply, InspectReply,
    InspectRequest, InterruptReply, IsCompleteReply, JupyterMessage, JupyterMessageContent,
    ReplyError, ReplyStatus, ShutdownReply, Status,
};
use jupyter_zmq_client::{
    KernelControlConnection, RouterRecvConnection, RouterSendConnection,
    create_kernel_control_connection, create_kernel_heartbeat_connection,
    create_kernel_iopub_xpub_connection, create_kernel_shell_connection,
    create_kernel_stdin_connection,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Serves until a client asks for a shutdown or the process is asked to end.
pub async fn serve(connection: &ConnectionInfo, engine: Engine) -> Result<()> {
    let session = uuid::Uuid::new_v4().to_string();
    let mut heartbeat = create_kernel_heartbeat_connection(connection).await?;
    let shell = create_kernel_shell_connection(connection, &session).await?;
    let control = create_kernel_control_connection(connection, &session).await?;
    let stdin = create_kernel_stdin_connection(connection, &session).await?;
    let iopub = create_kernel_iopub_xpub_connection(connection, &session).await?;
    let publisher = Publisher::start(iopub);
    publisher.send(Status::starting().into());

    tokio::spawn(async move { while heartbeat.single_heartbeat().await.is_ok() {} });
    let (writer, reader) = shell.split();
    let (replies, outgoing) = unbounded_channel();
    tokio::spawn(send_replies(writer, outgoing));
    let kernel = Kernel {
        questions: Questions::start(stdin, engine.control.clone()),
        engine,
        publisher,
        replies,
        running: Arc::default(),
        history: Arc::default(),
    };
    let (cells, queue) = unbounded_channel();
    tokio::spawn(read_shell(reader, kernel.clone(), cells));
    tokio::spawn(run_in_order(queue, kernel.clone()));
    tokio::select! {
        () = serve_control(control, kernel) => {}
        () = told_to_end() => {}
    }
    Ok(())
}

async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

async fn send_replies(
    mut writer: RouterSendConnection,
    mut outgoing: UnboundedReceiver<JupyterMessage>,
) {
    while let Some(message) = outgoing.recv().await {
        // A client that has left cannot be answered; the others can.
        let _ = writer.send(message).await;
    }
}

/// What the tasks of the kernel share.
#[derive(Clone)]
struct Kernel {
    engine: Engine,
    publisher: Publisher,
    questions: Questions,
    replies: UnboundedSender<JupyterMessage>,
    /// The request of the cell that runs.
    running: Arc<Mutex<Option<JupyterMessage>>>,
    history: Arc<Mutex<History>>,
}

/// Answers at once what needs no compiler; queues the rest.
async fn read_shell(
    mut reader: RouterRecvConnection,
    kernel: Kernel,
    queue: UnboundedSender<JupyterMessage>,
) {
    loop {
        let message = read(&mut reader, "shell").await;
        let reply = match &message.content {
            JupyterMessageContent::KernelInfoRequest(_) => kernel_info().as_child_of(&message),
            JupyterMessageContent::IsCompleteRequest(request) => {
                let reply = match completeness(&request.code) {
                    Completeness::Complete => IsCompleteReply::complete(),
                    Completeness::Incomplete { indent } => IsCompleteReply::incomplete(indent),
                    Completeness::Invalid => IsCompleteReply::invalid(),
                };
                reply.as_child_of(&message)
            }
            JupyterMessageContent::HistoryRequest(request) => {
                let history = kernel
                    .history
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .answer(request);
                HistoryReply::new(history).as_child_of(&message)
            }
            JupyterMessageContent::CommInfoRequest(_) => {
                CommInfoReply::default().as_child_of(&message)
            }
            JupyterMessageContent::CompleteRequest(request) if kernel.runs_a_cell() => {
                let offset = byte_of(&request.code, request.cursor_pos);
                let completed = kernel.engine.complete_at_once(&request.code, offset);
                complete_reply(request, completed).as_child_of(&message)
            }
            JupyterMessageContent::ExecuteRequest(_)
            | JupyterMessageContent::CompleteRequest(_)
            | JupyterMessageContent::InspectRequest(_) => {
                let _ = queue.send(message);
                continue;
            }
            JupyterMessageContent::ShutdownRequest(request) => {
                let reply = ShutdownReply {
                    restart: request.restart,
                    ..ShutdownReply::default()
                };
                reply.as_child_of(&message)
            }
            // Comms are the front ends' own affair; a kernel without targets ignores them, as the protocol says.
            _ => continue,
        };
        kernel.publisher.send(Status::busy().as_child_of(&message));
        let _ = kernel.replies.send(reply);
        kernel.publisher.send(Status::idle().as_child_of(&message));
        // A front end shows the last status that it saw; while a cell runs, that must be busy.
        if let Some(cell) = &*kernel
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            kernel.publisher.send(Status::busy().as_child_of(cell));
        }
    }
}

async fn run_in_order(mut queue: UnboundedReceiver<JupyterMessage>, kernel: Kernel) {
    let mut count = 0;
    while let Some(message) = queue.recv().await {
        let set_running = |cell| {
            *kernel
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = cell
        };
        set_running(Some(message.clone()));
        kernel.publisher.send(Status::busy().as_child_of(&message));
        let mut aborts = false;
        let reply = match &message.content {
            JupyterMessageContent::ExecuteRequest(request) => {
                let reply = kernel.execute(request, &message, &mut count).await;
                aborts = reply.status == ReplyStatus::Error && request.stop_on_error;
                reply.as_child_of(&message)
            }
            JupyterMessageContent::CompleteRequest(request) => {
                kernel.complete(request).await.as_child_of(&message)
            }
            JupyterMessageContent::InspectRequest(request) => {
                kernel.inspect(request).await.as_child_of(&message)
            }
            _ => continue,
        };
        let _ = kernel.replies.send(reply);
        set_running(None);
        kernel.publisher.send(Status::idle().as_child_of(&message));
        if aborts {
            kernel.abort_queued(&mut queue);
        }
    }
}

impl Kernel {
    fn runs_a_cell(&self) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().is_some_and(|message| {
            matches!(message.content, JupyterMessageContent::ExecuteRequest(_))
        })
    }

    async fn execute(
        &self,
        request: &ExecuteRequest,
        message: &JupyterMessage,
        count: &mut usize,
    ) -> ExecuteReply {
        let stores = request.store_history && !request.silent;
        if stores {
            *count += 1;
            self.history
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(*count, &request.code);
        }
        let execution_count = ExecutionCount::new(*count);
        if !request.silent {
            let input = ExecuteInput {
                code: request.code.clone(),
                execution_count,
            };
            self.publisher.send(input.as_child_of(message));
        }
        let front = CellFront {
            publisher: self.publisher.clone(),
            questions: request.allow_stdin.then(|| self.questions.clone()),
            request: message.clone(),
            execution_count,
            silent: request.silent,
        };
        let outcome = self
            .engine
            .execute(request.code.clone(), Arc::new(front))
            .await;
        let mut reply = ExecuteReply {
            execution_count,
            ..ExecuteReply::default()
        };
        match outcome {
            Ok(()) => {
                let unsupported = request.user_expressions.iter().flatten().map(|(name, _)| {
                    let error = ExpressionResult::Error {
                        ename: "Unsupported".to_owned(),
                        evalue: "user expressions are not evaluated".to_owned(),
                        traceback: Vec::new(),
                    };
                    (name.clone(), error)
                });
                reply.user_expressions = Some(unsupported.collect());
            }
            Err(Failure {
                name,
                message: text,
                traceback,
            }) => {
                let output = ErrorOutput {
                    ename: name.clone(),
                    evalue: text.clone(),
                    traceback: traceback.clone(),
                };
                self.publisher.send(output.as_child_of(message));
                reply.status = ReplyStatus::Error;
                reply.error = Some(Box::new(ReplyError {
                    ename: name,
                    evalue: text,
                    traceback,
                }));
            }
        }
        reply
    }

    /// After a failure, the cells that are already waiting do not run (so Run All stops there).
    fn abort_queued(&self, queue: &mut UnboundedReceiver<JupyterMessage>) {
        let mut others = Vec::new();
        while let Ok(waiting) = queue.try_recv() {
            if !matches!(waiting.content, JupyterMessageContent::ExecuteRequest(_)) {
                others.push(waiting);
                continue;
            }
            self.publisher.send(Status::busy().as_child_of(&waiting));
            let reply = ExecuteReply {
                status: ReplyStatus::Aborted,
                // No number: JupyterLab leaves the prompt empty.
                execution_count: ExecutionCount::new(0),
                ..ExecuteReply::default()
            };
            let _ = self.replies.send(reply.as_child_of(&waiting));
            self.publisher.send(Status::idle().as_child_of(&waiting));
        }
        for waiting in others {
            let empty = match &waiting.content {
                JupyterMessageContent::CompleteRequest(_) => {
                    CompleteReply::default().as_child_of(&waiting)
                }
                _ => InspectReply::default().as_child_of(&waiting),
            };
            self.publisher.send(Status::busy().as_child_of(&waiting));
            let _ = self.replies.send(empty);
            self.publisher.send(Status::idle().as_child_of(&waiting));
        }
    }

    async fn complete(&self, request: &CompleteRequest) -> CompleteReply {
        let offset = byte_of(&request.code, request.cursor_pos);
        let completed = self.engine.complete(request.code.clone(), offset).await;
        complete_reply(request, completed)
    }

    async fn inspect(&self, request: &InspectRequest) -> InspectReply {
        let offset = end_of_word(&request.code, byte_of(&request.code, request.cursor_pos));
        match self.engine.inspect(request.code.clone(), offset).await {
            Some(bundle) => InspectReply {
                found: true,
                data: super::front::media(bundle.data),
                ..InspectReply::default()
            },
            None => InspectReply::default(),
        }
    }
}

fn complete_reply(request: &CompleteRequest, completed: Option<Completed>) -> CompleteReply {
    let mut reply = CompleteReply {
        cursor_start: request.cursor_pos,
        cursor_end: request.cursor_pos,
        ..Default::default()
    };
    if let Some(completed) = completed {
        reply.cursor_start = characters_before(&request.code, completed.start);
        reply.cursor_end = characters_before(&request.code, completed.end);
        let types: Vec<Value> = completed
            .matches
            .iter()
            .map(|one| {
                json!({ "text": one.text, "type": one.kind, "start": reply.cursor_start, "end": reply.cursor_end })
            })
            .collect();
        reply
            .metadata
            .insert("_jupyter_types_experimental".to_owned(), types.into());
        reply.matches = completed.matches.into_iter().map(|one| one.text).collect();
    }
    reply
}

/// A cursor inside a name means the whole name.
fn end_of_word(code: &str, offset: usize) -> usize {
    let in_word = |character: char| character.is_alphanumeric() || character == '_';
    code[offset..]
        .find(|character| !in_word(character))
        .map_or(code.len(), |length| offset + length)
}

async fn serve_control(mut connection: KernelControlConnection, kernel: Kernel) {
    loop {
        let message = read(&mut connection, "control").await;
        kernel.publisher.send(Status::busy().as_child_of(&message));
        let mut ends = false;
        let reply = match &message.content {
            JupyterMessageContent::KernelInfoRequest(_) => kernel_info().as_child_of(&message),
            JupyterMessageContent::InterruptRequest(_) => {
                kernel.engine.control.interrupt();
                InterruptReply::new().as_child_of(&message)
            }
            JupyterMessageContent::ShutdownRequest(request) => {
                ends = true;
                ShutdownReply {
                    restart: request.restart,
                    ..ShutdownReply::default()
                }
                .as_child_of(&message)
            }
            _ => continue,
        };
        if ends {
            kernel.publisher.send(reply.clone());
        }
        let _ = connection.send(reply).await;
        kernel.publisher.send(Status::idle().as_child_of(&message));
        if ends {
            kernel.publisher.finish().await;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inspection_takes_the_whole_name_under_the_cursor() {
        assert_eq!(end_of_word("Tensor::zeros(1)", 3), 6);
        assert_eq!(end_of_word("Tensor::zeros(1)", 9), 13);
        assert_eq!(end_of_word("größe", 1), "größe".len());
    }
}
