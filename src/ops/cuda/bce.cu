// Binary cross-entropy of each logit, and its derivative: see loss.rs.

extern "C" __global__ void bce(const Number* logits, const Number* target, Number* result, unsigned count) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number x = logits[place];
    // Not `max`: it would hide NaN.
    const Number positive = x < 0 ? Number(0) : x;
    result[place] = positive - x * target[place] + log1p(exp(-fabs(x)));
}

extern "C" __global__ void bce_gradient(const Number* logits, const Number* target, Number* result, unsigned count) {
    const unsigned place = thread_number();
    if (place >= count) return;
    result[place] = 1 / (1 + exp(-logits[place])) - target[place];
}
