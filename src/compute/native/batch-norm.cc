// Batch norm while training, with the sum of a shortcut and the activation that follow it: Ioffe
// and Szegedy 2015.
//
// symbol       meaning                                                    shape
// x, r, y      input, shortcut (empty: none), output act(n gamma + beta + r)  [rows, channels]
// n            (x - mean) / sqrt(variance + epsilon)                      [rows, channels]
// g            gradient of the activation's input                         [rows, channels]
// dx           (g - sum(g) / rows - n sum(g n) / rows) gamma / deviation
#include <cmath>

#include "activation.h"
#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

constexpr int64_t kOriginRows = 64;

class BatchNorm {
 public:
  explicit BatchNorm(Attributes& attributes)
      : activation_(attributes.integer("activation")),
        epsilon_(attributes.number("epsilon")),
        momentum_(attributes.number("momentum")) {}

  void Compute(Call& call) {
    const Input x = call.input(0), gamma = call.input(1), beta = call.input(2);
    const Input running_mean = call.input(3), running_variance = call.input(4), shortcut = call.input(5);
    const int64_t channels = x.dim(-1), size = x.size(), rows = size / channels;
    float* y = call.output(0, x.shape());
    float* new_mean = call.output(1, {channels});
    float* new_variance = call.output(2, {channels});
    float* mean = call.output(3, {channels});
    float* inverse = call.output(4, {channels});
    if (!y || !new_mean || !new_variance || !mean || !inverse) return;

    // Around the mean of some rows, so that squares of a mean far from 0 do not swallow the
    // variance. One row would not do: it may be far from all others.
    const int64_t some = std::min<int64_t>(rows, kOriginRows);
    std::vector<double> around(channels);
    for (int64_t i = 0; i < some; ++i) {
      const float* row = x.floats() + i * rows / some * channels;
      for (int64_t c = 0; c < channels; ++c) around[c] += row[c];
    }
    Tile origin(channels);
    origin.Set([&](int64_t c) { return static_cast<float>(around[c] / some); });
    const int64_t tile = origin.length();
    std::vector<std::vector<Tile>> sums(Team::Get().parts(), {Tile(channels), Tile(channels)});
    ShareTiles(size, tile, [&](int64_t begin, int64_t end, int part) {
      float* first = sums[part][0].data();
      float* second = sums[part][1].data();
      const float* middle = origin.data();
      const float* from = x.floats();
      const int64_t whole = begin + (end - begin) / tile * tile;
      Visit(begin, whole, tile, [&](int64_t place, int64_t offset, auto load, auto) {
        const Vector distance = load(from + place) - Load(middle + offset);
        Store(first + offset, Load(first + offset) + distance);
        Store(second + offset, Load(second + offset) + distance * distance);
      });
      for (int64_t place = whole; place < end; ++place) {
        const float distance = from[place] - middle[place - whole];
        first[place - whole] += distance;
        second[place - whole] += distance * distance;
      }
    });
    std::vector<double> first(channels), second(channels);
    for (const auto& part : sums) {
      part[0].AddTo(first);
      part[1].AddTo(second);
    }
    for (int64_t c = 0; c < channels; ++c) {
      const double distance = first[c] / rows;
      const double variance = std::fmax(second[c] / rows - distance * distance, 0.0);
      mean[c] = static_cast<float>(origin.data()[c] + distance);
      inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon_));
      // Running variances are the unbiased ones, as TensorFlow's.
      const double unbiased = variance * rows / std::max<int64_t>(1, rows - 1);
      new_mean[c] = static_cast<float>((1 - momentum_) * running_mean.floats()[c] + momentum_ * mean[c]);
      new_variance[c] = static_cast<float>((1 - momentum_) * running_variance.floats()[c] + momentum_ * unbiased);
      if (std::isnan(second[c])) inverse[c] = NAN;
    }
    Tile scale(channels), offset(channels);
    scale.Set([&](int64_t c) { return gamma.floats()[c] * inverse[c]; });
    offset.Set([&](int64_t c) { return beta.floats()[c] - mean[c] * gamma.floats()[c] * inverse[c]; });
    WithActivation(activation_, [&]<int kind>() {
      const float* from = x.floats();
      const float* added = shortcut.size() == size ? shortcut.floats() : nullptr;
      ShareTiles(size, tile, [&](int64_t begin, int64_t end, int) {
        if (added) {
          Visit(begin, end, tile, [&](int64_t place, int64_t o, auto load, auto store) {
            const Vector normal = load(from + place) * Load(scale.data() + o) + Load(offset.data() + o);
            store(y + place, Activate<kind>(normal + load(added + place)));
          });
        } else {
          Visit(begin, end, tile, [&](int64_t place, int64_t o, auto load, auto store) {
            store(y + place, Activate<kind>(load(from + place) * Load(scale.data() + o) + Load(offset.data() + o)));
          });
        }
      });
    });
  }

 private:
  const int activation_;
  const float epsilon_;
  const float momentum_;
};

// Of x, gamma, beta and, where there is one, the shortcut. A rectifier's derivative is read off its
// output y.
class BatchNormGradient {
 public:
  explicit BatchNormGradient(Attributes& attributes)
      : activation_(attributes.integer("activation")), shortcut_(attributes.integer("shortcut")) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), y = call.input(2), gamma = call.input(3), beta = call.input(4);
    const Input mean = call.input(5), inverse = call.input(6);
    const int64_t channels = x.dim(-1), size = x.size(), rows = size / channels;
    float* dx = call.output(0, x.shape());
    float* dgamma = call.output(1, {channels});
    float* dbeta = call.output(2, {channels});
    const bool apart = shortcut_ && activation_ != kNone;
    float* dr = call.output(3, apart ? x.shape() : std::vector<int64_t>{0});
    if (!dx || !dgamma || !dbeta || !dr) return;
    // Where g waits for its sums: as the shortcut's gradient, or in dx where a slope costs more
    // than to store it.
    const bool cheap = activation_ == kNone || activation_ == kRelu || activation_ == kRelu6;
    float* kept = apart ? dr : cheap ? nullptr : dx;

    Tile middle(channels), deviation(channels), scale(channels), offset(channels);
    middle.Set([&](int64_t c) { return mean.floats()[c]; });
    deviation.Set([&](int64_t c) { return inverse.floats()[c]; });
    scale.Set([&](int64_t c) { return gamma.floats()[c]; });
    offset.Set([&](int64_t c) { return beta.floats()[c]; });
    const int64_t tile = middle.length();
    std::vector<std::vector<Tile>> sums(Team::Get().parts(), {Tile(channels), Tile(channels)});
    std::vector<double> first(channels), second(channels);
    WithActivation(activation_, [&]<int kind>() {
      const float *slope = dy.floats(), *from = x.floats(), *out = y.floats();
      const auto gradient = [&](int64_t place, int64_t o, Vector normal, auto load) {
        const Vector d = load(slope + place);
        if constexpr (kind == kNone) return d;
        if constexpr (kind == kRelu || kind == kRelu6) return Slope<kind>(load(out + place), d);
        return Slope<kind>(normal * Load(scale.data() + o) + Load(offset.data() + o), d);
      };
      ShareTiles(size, tile, [&](int64_t begin, int64_t end, int part) {
        float* total = sums[part][0].data();
        float* product = sums[part][1].data();
        Visit(begin, end, tile, [&](int64_t place, int64_t o, auto load, auto store) {
          const Vector normal = (load(from + place) - Load(middle.data() + o)) * Load(deviation.data() + o);
          const Vector g = gradient(place, o, normal, load);
          if (kept) store(kept + place, g);
          Store(total + o, Load(total + o) + g);
          Store(product + o, Load(product + o) + g * normal);
        });
      });
      for (const auto& part : sums) {
        part[0].AddTo(first);
        part[1].AddTo(second);
      }
      // dx = a g + b x + c by channel.
      Tile a(channels), b(channels), c(channels);
      const auto share = [&](int64_t i) { return gamma.floats()[i] * inverse.floats()[i]; };
      a.Set(share);
      b.Set([&](int64_t i) { return static_cast<float>(-share(i) * second[i] / rows * inverse.floats()[i]); });
      c.Set([&](int64_t i) {
        const double n = second[i] / rows * inverse.floats()[i] * mean.floats()[i];
        return static_cast<float>(share(i) * (n - first[i] / rows));
      });
      ShareTiles(size, tile, [&](int64_t begin, int64_t end, int) {
        Visit(begin, end, tile, [&](int64_t place, int64_t o, auto load, auto store) {
          const Vector input = load(from + place);
          const Vector g = kept ? load(kept + place) : gradient(place, o, Vector{}, load);
          store(dx + place, g * Load(a.data() + o) + input * Load(b.data() + o) + Load(c.data() + o));
        });
      });
    });
    for (int64_t c = 0; c < channels; ++c) {
      dgamma[c] = static_cast<float>(second[c]);
      dbeta[c] = static_cast<float>(first[c]);
    }
  }

 private:
  const int activation_;
  const int shortcut_;
};

}  // namespace

void RegisterBatchNorm() {
  Register<BatchNorm>("TradeBatchNorm",
                      {"x: float", "gamma: float", "beta: float", "mean: float", "variance: float", "shortcut: float"},
                      {"y: float", "new_mean: float", "new_variance: float", "batch_mean: float", "inverse: float"},
                      {"activation: int", "epsilon: float", "momentum: float"});
  Register<BatchNormGradient>(
      "TradeBatchNormGrad",
      {"dy: float", "x: float", "y: float", "gamma: float", "beta: float", "mean: float", "inverse: float"},
      {"dx: float", "dgamma: float", "dbeta: float", "dshortcut: float"}, {"activation: int", "shortcut: int"});
}

}  // namespace trade
