//! The channel that tells all clients what the kernel does.

use super::gathered_text::GatheredText;
use jupyter_protocol::{IoPubWelcome, JupyterMessage};
use jupyter_zmq_client::{KernelIoPubXPubConnection, SubscriptionEvent};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

enum Outgoing {
    Message(Box<JupyterMessage>),
    Flush(oneshot::Sender<()>),
}

/// Sends from any thread, in order; clones share the channel.
#[derive(Clone)]
pub struct Publisher {
    outgoing: UnboundedSender<Outgoing>,
}

impl Publisher {
    pub fn start(connection: KernelIoPubXPubConnection) -> Self {
        let (outgoing, queue) = unbounded_channel();
        tokio::spawn(publish(connection, queue));
        Publisher { outgoing }
    }

    pub fn send(&self, message: JupyterMessage) {
        let _ = self.outgoing.send(Outgoing::Message(Box::new(message)));
    }

    /// Waits until everything sent is on the wire.
    pub async fn finish(&self) {
        let (done, flushed) = oneshot::channel();
        let _ = self.outgoing.send(Outgoing::Flush(done));
        let _ = flushed.await;
        // The socket hands bytes to the network in the background.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn publish(
    mut connection: KernelIoPubXPubConnection,
    mut queue: UnboundedReceiver<Outgoing>,
) {
    let mut gathered = GatheredText::default();
    loop {
        let due = gathered.due();
        tokio::select! {
            outgoing = queue.recv() => match outgoing {
                Some(Outgoing::Message(message)) => {
                    for message in gathered.add(*message) {
                        // A subscriber that has left must not silence the channel for the others.
                        let _ = connection.send(message).await;
                    }
                }
                Some(Outgoing::Flush(done)) => {
                    if let Some(text) = gathered.take() {
                        let _ = connection.send(text).await;
                    }
                    let _ = done.send(());
                }
                None => return,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if let Some(text) = gathered.take() {
                    let _ = connection.send(text).await;
                }
            }
            event = connection.recv_subscription() => {
                if let Ok(SubscriptionEvent::Subscribe(topic)) = event {
                    let _ = connection.send(IoPubWelcome::new(topic).into()).await;
                }
            }
        }
    }
}
