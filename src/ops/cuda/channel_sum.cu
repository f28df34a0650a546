// The sum of each channel over images and pixels, (N, C, H, W) to (C). Parts of channels are summed first, so that even
// a few large channels keep many threads busy.

// Each block sums one part of a channel. A channel has `parts` parts, whose numbers are interleaved.
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

// Each thread sums the parts of one channel.
extern "C" __global__ void channel_sum(const double* sums, Number* result, unsigned channels, unsigned parts) {
    const unsigned channel = thread_number();
    if (channel >= channels) return;
    double sum = 0;
    for (unsigned part = 0; part < parts; ++part) sum += sums[channel * parts + part];
    result[channel] = sum;
}
