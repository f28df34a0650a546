//! The process that runs the learner's cells: evcxr's runtime, on a stack that is deep enough.

use super::supervisor::ignore_interrupts;
use std::io;
use std::thread;

/// candle goes through the graph of a loss, and drops it, by recursion. A loss that was summed over 200,000 steps is a graph as deep. This
/// is address space: memory is taken when the stack is used.
const DEEPEST_STACK: usize = 16 << 30;
const SHALLOWEST_STACK: usize = 8 << 20;

/// Runs cells until the supervisor closes our stdin.
pub fn run() -> io::Result<()> {
    ignore_interrupts()?;
    let mut stack = DEEPEST_STACK;
    loop {
        match thread::Builder::new()
            .stack_size(stack)
            .spawn(evcxr::runtime_hook)
        {
            Ok(runtime) => {
                return runtime
                    .join()
                    .map_err(|_| io::Error::other("the runtime has panicked"));
            }
            // The system may not allow so much.
            Err(_) if stack > SHALLOWEST_STACK => stack /= 2,
            Err(error) => return Err(error),
        }
    }
}
