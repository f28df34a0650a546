// Direct convolution, for where there is no cuDNN: each thread sums what reaches one result.

struct Sizes {
    unsigned images, channels, outputs;
    unsigned input_height, input_width;
    unsigned output_height, output_width;
    unsigned kernel_height, kernel_width;
    unsigned stride_down, stride_right;
    unsigned padding_down, padding_right;
    unsigned dilation_down, dilation_right;
};

// From (N, C, H, W) to (N, O, OH, OW) with the weight (O, C, KH, KW).
extern "C" __global__ void convolution_forward(const Number* input, const Number* weight, Number* result, Sizes s) {
    const unsigned place = thread_number();
    if (place >= s.images * s.outputs * s.output_height * s.output_width) return;
    const int x = place % s.output_width;
    const int y = place / s.output_width % s.output_height;
    const unsigned output = place / (s.output_width * s.output_height) % s.outputs;
    const unsigned image = place / (s.output_width * s.output_height * s.outputs);
    Number sum = 0;
    for (unsigned channel = 0; channel < s.channels; ++channel) {
        const Number* plane = input + (image * s.channels + channel) * s.input_height * s.input_width;
        const Number* taps = weight + (output * s.channels + channel) * s.kernel_height * s.kernel_width;
        for (unsigned row = 0; row < s.kernel_height; ++row) {
            const int from_y = y * int(s.stride_down) + int(row * s.dilation_down) - int(s.padding_down);
            if (from_y < 0 || from_y >= int(s.input_height)) continue;
            for (unsigned column = 0; column < s.kernel_width; ++column) {
                const int from_x = x * int(s.stride_right) + int(column * s.dilation_right) - int(s.padding_right);
                if (from_x < 0 || from_x >= int(s.input_width)) continue;
                sum += plane[from_y * s.input_width + from_x] * taps[row * s.kernel_width + column];
            }
        }
    }
    result[place] = sum;
}

// The output that a tap of the kernel computes from place `to` of the input along one axis; -1 when there is none.
inline __device__ int reached_output(int to, int tap, unsigned stride, unsigned padding, unsigned dilation, unsigned size) {
    const int from = to + int(padding) - tap * int(dilation);
    if (from < 0 || from % int(stride) != 0 || from / int(stride) >= int(size)) return -1;
    return from / int(stride);
}

// From (N, O, OH, OW) to (N, C, H, W) with the same weight: the gradient of the input, or a transposed convolution.
extern "C" __global__ void convolution_backward(const Number* output, const Number* weight, Number* result, Sizes s) {
    const unsigned place = thread_number();
    if (place >= s.images * s.channels * s.input_height * s.input_width) return;
    const int x = place % s.input_width;
    const int y = place / s.input_width % s.input_height;
    const unsigned channel = place / (s.input_width * s.input_height) % s.channels;
    const unsigned image = place / (s.input_width * s.input_height * s.channels);
    Number sum = 0;
    for (unsigned from = 0; from < s.outputs; ++from) {
        const Number* plane = output + (image * s.outputs + from) * s.output_height * s.output_width;
        const Number* taps = weight + (from * s.channels + channel) * s.kernel_height * s.kernel_width;
        for (unsigned row = 0; row < s.kernel_height; ++row) {
            const int from_y = reached_output(y, row, s.stride_down, s.padding_down, s.dilation_down, s.output_height);
            if (from_y < 0) continue;
            for (unsigned column = 0; column < s.kernel_width; ++column) {
                const int from_x =
                    reached_output(x, column, s.stride_right, s.padding_right, s.dilation_right, s.output_width);
                if (from_x < 0) continue;
                sum += plane[from_y * s.output_width + from_x] * taps[row * s.kernel_width + column];
            }
        }
    }
    result[place] = sum;
}

// The gradient of the weight from the input and the output's gradient: each block sums one tap over all images and outputs.
extern "C" __global__ void convolution_weight_gradient(const Number* input, const Number* gradient, Number* result, Sizes s) {
    const unsigned tap = blockIdx.x;
    const unsigned column = tap % s.kernel_width;
    const unsigned row = tap / s.kernel_width % s.kernel_height;
    const unsigned channel = tap / (s.kernel_width * s.kernel_height) % s.channels;
    const unsigned output = tap / (s.kernel_width * s.kernel_height * s.channels);
    const unsigned pixels = s.output_height * s.output_width;
    double sum = 0;
    for (unsigned index = threadIdx.x; index < s.images * pixels; index += blockDim.x) {
        const unsigned image = index / pixels;
        const unsigned pixel = index % pixels;
        const int y = int(pixel / s.output_width * s.stride_down + row * s.dilation_down) - int(s.padding_down);
        const int x = int(pixel % s.output_width * s.stride_right + column * s.dilation_right) - int(s.padding_right);
        if (y < 0 || y >= int(s.input_height) || x < 0 || x >= int(s.input_width)) continue;
        const Number number = input[((image * s.channels + channel) * s.input_height + y) * s.input_width + x];
        sum += number * gradient[(image * s.outputs + output) * pixels + pixel];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) result[tap] = sum;
}
