// Cross-entropy of logits (N, C) and classes (N): see cross_entropy.rs. A class that does not exist makes the loss NaN.

// The largest number of a row, and the sum of all exponentials after it is subtracted; NaN makes the sum NaN.
inline __device__ Number largest_and_sum(const Number* row, unsigned width, Number& sum) {
    Number largest = row[0];
    for (unsigned index = 1; index < width; ++index) {
        if (row[index] > largest) largest = row[index];
    }
    sum = 0;
    for (unsigned index = 0; index < width; ++index) sum += exp(row[index] - largest);
    return largest;
}

// The mean over all rows, by one block.
extern "C" __global__ void cross_entropy(const Number* logits, const unsigned* classes, Number* result, unsigned count,
                                         unsigned width) {
    double total = 0;
    for (unsigned index = threadIdx.x; index < count; index += blockDim.x) {
        const Number* row = logits + index * width;
        Number sum;
        const Number largest = largest_and_sum(row, width, sum);
        const Number of_class = classes[index] < width ? row[classes[index]] : Number(0) / Number(0);
        total += log(double(sum)) - double(of_class - largest);
    }
    total = block_sum(total);
    if (threadIdx.x == 0) *result = total / count;
}

// `(softmax(logits) - 1 at the class) / N`. Each thread computes a row.
extern "C" __global__ void cross_entropy_gradient(const Number* logits, const unsigned* classes, Number* result,
                                                  unsigned count, unsigned width) {
    const unsigned index = thread_number();
    if (index >= count) return;
    const Number* row = logits + index * width;
    Number sum;
    const Number largest = largest_and_sum(row, width, sum);
    const Number share = 1.0 / count;
    for (unsigned column = 0; column < width; ++column) {
        const Number softmax = exp(row[column] - largest) / sum * share;
        result[index * width + column] = column == classes[index] ? softmax - share : softmax;
    }
}
