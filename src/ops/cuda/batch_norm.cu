// Batch normalisation: see batch_norm.rs. Statistics are double, whatever the type of the numbers.

// Mean and variance of each channel, all means first. Each block computes a channel.
extern "C" __global__ void moments(const Number* input, double* result, unsigned images, unsigned channels, unsigned pixels) {
    const unsigned channel = blockIdx.x;
    const unsigned count = images * pixels;
    double sum = 0;
    for (unsigned index = threadIdx.x; index < count; index += blockDim.x) {
        sum += input[in_channel(index, channel, channels, pixels)];
    }
    const double mean = block_sum(sum) / count;
    double squares = 0;
    for (unsigned index = threadIdx.x; index < count; index += blockDim.x) {
        const double difference = input[in_channel(index, channel, channels, pixels)] - mean;
        squares += difference * difference;
    }
    const double variance = block_sum(squares) / count;
    if (threadIdx.x == 0) {
        result[channel] = mean;
        result[channels + channel] = variance;
    }
}

extern "C" __global__ void batch_norm(const Number* input, const Number* weight, const Number* bias, const double* mean,
                                      const double* scale, Number* result, unsigned count, unsigned channels,
                                      unsigned pixels) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const unsigned channel = place / pixels % channels;
    const Number factor = weight[channel] * Number(scale[channel]);
    result[place] = (input[place] - Number(mean[channel])) * factor + bias[channel];
}

// The gradients of weight and bias, after the first `count` numbers of the result. Each block computes a channel.
extern "C" __global__ void batch_norm_sums(const Number* input, const Number* gradient, const double* mean,
                                           const double* scale, Number* result, unsigned count, unsigned channels,
                                           unsigned pixels) {
    const unsigned channel = blockIdx.x;
    double of_weight = 0;
    double of_bias = 0;
    for (unsigned index = threadIdx.x; index < count / channels; index += blockDim.x) {
        const unsigned place = in_channel(index, channel, channels, pixels);
        of_weight += gradient[place] * (input[place] - mean[channel]) * scale[channel];
        of_bias += gradient[place];
    }
    of_weight = block_sum(of_weight);
    of_bias = block_sum(of_bias);
    if (threadIdx.x == 0) {
        result[count + channel] = of_weight;
        result[count + channels + channel] = of_bias;
    }
}

// The gradient of the input, from the sums that `batch_norm_sums` has written.
extern "C" __global__ void batch_norm_gradient(const Number* input, const Number* weight, const Number* gradient,
                                               const double* mean, const double* scale, Number* result, unsigned count,
                                               unsigned channels, unsigned pixels, unsigned of_batch) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const unsigned channel = place / pixels % channels;
    const Number normal = (input[place] - Number(mean[channel])) * Number(scale[channel]);
    const Number of_weight = result[count + channel];
    const Number of_bias = result[count + channels + channel];
    const Number of_statistics = of_batch ? (of_bias + normal * of_weight) / Number(count / channels) : Number(0);
    result[place] = weight[channel] * Number(scale[channel]) * (gradient[place] - of_statistics);
}
