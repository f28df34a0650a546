// Bias, activation and dropout of each number of a result, and their gradient: see epilogue.rs, activation.rs and mask.rs. And sums
// with an epilogue: see add.rs.

enum Activation { IDENTITY, RELU, LEAKY_RELU, ELU, SIGMOID, TANH, SOFTPLUS };

struct Epilogue {
    unsigned long long seed;
    // The probability to be dropped, as a share of all 32-bit numbers.
    unsigned long long threshold;
    // The factor by which the kept numbers grow.
    double scale;
    // Slope, alpha or beta.
    double parameter;
    unsigned activation;
};

// The comparisons keep NaN.
inline __device__ Number activate(Number x, Epilogue epilogue) {
    const Number parameter = epilogue.parameter;
    switch (epilogue.activation) {
    case RELU:
        return x < 0 ? Number(0) : x;
    case LEAKY_RELU:
        return x < 0 ? x * parameter : x;
    case ELU:
        return x > 0 ? x : parameter * expm1(x);
    case SIGMOID: {
        const Number small = exp(-fabs(x));
        return (x < 0 ? small : Number(1)) / (1 + small);
    }
    case TANH:
        return tanh(x);
    case SOFTPLUS: {
        const Number scaled = x * parameter;
        return ((scaled < 0 ? Number(0) : scaled) + log1p(exp(-fabs(scaled)))) / parameter;
    }
    default:
        return x;
    }
}

// The gradient of the function's input, from its value `y` and the gradient of that.
inline __device__ Number differentiate(Number y, Number gradient, Epilogue epilogue) {
    const Number parameter = epilogue.parameter;
    switch (epilogue.activation) {
    case RELU:
        return y <= 0 ? Number(0) : gradient;
    case LEAKY_RELU:
        return y <= 0 ? gradient * parameter : gradient;
    case ELU:
        return y > 0 ? gradient : gradient * (y + parameter);
    case SIGMOID:
        return gradient * y * (1 - y);
    case TANH:
        return gradient * (1 - y * y);
    case SOFTPLUS:
        return gradient * -expm1(-parameter * y);
    default:
        return gradient;
    }
}

// The same SplitMix64 as on the CPU.
inline __device__ bool is_dropped(unsigned place, Epilogue epilogue) {
    unsigned long long bits = epilogue.seed + (place + 1ULL) * 0x9e3779b97f4a7c15ULL;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    bits ^= bits >> 31;
    return (bits >> 32) < epilogue.threshold;
}

// Activation, then dropout, of the number at `place`.
inline __device__ Number with_epilogue(Number number, unsigned place, Epilogue epilogue) {
    number = activate(number, epilogue);
    return is_dropped(place, epilogue) ? Number(0) : number * Number(epilogue.scale);
}

// `bias` has one number a channel; without channels there is no bias. `pixels` is the size of a channel of one image.
extern "C" __global__ void epilogue(const Number* input, const Number* bias, Number* result, unsigned count,
                                    unsigned channels, unsigned pixels, Epilogue epilogue) {
    const unsigned place = thread_number();
    if (place >= count) return;
    Number number = input[place];
    if (channels > 0) number += bias[place / pixels % channels];
    result[place] = with_epilogue(number, place, epilogue);
}

// `first + second`, then the epilogue.
extern "C" __global__ void add(const Number* first, const Number* second, Number* result, unsigned count, Epilogue epilogue) {
    const unsigned place = thread_number();
    if (place < count) result[place] = with_epilogue(first[place] + second[place], place, epilogue);
}

// From the epilogue's results and their gradient to the gradient of what it was applied to.
extern "C" __global__ void epilogue_gradient(const Number* results, const Number* gradient, Number* to, unsigned count,
                                             Epilogue epilogue) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number scale = epilogue.scale;
    // What was kept was scaled up; what was dropped has no gradient, whatever its value was.
    const Number kept = is_dropped(place, epilogue) ? Number(0) : gradient[place] * scale;
    to[place] = differentiate(results[place] * (1 / scale), kept, epilogue);
}
