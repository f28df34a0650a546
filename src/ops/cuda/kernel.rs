//! Kernels: compiled when they are first needed, and launched.

use super::numbers::Number;
use candle_core::cuda::CudaDevice;
use candle_core::cuda::cudarc::driver::{CudaFunction, CudaStream, LaunchArgs, LaunchConfig};
use candle_core::cuda::cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};
use candle_core::{Error, Result};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Threads of a block in which each thread computes one result.
const THREADS: u32 = 256;

/// Threads of a block that computes one sum; `kernel.cuh` has space for as many.
const THREADS_OF_A_SUM: u32 = 512;

/// A file of kernels.
pub struct Source {
    pub name: &'static str,
    pub text: &'static str,
}

/// The file of kernels with a name.
macro_rules! source {
    ($name:literal) => {
        $crate::ops::cuda::kernel::Source {
            name: $name,
            text: concat!(
                include_str!("kernel.cuh"),
                include_str!(concat!($name, ".cu"))
            ),
        }
    };
}
pub(super) use source;

impl Source {
    /// A kernel of this file for numbers of type `T`.
    pub fn kernel<T: Number>(&self, device: &CudaDevice, kernel: &str) -> Result<Kernel> {
        static COMPILED: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
        let module = format!("eosin-{}-{}", self.name, T::NAME);
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let code = match compiled.entry(module.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let options = CompileOptions {
                    options: vec![format!("-DNumber={}", T::NAME)],
                    name: Some(format!("{}.cu", self.name)),
                    ..Default::default()
                };
                let code = compile_ptx_with_opts(self.text, options).map_err(Error::wrap)?;
                entry.insert(code.to_src())
            }
        };
        let function = device.get_or_load_custom_func(kernel, &module, code)?;
        Ok(Kernel {
            function: function.into_cuda_function(),
            stream: device.cuda_stream(),
        })
    }
}

/// A function that the threads of a device run.
pub struct Kernel {
    function: CudaFunction,
    /// The device runs what is in here in order.
    stream: Arc<CudaStream>,
}

impl Kernel {
    pub fn builder(&self) -> LaunchArgs<'_> {
        self.stream.launch_builder(&self.function)
    }
}

/// A count as kernels have it, in 32 bits.
pub fn count(things: usize) -> Result<u32> {
    u32::try_from(things)
        .map_err(|_| Error::msg(format!("{things} numbers are more than a kernel can count")))
}

/// One thread for each result.
pub fn a_thread_each(results: u32) -> LaunchConfig {
    LaunchConfig {
        grid_dim: (results.div_ceil(THREADS), 1, 1),
        block_dim: (THREADS, 1, 1),
        shared_mem_bytes: 0,
    }
}

/// One block of threads for each sum.
pub fn a_block_each(sums: u32) -> LaunchConfig {
    LaunchConfig {
        grid_dim: (sums, 1, 1),
        block_dim: (THREADS_OF_A_SUM, 1, 1),
        shared_mem_bytes: 0,
    }
}

/// Launches a kernel on a grid with references to its parameters. The device runs its kernels in order, and this does not
/// wait for them.
macro_rules! launch {
    ($kernel:expr, $grid:expr; $($parameter:expr),+ $(,)?) => {{
        let (kernel, grid) = ($kernel, $grid);
        // An empty grid is an error to CUDA.
        if grid.grid_dim.0 > 0 {
            use candle_core::cuda::cudarc::driver::PushKernelArg;
            // SAFETY: parameters are those that the kernel declares, and it writes to its results alone, within their lengths:
            // `tests/cuda_kernels.rs` runs every kernel, `tests/cuda.rs` every launch.
            unsafe { kernel.builder()$(.arg($parameter))+.launch(grid) }.map_err(candle_core::Error::wrap)?;
        }
    }};
}
pub(super) use launch;
