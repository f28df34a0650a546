// A GPU made of the processor's threads: what CUDA C++ has and plain C++ has not, so that kernels run anywhere. Blocks come
// one after the other, the threads of a block at the same time, as they wait for each other.

#include <math.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <utility>
#include <vector>

#define __global__
// Nothing is shared between files of kernels, which tests load at the same time.
#define __device__ static
#define __shared__ static

struct Index {
    unsigned x;
};
static thread_local Index blockIdx, threadIdx;
static Index blockDim;
static std::barrier<>* block_barrier;

static inline void __syncthreads() { block_barrier->arrive_and_wait(); }

static inline unsigned atomicMax(unsigned* place, unsigned value) {
    std::atomic_ref<unsigned> largest(*place);
    unsigned old = largest;
    while (old < value && !largest.compare_exchange_weak(old, value)) {
    }
    return old;
}

// Runs a kernel over a grid; `parameters` point to its parameters in order, as CUDA has them.
template <class... Parameters, std::size_t... Places>
static void run_grid(void (*kernel)(Parameters...), unsigned blocks, unsigned threads, void** parameters,
              std::index_sequence<Places...>) {
    std::barrier<> barrier(threads);
    block_barrier = &barrier;
    blockDim.x = threads;
    std::vector<std::thread> all;
    for (unsigned thread = 0; thread < threads; ++thread) {
        all.emplace_back([=, &barrier] {
            threadIdx.x = thread;
            for (unsigned block = 0; block < blocks; ++block) {
                blockIdx.x = block;
                kernel(*static_cast<std::remove_const_t<Parameters>*>(parameters[Places])...);
                // The next block has the same shared memory.
                barrier.arrive_and_wait();
            }
        });
    }
    for (std::thread& thread : all) thread.join();
}

template <class... Parameters>
static void run_grid(void (*kernel)(Parameters...), unsigned blocks, unsigned threads, void** parameters) {
    run_grid(kernel, blocks, threads, parameters, std::index_sequence_for<Parameters...>());
}

// What a program calls to run a kernel.
#define CALLABLE(kernel)                                                                           \
    extern "C" void run_##kernel(unsigned blocks, unsigned threads, void** parameters) {           \
        run_grid(kernel, blocks, threads, parameters);                                             \
    }
