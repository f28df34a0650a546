// Losses of logits, image by image: see loss.rs.

// Sums over an image: of cross-entropy, of `p * y`, and of `p + y`.
struct Sums {
    double cross_entropy;
    double both;
    double either;
};

// Keeps the Dice loss defined for an empty image and mask.
const double SMOOTH = 1;

inline __device__ Number sigmoid(Number x) { return 1 / (1 + exp(-x)); }

// The sums of each image, computed by a block each. The comparisons keep NaN.
extern "C" __global__ void image_sums(const Number* logits, const Number* targets, Sums* sums, unsigned pixels) {
    Sums sum = {0, 0, 0};
    const unsigned start = blockIdx.x * pixels;
    for (unsigned place = start + threadIdx.x; place < start + pixels; place += blockDim.x) {
        const Number x = logits[place], y = targets[place], p = sigmoid(x);
        sum.cross_entropy += (x < 0 ? Number(0) : x) - x * y + log1p(exp(-fabs(x)));
        sum.both += p * y;
        sum.either += p + y;
    }
    sum = {block_sum(sum.cross_entropy), block_sum(sum.both), block_sum(sum.either)};
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// The mean over the images, computed by one thread.
extern "C" __global__ void pixel_loss(const Sums* sums, Number* result, unsigned images, unsigned pixels,
                                      double cross_entropy, double dice) {
    if (thread_number() > 0) return;
    double total = 0;
    for (unsigned image = 0; image < images; ++image) {
        const Sums sum = sums[image];
        total += cross_entropy * sum.cross_entropy / pixels;
        total += dice * (1 - (2 * sum.both + SMOOTH) / (sum.either + SMOOTH));
    }
    *result = total / images;
}

// The derivative with respect to the logits or the target, times the gradient of the loss. Each thread computes one number.
extern "C" __global__ void pixel_loss_gradient(const Number* logits, const Number* targets, const Sums* sums,
                                               const Number* gradient, Number* result, unsigned images,
                                               unsigned pixels, double cross_entropy, double dice,
                                               unsigned by_target) {
    const unsigned place = thread_number();
    if (place >= images * pixels) return;
    const Sums sum = sums[place / pixels];
    const double share = double(*gradient) / images, either = sum.either + SMOOTH;
    const Number of_cross_entropy = share * cross_entropy / pixels;
    const Number constant = share * dice * (2 * sum.both + SMOOTH) / (either * either);
    const Number slope = share * dice * -2 / either;
    const Number x = logits[place], y = targets[place], p = sigmoid(x);
    result[place] = by_target ? -of_cross_entropy * x + constant + slope * p
                              : of_cross_entropy * (p - y) + (constant + slope * y) * p * (1 - p);
}
