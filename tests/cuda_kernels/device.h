// A GPU for tests: what CUDA C++ has and plain C++ has not, so that kernels run on any processor. Of a block's threads one
// runs until it ends or waits for the others, then the next: so they come in an order that is always the same.

#include <math.h>
#include <stdlib.h>
#include <ucontext.h>

#include <type_traits>
#include <utility>

#define __global__
// Nothing is shared between files of kernels, which tests load at the same time.
#define __device__ static
#define __shared__ static

struct Index {
    unsigned x, y, z;
};
static Index blockIdx, threadIdx, blockDim, gridDim;

const unsigned MOST_THREADS = 1024;
const size_t STACK = 1 << 16;

static ucontext_t scheduler, threads_of_block[MOST_THREADS];
static bool has_ended[MOST_THREADS];

// Waits until all threads of the block are here.
static inline void __syncthreads() { swapcontext(&threads_of_block[threadIdx.x], &scheduler); }

static inline unsigned atomicMax(unsigned* place, unsigned value) {
    const unsigned old = *place;
    if (value > old) *place = value;
    return old;
}

// The kernel that runs, with its parameters.
static void (*running)(void** parameters);
static void** running_parameters;

static void run_thread() {
    running(running_parameters);
    has_ended[threadIdx.x] = true;
}

// Runs a kernel over a grid; `parameters` point to its parameters in order, as CUDA has them.
static void run_grid(void (*kernel)(void**), unsigned blocks, unsigned threads, void** parameters) {
    running = kernel;
    running_parameters = parameters;
    blockDim = {threads, 1, 1};
    gridDim = {blocks, 1, 1};
    char* stacks = static_cast<char*>(malloc(threads * STACK));
    for (unsigned block = 0; block < blocks; ++block) {
        blockIdx = {block, 0, 0};
        for (unsigned thread = 0; thread < threads; ++thread) {
            ucontext_t& context = threads_of_block[thread];
            getcontext(&context);
            context.uc_stack.ss_sp = stacks + thread * STACK;
            context.uc_stack.ss_size = STACK;
            context.uc_link = &scheduler;
            makecontext(&context, run_thread, 0);
            has_ended[thread] = false;
        }
        for (unsigned ended = 0; ended < threads;) {
            for (unsigned thread = 0; thread < threads; ++thread) {
                if (has_ended[thread]) continue;
                threadIdx = {thread, 0, 0};
                swapcontext(&scheduler, &threads_of_block[thread]);
                if (has_ended[thread]) ++ended;
            }
        }
    }
    free(stacks);
}

template <auto kernel>
struct Callable;

template <class... Parameters, void (*kernel)(Parameters...)>
struct Callable<kernel> {
    template <size_t... Places>
    static void call(void** parameters, std::index_sequence<Places...>) {
        kernel(*static_cast<std::remove_const_t<Parameters>*>(parameters[Places])...);
    }
    static void call(void** parameters) { call(parameters, std::index_sequence_for<Parameters...>()); }
};

// What a program calls to run a kernel.
#define CALLABLE(kernel)                                                                           \
    extern "C" void run_##kernel(unsigned blocks, unsigned threads, void** parameters) {           \
        run_grid(Callable<kernel>::call, blocks, threads, parameters);                             \
    }
