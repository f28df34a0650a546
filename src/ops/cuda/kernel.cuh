// The beginning of every source. `Number` is float or double, as the compiler is told.
//
// A kernel runs once for each thread of a grid. Here a thread makes one result, or a block of threads together makes one
// sum. Nothing is added up in an order that changes from run to run, so the same numbers give the same results.

// The most threads of a block.
const unsigned BLOCK = 512;

// Which of all threads this one is.
inline __device__ unsigned thread_number() { return blockIdx.x * blockDim.x + threadIdx.x; }

// Where the `index`-th number of a channel stands in (N, C, H, W), with so many pixels to an image.
inline __device__ unsigned in_channel(unsigned index, unsigned channel, unsigned channels, unsigned pixels) {
    return (index / pixels * channels + channel) * pixels + index % pixels;
}

// The sum of one number of each thread of the block, which all threads get; a block has a power of two of threads.
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
