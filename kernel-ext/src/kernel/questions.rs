//! Asking the learner, on the stdin channel.

use super::control::Control;
use super::output::Question;
use super::wire::read;
use jupyter_protocol::{InputRequest, JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{KernelStdinConnection, RouterRecvConnection};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How often a waiting question checks whether the learner has interrupted the cell instead.
const LOOK: Duration = Duration::from_millis(100);

/// Asks one question at a time; clones share the channel.
#[derive(Clone)]
pub struct Questions {
    requests: UnboundedSender<JupyterMessage>,
    answers: Arc<Mutex<Receiver<String>>>,
    control: Control,
}

impl Questions {
    pub fn start(connection: KernelStdinConnection, control: Control) -> Self {
        let (mut writer, reader) = connection.split();
        let (requests, mut outgoing) = unbounded_channel();
        let (answer, answers) = channel();
        tokio::spawn(async move {
            while let Some(request) = outgoing.recv().await {
                let _ = writer.send(request).await;
            }
        });
        tokio::spawn(read_answers(reader, answer));
        Questions {
            requests,
            answers: Arc::new(Mutex::new(answers)),
            control,
        }
    }

    /// Blocks until the learner has answered the cell of `request`, or has interrupted it.
    pub fn ask(&self, question: Question, request: &JupyterMessage) -> Option<String> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // An answer to a question that an interrupt ended must not answer the next one.
        while answers.try_recv().is_ok() {}
        let Question { prompt, password } = question;
        let _ = self
            .requests
            .send(InputRequest { prompt, password }.as_child_of(request));
        loop {
            match answers.recv_timeout(LOOK) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Timeout) if !self.control.was_interrupted() => {}
                Err(_) => return None,
            }
        }
    }
}

async fn read_answers(mut reader: RouterRecvConnection, answer: std::sync::mpsc::Sender<String>) {
    loop {
        if let JupyterMessageContent::InputReply(reply) = read(&mut reader, "stdin").await.content
            && answer.send(reply.value).is_err()
        {
            return;
        }
    }
}
