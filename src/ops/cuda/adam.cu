// One step of Adam, all in one pass over memory: see train/optimizer.rs.

struct Adam {
    Number beta1, beta2, rate, decay, epsilon, root_correction;
};

extern "C" __global__ void adam(Number* parameters, const Number* gradients, Number* first, Number* second, unsigned count,
                                Adam adam) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number gradient = gradients[place];
    first[place] = adam.beta1 * first[place] + (1 - adam.beta1) * gradient;
    second[place] = adam.beta2 * second[place] + (1 - adam.beta2) * gradient * gradient;
    const Number scale = sqrt(second[place]) / adam.root_correction + adam.epsilon;
    parameters[place] = parameters[place] * adam.decay - adam.rate * first[place] / scale;
}
