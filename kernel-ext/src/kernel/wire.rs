//! Reading messages as clients send them.
//!
//! The protocol lets a client leave out fields, but `jupyter-protocol` requires them all. Missing fields get the protocol's
//! defaults.

use jupyter_protocol::{Header, JupyterMessage, JupyterMessageContent};
use jupyter_zmq_client::{Connection, RawMessage, RuntimeError};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use zeromq::SocketRecv;

/// The pause after an error of the socket itself, so that a lasting one does not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(50);

/// The next message that is complete and signed with the connection's key. Others are dropped and counted: one may be a
/// client's mistake, many come from somebody without the key.
pub async fn read<S: SocketRecv>(connection: &mut Connection<S>, channel: &str) -> JupyterMessage {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    loop {
        match read_one(connection).await {
            Ok(message) => return message,
            Err(error) => {
                let count = DROPPED.fetch_add(1, Ordering::Relaxed) + 1;
                eprintln!(
                    "eosin kernel: a message on the {channel} channel was dropped ({count} so far): {error}"
                );
                if matches!(error, RuntimeError::ZmqError(_)) {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn read_one<S: SocketRecv>(
    connection: &mut Connection<S>,
) -> Result<JupyterMessage, RuntimeError> {
    let multipart = connection.socket.recv().await?;
    let RawMessage {
        zmq_identities,
        jparts,
    } = RawMessage::from_multipart(multipart, &connection.mac)?;
    let [header, parent_header, metadata, content, buffers @ ..] = jparts.as_slice() else {
        return Err(RuntimeError::InsufficientMessageParts(jparts.len()));
    };
    let header: Header = serde_json::from_slice(header)?;
    let mut content: Value = serde_json::from_slice(content)?;
    fill_in(&header.msg_type, &mut content);
    let content = JupyterMessageContent::from_type_and_content(&header.msg_type, content).map_err(
        |source| RuntimeError::ParseError {
            msg_type: header.msg_type.clone(),
            source,
        },
    )?;
    Ok(JupyterMessage {
        zmq_identities,
        header,
        parent_header: serde_json::from_slice(parent_header).ok(),
        metadata: serde_json::from_slice(metadata)?,
        content,
        buffers: buffers.to_vec(),
        channel: None,
    })
}

fn fill_in(kind: &str, content: &mut Value) {
    let defaults = match kind {
        "execute_request" => json!({
            "silent": false, "store_history": true, "user_expressions": {}, "allow_stdin": true, "stop_on_error": true
        }),
        "history_request" => json!({
            "output": false, "raw": true, "hist_access_type": "tail", "session": 0, "start": 0, "stop": 0, "n": 0,
            "pattern": "*", "unique": false
        }),
        "inspect_request" => json!({ "detail_level": 0 }),
        "shutdown_request" => json!({ "restart": false }),
        _ => return,
    };
    if let (Value::Object(content), Value::Object(defaults)) = (content, defaults) {
        for (name, value) in defaults {
            if content.get(&name).is_none_or(Value::is_null) {
                content.insert(name, value);
            }
        }
    }
}
