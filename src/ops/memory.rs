//! Memory for results: kept from step to step, and written once.

use super::scalar::Scalar;
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Elements that one task works on: for fewer, waking another thread takes longer than the work.
pub const CHUNK: usize = 1 << 14;

/// Makes the allocator keep freed memory for the next step of a training loop. By default glibc returns every large block to the
/// system at once, which hands it out again page by page, each cleared: that took half of a U-Net's step.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        const KEPT: libc::c_int = 1 << 30;
        ONCE.call_once(|| {
            // SAFETY: `mallopt` may be called at any time; it changes how memory is obtained, not memory.
            unsafe {
                libc::mallopt(libc::M_MMAP_MAX, 0);
                libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
            }
        });
    }
}

/// A copy of `numbers`, changed in parallel, chunk by chunk; `change` gets the index of a chunk's first element.
pub fn changed<T: Scalar>(numbers: &[T], change: impl Fn(usize, &mut [T]) + Sync) -> Vec<T> {
    written(numbers.len(), |result| {
        // For a single chunk, waking another thread takes longer than the work.
        if numbers.len() <= CHUNK {
            return change(0, result.write_copy_of_slice(numbers));
        }
        result
            .par_chunks_mut(CHUNK)
            .zip(numbers.par_chunks(CHUNK))
            .enumerate()
            .for_each(|(chunk, (to, from))| change(chunk * CHUNK, to.write_copy_of_slice(from)));
    })
}

/// A vector of `length` elements, all of which `write` writes.
pub fn written<T: Scalar>(length: usize, write: impl FnOnce(&mut [MaybeUninit<T>])) -> Vec<T> {
    let mut numbers = Vec::with_capacity(length);
    write(&mut numbers.spare_capacity_mut()[..length]);
    // SAFETY: there is space for `length` elements, and `write` has written them all, as its callers promise.
    unsafe { numbers.set_len(length) };
    numbers
}

/// Borrows buffers that this thread keeps for the next time, with whatever they hold: filling new ones with zeros would take as long
/// as many of the loops that use them.
pub fn with_buffers<T: Scalar, const N: usize, R>(work: impl FnOnce(&mut [Vec<T>; N]) -> R) -> R {
    let mut kept = T::kept_buffers().take();
    let mut buffers = std::array::from_fn(|_| kept.pop().unwrap_or_default());
    let result = work(&mut buffers);
    kept.extend(buffers.into_iter().rev());
    T::kept_buffers().set(kept);
    result
}

/// Writes zeros.
pub fn zeroed<T: Scalar>(numbers: &mut [MaybeUninit<T>]) -> &mut [T] {
    numbers.fill(MaybeUninit::new(T::ZERO));
    // SAFETY: all have just been written.
    unsafe { numbers.assume_init_mut() }
}
