//! The same training steps in eosin, PyTorch, burn and candle, in turns: forward, loss, backward, Adam.
//!
//! `PYTHON_WITH_TORCH=… RUSTFLAGS=-Ctarget-cpu=native cargo bench --bench vs_pytorch`, with an interpreter that has torch; the
//! notebook crate is compiled for the machine's own processor, too. PyTorch runs in three ways: as it is, with channels innermost in
//! memory, and compiled by inductor. Prints medians, how many times as long the fastest of the three takes, what share of a large
//! matrix product's FLOP/s a step of eosin's reaches, and the most memory that eosin and PyTorch as it is had. A peer that is not
//! there says n/a.
//!
//! After `--`, arguments choose: `only=unet,mlp` the cases, `peers=pytorch,candle` with whom eosin is compared (`pytorch`,
//! `channels-last`, `compiled`, `burn`, `candle`), `steps=5` how many steps are timed. `device=cuda` compares eosin, compiled with `--features cuda,cudnn`, with PyTorch on the same GPU; the
//! memory is the host's.
//!
//! A turn is two steps, the second is timed: in training one follows the other. After a pause, a step also takes the time to wake
//! threads, which on two virtual processors was half of an eosin's step of the MNIST network.
//!
//! All peers begin with the same images, answers and parameters (`numbers.rs`). The bench fails where one has another number
//! of parameters than eosin, or, before any step and without dropout, another loss.

mod batch;
mod candle;
mod matrix_product;
mod numbers;
mod ours;
mod peer;
mod protocol;

use candle_core::Device;
use peer::Peer;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Turns before the clock counts.
const WARM_UP: usize = 2;
/// Losses of the same numbers differ by rounding only.
const TOLERANCE: f64 = 1e-3;

/// What is compared: the name that the peers know, and the shape of a batch.
const CASES: [(&str, [usize; 4]); 6] = [
    ("unet", [4, 3, 256, 256]),
    ("unet", [16, 3, 128, 128]),
    ("unet-inference", [4, 3, 256, 256]),
    ("mnist", [64, 1, 28, 28]),
    ("resnet18", [64, 1, 28, 28]),
    ("mlp", [64, 1, 28, 28]),
];

/// In the order of the columns.
const PEERS: [&str; 6] = [
    "eosin",
    "pytorch",
    "channels-last",
    "compiled",
    "burn",
    "candle",
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='))
    };
    let device = chosen(value("device").or(Some("cpu")), &["cpu", "cuda"])?[0];
    // Each case in a process of its own, as PyTorch's: so the memory is that of the case.
    if let (Some(peer), Some(case)) = (value("peer"), value("case")) {
        let (name, shape) = CASES[case.parse::<usize>()?];
        match peer {
            "candle" => candle::serve(name, shape)?,
            _ if device == "cuda" => ours::serve(name, shape, &Device::new_cuda(0)?)?,
            _ => ours::serve(name, shape, &Device::Cpu)?,
        }
        return Ok(());
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let steps = value("steps").map_or(Ok(15), str::parse)?.max(1);
    let only = chosen(value("only"), &CASES.map(|(name, _)| name))?;
    let mut peers = chosen(value("peers"), &PEERS)?;
    if device == "cuda" {
        peers.retain(|peer| !["burn", "candle"].contains(peer));
    }
    let programs = Programs::find(&peers, device)?;
    let product = matrix_product::operations_per_second(device)?;
    println!("A matrix product: {:.0} GFLOP/s", product / 1e9);
    println!(
        "| step | eosin, ms | PyTorch, ms | channels-last, ms | compiled, ms | burn, ms | candle, ms | best PyTorch / eosin | \
         of a matrix product | eosin, MB | PyTorch, MB |"
    );
    println!("| --- |{}", " ---: |".repeat(10));
    for (case, (name, shape)) in CASES.into_iter().enumerate() {
        if only.contains(&name) {
            let peers = compare(&programs, case, steps)?;
            let count = programs.operations(case)?;
            let cells = cells(&peers, count.map(|count| count / product));
            println!("| {name} {shape:?} | {} |", cells.join(" | "));
        }
    }
    Ok(())
}

/// Those of `all` that are asked for; all of them without a question.
fn chosen<'a>(asked: Option<&'a str>, all: &[&'a str]) -> Result<Vec<&'a str>> {
    let Some(asked) = asked else {
        return Ok(all.to_vec());
    };
    let names: Vec<&str> = asked.split(',').collect();
    match names.iter().find(|name| !all.contains(name)) {
        Some(name) => Err(format!("there is no `{name}`, only {}", all.join(", ")).into()),
        None => Ok(names),
    }
}

/// How the peers are started; those that are not there, or not asked for, cannot be.
struct Programs<'a> {
    device: &'a str,
    eosin: PathBuf,
    python: Option<OsString>,
    /// The peers that are asked for.
    peers: Vec<&'a str>,
    burn: Option<PathBuf>,
}

impl<'a> Programs<'a> {
    fn find(peers: &[&'a str], device: &'a str) -> Result<Self> {
        let python = std::env::var_os("PYTHON_WITH_TORCH");
        Ok(Programs {
            device,
            eosin: std::env::current_exe()?,
            python,
            peers: peers.to_vec(),
            burn: match peers.contains(&"burn") {
                true => build_burn()?,
                false => None,
            },
        })
    }

    fn command(&self, peer: &str, case: usize) -> Option<Command> {
        let own = || {
            let mut command = Command::new(&self.eosin);
            let device = format!("device={}", self.device);
            command.args([format!("peer={peer}"), format!("case={case}"), device]);
            command
        };
        let other = |command| with_case(command, case);
        match peer {
            "eosin" => Some(own()),
            "candle" => Some(own()),
            "burn" => Some(other(Command::new(self.burn.as_ref()?))),
            "pytorch" => self.pytorch("eager", case),
            way => self.pytorch(way, case),
        }
        .filter(|_| peer == "eosin" || self.peers.contains(&peer))
    }

    fn pytorch(&self, way: &str, case: usize) -> Option<Command> {
        let mut command = Command::new(self.python.as_ref()?);
        command.arg(folder().join("pytorch.py"));
        command.args([way, self.device]);
        Some(with_case(command, case))
    }

    /// The floating point operations of a step, if PyTorch is there to count them.
    fn operations(&self, case: usize) -> Result<Option<f64>> {
        let Some(mut count) = self.pytorch("count", case) else {
            return Ok(None);
        };
        let printed = String::from_utf8(count.output()?.stdout)?;
        Ok(Some(printed.trim().parse()?))
    }
}

fn with_case(mut command: Command, case: usize) -> Command {
    let (name, shape) = CASES[case];
    command.arg(name).args(shape.map(|size| size.to_string()));
    command
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/vs_pytorch"))
}

/// burn's side is a package apart, compiled only here, with the `RUSTFLAGS` of this command.
fn build_burn() -> Result<Option<PathBuf>> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("burn-peer");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(folder().join("burn/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    if !built.success() {
        eprintln!("burn's side cannot be built (see above): its column says n/a");
        return Ok(None);
    }
    Ok(Some(target.join("release/burn-peer")))
}

/// Each peer has its first turn, then each its second, and so on.
fn compare(programs: &Programs, case: usize, steps: usize) -> Result<[Option<Peer>; PEERS.len()]> {
    let mut peers = [const { None }; PEERS.len()];
    for (name, peer) in PEERS.into_iter().zip(&mut peers) {
        if let Some(command) = programs.command(name, case) {
            *peer = Some(Peer::start(command).map_err(|error| format!("{name}: {error}"))?);
        }
    }
    check_agreement(&peers)?;
    for _ in 0..WARM_UP + steps {
        for peer in peers.iter_mut().flatten() {
            peer.turn()?;
        }
    }
    Ok(peers)
}

fn check_agreement(peers: &[Option<Peer>; PEERS.len()]) -> Result<()> {
    let ours = peers[0].as_ref().ok_or("eosin is not there")?;
    for (name, peer) in PEERS.into_iter().zip(peers) {
        let Some(peer) = peer else { continue };
        // Not `>`: it would let NaN pass.
        let same_loss = (peer.loss - ours.loss).abs() <= TOLERANCE * ours.loss;
        if peer.parameters != ours.parameters || !same_loss {
            return Err(format!(
                "{name} computes something else: {} parameters and a loss of {}, eosin {} and {}",
                peer.parameters, peer.loss, ours.parameters, ours.loss
            )
            .into());
        }
    }
    Ok(())
}

/// The row of the table without its name; `least` are the seconds of a step if it ran as fast as a large matrix product.
fn cells(peers: &[Option<Peer>; PEERS.len()], least: Option<f64>) -> Vec<String> {
    let times = peers
        .each_ref()
        .map(|peer| peer.as_ref().map(|peer| peer.milliseconds(WARM_UP)));
    let memory = |peer: usize| peers[peer].as_ref().map(|peer| peer.memory);
    let best = times[1..4].iter().flatten().copied().reduce(f64::min);
    let ratio = best.zip(times[0]).map(|(theirs, ours)| theirs / ours);
    let share = least.zip(times[0]);
    let share = share.map(|(least, ours)| format!("{:.0} %", 1e5 * least / ours));
    let mut cells: Vec<String> = times.map(|time| cell(time, 1)).into();
    cells.extend([cell(ratio, 2), share.unwrap_or("n/a".to_owned())]);
    cells.extend([cell(memory(0), 0), cell(memory(1), 0)]);
    cells
}

fn cell(value: Option<f64>, decimals: usize) -> String {
    value.map_or("n/a".to_owned(), |value| format!("{value:.decimals$}"))
}
