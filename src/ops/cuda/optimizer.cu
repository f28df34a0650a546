// The steps of optimizers: see adam.rs, rmsprop.rs and sgd.rs in src/train. Each thread changes one number. The optimizer's state
// has its parts one after the other in memory, `count` numbers each.

struct Sgd {
    float rate, decay;
};

extern "C" __global__ void sgd(Number* numbers, const Number* gradients, Number*, unsigned count, Sgd by) {
    const unsigned place = thread_number();
    if (place >= count) return;
    numbers[place] -= by.rate * (gradients[place] + by.decay * numbers[place]);
}

struct Momentum {
    float rate, decay, momentum, of_gradient, of_velocity;
};

extern "C" __global__ void sgd_with_momentum(Number* numbers, const Number* gradients, Number* velocities, unsigned count,
                                             Momentum by) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number gradient = gradients[place] + by.decay * numbers[place];
    const Number velocity = by.momentum * velocities[place] + gradient;
    velocities[place] = velocity;
    numbers[place] -= by.rate * (by.of_gradient * gradient + by.of_velocity * velocity);
}

struct RmsProp {
    float rate, alpha, epsilon, momentum, decay, share_of_mean;
};

extern "C" __global__ void rmsprop(Number* numbers, const Number* gradients, Number* squares, unsigned count, RmsProp by) {
    const unsigned place = thread_number();
    if (place >= count) return;
    Number* means = squares + count;
    Number* velocities = means + count;
    const Number gradient = gradients[place] + by.decay * numbers[place];
    const Number square = by.alpha * squares[place] + (1 - by.alpha) * gradient * gradient;
    const Number mean = means[place] + by.share_of_mean * (gradient - means[place]);
    const Number variance = square - mean * mean;
    // Rounding may push it below 0; NaN stays NaN.
    const Number std = sqrt(variance < 0 ? Number(0) : variance);
    const Number velocity = by.momentum * velocities[place] + gradient / (std + by.epsilon);
    squares[place] = square;
    means[place] = mean;
    velocities[place] = velocity;
    numbers[place] -= by.rate * velocity;
}

struct Adam {
    float beta1, beta2, rate, root_correction, penalty, kept, epsilon;
};

extern "C" __global__ void adam(Number* numbers, const Number* gradients, Number* firsts, unsigned count, Adam by) {
    const unsigned place = thread_number();
    if (place >= count) return;
    Number* seconds = firsts + count;
    const Number gradient = gradients[place] + by.penalty * numbers[place];
    const Number first = by.beta1 * firsts[place] + (1 - by.beta1) * gradient;
    const Number second = by.beta2 * seconds[place] + (1 - by.beta2) * gradient * gradient;
    firsts[place] = first;
    seconds[place] = second;
    const Number scale = sqrt(second) / by.root_correction + by.epsilon;
    numbers[place] = numbers[place] * by.kept - by.rate * first / scale;
}
