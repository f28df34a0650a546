// The largest number of each window, and its gradient: see max_pool2d.rs.

struct Windows {
    unsigned height, width;
    // How many windows there are.
    unsigned rows, columns;
    unsigned kernel_height, kernel_width;
    unsigned stride_down, stride_right;
    unsigned padding_down, padding_right;
};

// The first pixel of window `index` along one axis, and one past its last.
inline __device__ unsigned window_start(unsigned index, unsigned stride, unsigned padding) {
    return index * stride > padding ? index * stride - padding : 0;
}
inline __device__ unsigned window_end(unsigned index, unsigned stride, unsigned padding, unsigned kernel, unsigned size) {
    const unsigned end = index * stride + kernel;
    return end > padding + size ? size : end > padding ? end - padding : 0;
}

// The place in its plane of a window's largest number, the first of several; NaN is larger than all.
inline __device__ unsigned maximum(const Number* plane, unsigned row, unsigned column, Windows w) {
    const unsigned top = window_start(row, w.stride_down, w.padding_down);
    const unsigned bottom = window_end(row, w.stride_down, w.padding_down, w.kernel_height, w.height);
    const unsigned left = window_start(column, w.stride_right, w.padding_right);
    const unsigned right = window_end(column, w.stride_right, w.padding_right, w.kernel_width, w.width);
    unsigned best = top * w.width + left;
    for (unsigned y = top; y < bottom; ++y) {
        for (unsigned x = left; x < right; ++x) {
            const Number number = plane[y * w.width + x];
            const bool is_first_nan = number != number && plane[best] == plane[best];
            if (number > plane[best] || is_first_nan) best = y * w.width + x;
        }
    }
    return best;
}

extern "C" __global__ void max_pool2d(const Number* input, Number* result, unsigned count, Windows w) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number* plane = input + place / (w.rows * w.columns) * w.height * w.width;
    result[place] = plane[maximum(plane, place / w.columns % w.rows, place % w.columns, w)];
}

extern "C" __global__ void max_pool2d_indices(const Number* input, unsigned* result, unsigned count, Windows w) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number* plane = input + place / (w.rows * w.columns) * w.height * w.width;
    result[place] = maximum(plane, place / w.columns % w.rows, place % w.columns, w);
}

// The first window that reaches a pixel along one axis.
inline __device__ unsigned first_window(unsigned pixel, unsigned stride, unsigned padding, unsigned kernel) {
    const unsigned end = pixel + padding + 1;
    return end > kernel ? (end - kernel + stride - 1) / stride : 0;
}

// Each pixel adds up the gradients of the windows whose maximum it is.
extern "C" __global__ void max_pool2d_gradient(const Number* input, const Number* gradient, Number* result, unsigned count,
                                               Windows w) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const unsigned pixel = place % (w.height * w.width);
    const unsigned y = pixel / w.width;
    const unsigned x = pixel % w.width;
    const Number* plane = input + (place - pixel);
    const Number* gradients = gradient + place / (w.height * w.width) * w.rows * w.columns;
    const unsigned first_column = first_window(x, w.stride_right, w.padding_right, w.kernel_width);
    Number sum = 0;
    for (unsigned row = first_window(y, w.stride_down, w.padding_down, w.kernel_height);
         row < w.rows && row * w.stride_down <= y + w.padding_down; ++row) {
        for (unsigned column = first_column; column < w.columns && column * w.stride_right <= x + w.padding_right; ++column) {
            if (maximum(plane, row, column, w) == pixel) sum += gradients[row * w.columns + column];
        }
    }
    result[place] = sum;
}
