//! The same training steps in eosin and in PyTorch, in turns: forward, loss, backward, Adam.
//!
//! `PYTHON_WITH_TORCH=… RUSTFLAGS=-Ctarget-cpu=native cargo bench --bench vs_pytorch`, with an interpreter that has torch; the
//! notebook crate is compiled for the machine's own processor, too. Prints medians, how many times as long PyTorch takes, and
//! the most memory that each process had.

use candle_core::{Device, Tensor};
use eosin::nn::{Mlp, MnistModel, Model, ResNet18, UNet};
use eosin::ops::{backward, bce_dice_loss, cross_entropy};
use eosin::train::{Adam, Optimizer};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

const STEPS: usize = 15;
/// Steps before the clock counts.
const WARM_UP: usize = 3;

/// What is compared: the name that the peer knows, and the shape of a batch.
const CASES: [(&str, [usize; 4]); 6] = [
    ("unet", [4, 3, 256, 256]),
    ("unet", [16, 3, 128, 128]),
    ("unet-inference", [4, 3, 256, 256]),
    ("mnist", [64, 1, 28, 28]),
    ("resnet18", [64, 1, 28, 28]),
    ("mlp", [64, 1, 28, 28]),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    // Each case in a process of its own, as PyTorch's: so the memory is that of the case.
    if let Some(case) = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("case="))
    {
        return serve(CASES[case.parse::<usize>()?]);
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let python = std::env::var_os("PYTHON_WITH_TORCH")
        .ok_or("set PYTHON_WITH_TORCH to an interpreter that has torch")?;
    println!("| step | eosin, ms | PyTorch, ms | ratio | eosin, MB | PyTorch, MB |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (index, (name, shape)) in CASES.into_iter().enumerate() {
        let mut ours = Command::new(std::env::current_exe()?);
        ours.arg(format!("case={index}"))
            .env("RAYON_NUM_THREADS", "2");
        let mut theirs = Command::new(&python);
        theirs
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/benches/vs_pytorch/peer.py"
            ))
            .arg(name)
            .args(shape.map(|size| size.to_string()));
        let (mut ours, mut theirs) = (Peer::start(ours)?, Peer::start(theirs)?);
        for _ in 0..WARM_UP + STEPS {
            ours.step()?;
            theirs.step()?;
        }
        let (our_time, their_time) = (ours.median(), theirs.median());
        println!(
            "| {name} {shape:?} | {:.1} | {:.1} | {:.2} | {:.0} | {:.0} |",
            our_time * 1e3,
            their_time * 1e3,
            their_time / our_time,
            ours.memory,
            theirs.memory
        );
    }
    Ok(())
}

/// A process that makes a step for each line it reads, and answers with its seconds and the most megabytes so far.
struct Peer {
    process: std::process::Child,
    answers: BufReader<std::process::ChildStdout>,
    times: Vec<f64>,
    memory: f64,
}

impl Peer {
    fn start(mut command: Command) -> Result<Self, Box<dyn std::error::Error>> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let answers = BufReader::new(process.stdout.take().ok_or("no output")?);
        Ok(Peer {
            process,
            answers,
            times: Vec::new(),
            memory: 0.0,
        })
    }

    fn step(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let stdin = self.process.stdin.as_mut().ok_or("no input")?;
        stdin.write_all(b"step\n")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let (seconds, memory) = answer.trim().split_once(' ').ok_or("no answer")?;
        self.times.push(seconds.parse()?);
        self.memory = memory.parse()?;
        Ok(())
    }

    fn median(&self) -> f64 {
        let mut times = self.times[WARM_UP..].to_vec();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Our side.
fn serve((name, shape): (&str, [usize; 4])) -> Result<(), Box<dyn std::error::Error>> {
    let images = Tensor::rand(0f32, 1., &shape, &Device::Cpu)?;
    let masks = Tensor::rand(0f32, 1., (shape[0], 1, shape[2], shape[3]), &Device::Cpu)?.round()?;
    let digits = Tensor::from_iter((0..shape[0] as u32).map(|index| index % 10), &Device::Cpu)?;
    let device = &Device::Cpu;
    let model: Box<dyn Model> = match name {
        "mlp" => Box::new(Mlp::new(&[784, 128, 64, 10], 1, device)?),
        "mnist" => Box::new(MnistModel::new(1, device)?),
        "resnet18" => Box::new(ResNet18::small(1, 10, 1, device)?),
        _ => Box::new(UNet::new(1, device)?),
    };
    let mut adam = Adam::new(1e-3);
    for line in std::io::stdin().lines() {
        line?;
        let begun = Instant::now();
        if name == "unet-inference" {
            let logits = model.forward(&images, false)?.detach();
            eosin::ops::sigmoid(&logits)?;
        } else {
            let output = model.forward(&images, true)?;
            let loss = match name {
                "unet" => bce_dice_loss(&output, &masks)?,
                _ => cross_entropy(&output, &digits)?,
            };
            adam.step(model.parameters(), &backward(&loss)?)?;
        }
        println!("{} {}", begun.elapsed().as_secs_f64(), peak_memory());
    }
    Ok(())
}

/// The most megabytes that this process had.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1e3
}
