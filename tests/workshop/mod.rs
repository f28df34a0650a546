//! The workshop as `cargo lab` sets it up, and a kernel of it to talk to: what all whole-system tests share.

#![allow(dead_code)]

pub mod browser;
pub mod lesson;
pub mod notebook;
pub mod process;

use jupyter_protocol::{
    CompleteReply, CompleteRequest, ConnectionInfo, ExecuteRequest, HistoryReply, HistoryRequest,
    InputReply, InspectReply, InspectRequest, InterruptRequest, IsCompleteRequest, JupyterMessage,
    JupyterMessageContent, KernelInfoRequest, MediaType, ReplyStatus, ShutdownRequest, Stdio,
    Transport,
};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, ClientStdinConnection,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peek_ports_with_listeners, peer_identity_for_session,
};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio as Pipe};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Longer than any single answer may take on two busy cores.
const PATIENCE: Duration = Duration::from_secs(120);

/// What signs the messages of test kernels.
pub const KEY: &str = "a secret";

/// A workshop that is set up.
pub struct Workshop {
    /// The kernel's program.
    pub kernel: PathBuf,
    /// The interpreter that runs JupyterLab.
    pub python: PathBuf,
    /// The folder `kernels` that holds the kernelspec.
    pub kernelspecs: PathBuf,
}

/// The program `eosin` of this checkout.
pub fn eosin(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args([
            "run",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            "eosin-kernel",
            "--bin",
            "eosin",
            "--",
        ])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Sets the workshop up, as a learner does.
pub fn workshop() -> &'static Workshop {
    static WORKSHOP: OnceLock<Workshop> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workshop");
        let set_up = eosin(&["lab", "--setup-only", "--dir", folder.to_str().unwrap()])
            .status()
            .unwrap();
        assert!(set_up.success(), "`cargo lab --setup-only` failed");
        let doctor = eosin(&["doctor", "--json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
        assert_eq!(report["ok"], true, "{report:#}");
        let kernelspec = PathBuf::from(report["kernelspec"].as_str().unwrap());
        let spec = std::fs::read(kernelspec.join("kernel.json")).unwrap();
        let spec: serde_json::Value = serde_json::from_slice(&spec).unwrap();
        Workshop {
            kernel: PathBuf::from(spec["argv"][0].as_str().unwrap()),
            python: PathBuf::from(report["python"].as_str().unwrap()),
            kernelspecs: kernelspec.parent().unwrap().to_owned(),
        }
    })
}

/// A Python environment with what tests need beside JupyterLab.
pub fn test_python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| environment("python", "tests/requirements.txt"))
        .clone()
}

/// The interpreter of a Python environment with what a file requires.
pub fn environment(name: &str, requirements: &str) -> PathBuf {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join(requirements);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (python, mark) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = std::fs::read(&requirements).unwrap();
    if std::fs::read(&mark).is_ok_and(|there| there == wanted) {
        return python;
    }
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder)
        .status()
        .unwrap();
    assert!(made.success(), "python3 -m venv failed");
    let installed = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(&requirements)
        .status()
        .unwrap();
    assert!(installed.success(), "pip install failed");
    std::fs::write(&mark, wanted).unwrap();
    python
}

/// One output of a cell.
#[derive(Debug, Clone)]
pub enum Output {
    Stdout(String),
    Stderr(String),
    Display {
        data: Vec<MediaType>,
        id: Option<String>,
    },
    Update {
        data: Vec<MediaType>,
        id: String,
    },
    Result(Vec<MediaType>),
    Clear,
    Error {
        name: String,
        message: String,
        traceback: String,
    },
}

/// What became of a cell.
#[derive(Debug)]
pub struct Cell {
    pub status: ReplyStatus,
    /// The number in the prompt.
    pub execution_count: usize,
    /// With the time since the cell was sent.
    pub outputs: Vec<(Duration, Output)>,
    pub time: Duration,
}

impl Cell {
    pub fn stdout(&self) -> String {
        self.join(|output| match output {
            Output::Stdout(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub fn stderr(&self) -> String {
        self.join(|output| match output {
            Output::Stderr(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// The plain text of the result.
    pub fn result(&self) -> String {
        self.join(|output| match output {
            Output::Result(data) => plain(data),
            _ => None,
        })
    }

    /// Name, message and traceback (without colours) of the error.
    pub fn error(&self) -> (String, String, String) {
        let found = self.outputs.iter().find_map(|(_, output)| match output {
            Output::Error {
                name,
                message,
                traceback,
            } => Some((name.clone(), message.clone(), traceback.clone())),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no error in {self:?}"))
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, ReplyStatus::Ok, "{self:#?}");
        self
    }

    fn join(&self, part: impl Fn(&Output) -> Option<String>) -> String {
        self.outputs
            .iter()
            .filter_map(|(_, output)| part(output))
            .collect()
    }
}

/// The plain text of a bundle.
pub fn plain(data: &[MediaType]) -> Option<String> {
    data.iter().find_map(|media| match media {
        MediaType::Plain(text) => Some(text.clone()),
        _ => None,
    })
}

/// Whether a bundle holds a PNG.
pub fn has_png(data: &[MediaType]) -> bool {
    data.iter().any(|media| matches!(media, MediaType::Png(_)))
}

/// A running kernel and its four channels.
pub struct Kernel {
    runtime: Runtime,
    pub process: Child,
    shell: ClientShellConnection,
    iopub: ClientIoPubConnection,
    control: ClientControlConnection,
    stdin: ClientStdinConnection,
    connection: ConnectionInfo,
    _folder: tempfile::TempDir,
}

impl Kernel {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts a kernel in an environment that `change` may change.
    pub fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        Self::start_program(|connection| {
            let mut command = Command::new(&workshop().kernel);
            command.arg("kernel").arg(connection);
            change(&mut command);
            command
        })
    }

    /// Starts whatever kernel `program` runs with a connection file.
    pub fn start_program(program: impl FnOnce(&Path) -> Command) -> Self {
        // From when ports are found free until the kernel holds them, nobody else may find them.
        static FREE_PORTS: Mutex<()> = Mutex::new(());
        let turn = FREE_PORTS.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (ports, listeners) = runtime
            .block_on(peek_ports_with_listeners([127, 0, 0, 1].into(), 5))
            .unwrap();
        let connection = ConnectionInfo {
            ip: "127.0.0.1".to_owned(),
            transport: Transport::TCP,
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: KEY.to_owned(),
            signature_scheme: "hmac-sha256".to_owned(),
            kernel_name: Some("eosin".to_owned()),
        };
        let file = folder.path().join("connection.json");
        std::fs::write(&file, serde_json::to_vec(&connection).unwrap()).unwrap();
        drop(listeners);
        let process = program(&file)
            .current_dir(folder.path())
            .stdin(Pipe::null())
            .spawn()
            .unwrap();
        let session = "tests";
        let identity = || peer_identity_for_session(session).unwrap();
        let (shell, iopub, control, stdin) = runtime.block_on(async {
            // The kernel binds its sockets a moment after it starts.
            let begun = Instant::now();
            let iopub = loop {
                match create_client_iopub_connection(&connection, "", session).await {
                    Ok(iopub) => break iopub,
                    Err(error) if begun.elapsed() > PATIENCE => panic!("{error}"),
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            };
            (
                create_client_shell_connection_with_identity(&connection, session, identity())
                    .await
                    .unwrap(),
                iopub,
                create_client_control_connection(&connection, session)
                    .await
                    .unwrap(),
                create_client_stdin_connection_with_identity(&connection, session, identity())
                    .await
                    .unwrap(),
            )
        });
        drop(turn);
        let mut kernel = Kernel {
            runtime,
            process,
            shell,
            iopub,
            control,
            stdin,
            connection,
            _folder: folder,
        };
        kernel.wait_until_heard();
        kernel
    }

    /// A subscription takes a moment; until it stands, outputs are lost. Our kernel says when (JEP 65); another one is
    /// asked until something is heard.
    fn wait_until_heard(&mut self) {
        let begun = Instant::now();
        let message = loop {
            match within(&self.runtime, Duration::from_secs(1), self.iopub.read()) {
                Some(message) => break message.unwrap(),
                None => assert!(begun.elapsed() < PATIENCE, "nothing is heard"),
            }
            self.ask(KernelInfoRequest {});
        };
        assert!(matches!(
            message.content,
            JupyterMessageContent::IoPubWelcome(_) | JupyterMessageContent::Status(_)
        ));
    }

    /// Runs a cell to its end.
    pub fn run(&mut self, code: &str) -> Cell {
        let sent = self.send(code);
        self.finish(&sent, PATIENCE)
    }

    /// Sends a cell without waiting for anything.
    pub fn send(&mut self, code: &str) -> Sent {
        let request = ExecuteRequest {
            allow_stdin: true,
            ..ExecuteRequest::new(code.to_owned())
        };
        let message = JupyterMessage::new(request, None);
        let sent = Sent {
            id: message.header.msg_id.clone(),
            at: Instant::now(),
        };
        self.runtime.block_on(self.shell.send(message)).unwrap();
        sent
    }

    /// Sends a cell as somebody who has another key than the kernel.
    pub fn send_signed_with(&self, key: &str, code: &str) {
        let other = ConnectionInfo {
            key: key.to_owned(),
            ..self.connection.clone()
        };
        let message = JupyterMessage::new(ExecuteRequest::new(code.to_owned()), None);
        self.runtime.block_on(async {
            let identity = peer_identity_for_session(&format!("with key {key:?}")).unwrap();
            let shell = create_client_shell_connection_with_identity(&other, "others", identity);
            shell.await.unwrap().send(message).await.unwrap();
            // What is sent goes out in the background, and not when the socket is closed before.
            tokio::time::sleep(Duration::from_millis(200)).await;
        });
    }

    /// Takes what a cell sends until it is idle and answered.
    pub fn finish(&mut self, sent: &Sent, patience: Duration) -> Cell {
        self.finish_with(sent, patience, |_, _| {})
    }

    /// The same, and looks at each output as it comes.
    pub fn finish_with(
        &mut self,
        sent: &Sent,
        patience: Duration,
        mut look: impl FnMut(&mut Self, &Output),
    ) -> Cell {
        let mut outputs = Vec::new();
        while let Some(output) = self.next_output(sent, patience) {
            outputs.push((sent.at.elapsed(), output.clone()));
            look(self, &output);
        }
        let time = sent.at.elapsed();
        let reply = self.reply(&sent.id);
        let JupyterMessageContent::ExecuteReply(reply) = reply.content else {
            panic!("{reply:?}")
        };
        Cell {
            status: reply.status,
            execution_count: reply.execution_count.value(),
            outputs,
            time,
        }
    }

    /// The next output of a cell; nothing when it is idle.
    pub fn next_output(&mut self, sent: &Sent, patience: Duration) -> Option<Output> {
        loop {
            let message = within(&self.runtime, patience, self.iopub.read())
                .unwrap_or_else(|| panic!("nothing came within {patience:?}"))
                .unwrap();
            if message
                .parent_header
                .as_ref()
                .is_none_or(|parent| parent.msg_id != sent.id)
            {
                continue;
            }
            return Some(match message.content {
                JupyterMessageContent::Status(status)
                    if status.execution_state.as_str() == "idle" =>
                {
                    return None;
                }
                JupyterMessageContent::StreamContent(stream) => match stream.name {
                    Stdio::Stdout => Output::Stdout(stream.text),
                    Stdio::Stderr => Output::Stderr(stream.text),
                },
                JupyterMessageContent::DisplayData(display) => Output::Display {
                    data: display.data.content,
                    id: display.transient.and_then(|transient| transient.display_id),
                },
                JupyterMessageContent::UpdateDisplayData(update) => Output::Update {
                    data: update.data.content,
                    id: update.transient.display_id.unwrap_or_default(),
                },
                JupyterMessageContent::ExecuteResult(result) => Output::Result(result.data.content),
                JupyterMessageContent::ClearOutput(_) => Output::Clear,
                JupyterMessageContent::ErrorOutput(error) => Output::Error {
                    name: error.ename,
                    message: error.evalue,
                    traceback: without_colours(&error.traceback.join("\n")),
                },
                _ => continue,
            });
        }
    }

    fn reply(&mut self, id: &str) -> JupyterMessage {
        loop {
            let message = within(&self.runtime, PATIENCE, self.shell.read())
                .expect("a reply")
                .unwrap();
            if message
                .parent_header
                .as_ref()
                .is_some_and(|parent| parent.msg_id == id)
            {
                return message;
            }
        }
    }

    /// Asks on the shell channel.
    pub fn ask(&mut self, request: impl Into<JupyterMessageContent>) -> JupyterMessageContent {
        let message = JupyterMessage::new(request, None);
        let id = message.header.msg_id.clone();
        self.runtime.block_on(self.shell.send(message)).unwrap();
        self.reply(&id).content
    }

    pub fn complete(&mut self, code: &str) -> CompleteReply {
        let request = CompleteRequest {
            code: code.to_owned(),
            cursor_pos: code.chars().count(),
        };
        match self.ask(request) {
            JupyterMessageContent::CompleteReply(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    pub fn inspect(&mut self, code: &str) -> InspectReply {
        let cursor_pos = code.chars().count();
        let request = InspectRequest {
            code: code.to_owned(),
            cursor_pos,
            detail_level: Some(0),
        };
        match self.ask(request) {
            JupyterMessageContent::InspectReply(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    pub fn is_complete(&mut self, code: &str) -> String {
        match self.ask(IsCompleteRequest {
            code: code.to_owned(),
        }) {
            JupyterMessageContent::IsCompleteReply(reply) => {
                format!("{:?}", reply.status).to_lowercase()
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn history(&mut self, request: HistoryRequest) -> HistoryReply {
        match self.ask(request) {
            JupyterMessageContent::HistoryReply(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    /// Presses the stop button.
    pub fn interrupt(&mut self) {
        let message = JupyterMessage::new(InterruptRequest {}, None);
        self.runtime.block_on(self.control.send(message)).unwrap();
        within(&self.runtime, PATIENCE, self.control.read())
            .expect("an interrupt reply")
            .unwrap();
    }

    /// Answers the next question of a cell, and gives its prompt.
    pub fn answer(&mut self, value: &str) -> String {
        let question = within(&self.runtime, PATIENCE, self.stdin.read())
            .expect("a question")
            .unwrap();
        let JupyterMessageContent::InputRequest(request) = &question.content else {
            panic!("{question:?}")
        };
        let reply = InputReply {
            value: value.to_owned(),
            ..InputReply::default()
        };
        self.runtime
            .block_on(self.stdin.send(JupyterMessage::new(reply, Some(&question))))
            .unwrap();
        request.prompt.clone()
    }

    /// Asks the kernel to end, and waits for it; whether it ended well.
    pub fn shut_down(mut self) -> bool {
        let message = JupyterMessage::new(ShutdownRequest { restart: false }, None);
        self.runtime.block_on(self.control.send(message)).unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a future gives, if it gives it in time.
fn within<T>(runtime: &Runtime, patience: Duration, future: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async { timeout(patience, future).await.ok() })
}

/// A cell that was sent.
pub struct Sent {
    id: String,
    at: Instant,
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        rest = rest[start..].split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}
