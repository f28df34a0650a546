//! A process that trains one of the models, as `protocol.rs` says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct Peer {
    process: Child,
    answers: BufReader<ChildStdout>,
    pub parameters: usize,
    /// Before any step, without dropout.
    pub loss: f64,
    times: Vec<f64>,
    /// The most megabytes that the process had.
    pub memory: f64,
}

impl Peer {
    pub fn start(mut command: Command) -> Result<Self, Box<dyn std::error::Error>> {
        let mut process = command
            .env("RAYON_NUM_THREADS", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let answers = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut peer = Peer {
            process,
            answers,
            parameters: 0,
            loss: 0.0,
            times: Vec::new(),
            memory: 0.0,
        };
        let (parameters, loss) = peer.answer()?;
        (peer.parameters, peer.loss) = (parameters as usize, loss);
        Ok(peer)
    }

    /// Two steps, of which the second counts.
    pub fn turn(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        self.step()?;
        let seconds = self.step()?;
        self.times.push(seconds);
        Ok(())
    }

    /// How long it took.
    fn step(&mut self) -> Result<f64, Box<dyn std::error::Error>> {
        let stdin = self.process.stdin.as_mut().ok_or("no input")?;
        stdin.write_all(b"step\n")?;
        let (seconds, memory) = self.answer()?;
        self.memory = memory;
        Ok(seconds)
    }

    /// Both numbers of the next line.
    fn answer(&mut self) -> Result<(f64, f64), Box<dyn std::error::Error>> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let (first, second) = line.trim().split_once(' ').ok_or("no answer")?;
        Ok((first.parse()?, second.parse()?))
    }

    /// The median of the turns after the first few.
    pub fn milliseconds(&self, warm_up: usize) -> f64 {
        let mut times = self.times[warm_up..].to_vec();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2] * 1e3
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
