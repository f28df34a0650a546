// The beginning of every source. `Number` is float or double: an option of the compiler says which.
//
// A kernel runs once for each thread of a grid. Here a thread computes one result, or a block of threads computes one sum. The
// order of additions never changes from run to run, so the same numbers give the same results.

// The most threads of a block.
const unsigned BLOCK = 512;

// The number of this thread among all threads.
inline __device__ unsigned thread_number() { return blockIdx.x * blockDim.x + threadIdx.x; }

// The place of the `index`-th number of a channel in (N, C, H, W); `pixels` is the size of a channel of one image.
inline __device__ unsigned in_channel(unsigned index, unsigned channel, unsigned channels, unsigned pixels) {
    return (index / pixels * channels + channel) * pixels + index % pixels;
}

// The sum over the threads of the block of one number each; all of them get it. The number of threads is a power of two.
inline __device__ double block_sum(double number) {
    __shared__ double sums[BLOCK];
    sums[threadIdx.x] = number;
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    __syncthreads();
    double sum = sums[0];
    // The next sum needs the same memory.
    __syncthreads();
    return sum;
}
