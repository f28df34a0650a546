// The sum of each channel over images and pixels, (N, C, H, W) to (C): a block for each channel.

extern "C" __global__ void channel_sum(const Number* numbers, Number* result, unsigned images, unsigned channels,
                                       unsigned pixels) {
    double sum = 0;
    for (unsigned index = threadIdx.x; index < images * pixels; index += blockDim.x) {
        sum += numbers[(index / pixels * channels + blockIdx.x) * pixels + index % pixels];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) result[blockIdx.x] = sum;
}
