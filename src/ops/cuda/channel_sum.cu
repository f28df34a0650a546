// The sum of each channel over images and pixels, (N, C, H, W) to (C). First the sums of parts of channels, so that a few large
// channels, too, keep many threads busy.

// A block for each part; a channel has `parts` of them, whose numbers take turns.
extern "C" __global__ void part_sums(const Number* numbers, double* sums, unsigned images, unsigned channels, unsigned pixels,
                                     unsigned parts) {
    const unsigned channel = blockIdx.x / parts;
    const unsigned part = blockIdx.x % parts;
    double sum = 0;
    for (unsigned index = part * blockDim.x + threadIdx.x; index < images * pixels; index += parts * blockDim.x) {
        sum += numbers[in_channel(index, channel, channels, pixels)];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// A thread for each channel.
extern "C" __global__ void channel_sum(const double* sums, Number* result, unsigned channels, unsigned parts) {
    const unsigned channel = thread_number();
    if (channel >= channels) return;
    double sum = 0;
    for (unsigned part = 0; part < parts; ++part) sum += sums[channel * parts + part];
    result[channel] = sum;
}
