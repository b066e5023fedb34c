// Layer norm over the last axis: Ba, Kiros and Hinton 2016.
//
// symbol   meaning                                                     shape
// x, y     input, output n gamma + beta                                [rows, channels]
// n        (x - mean) / sqrt(variance + epsilon), each row its own     [rows, channels]
// g        dy gamma                                                    [rows, channels]
// dx       (g - mean(g) - n mean(g n)) / deviation
#include <cmath>

#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

constexpr int64_t kRowsGrain = 256;

// Work on a row of `channels` values in vectors; the last one may be partial.
template <typename Work>
inline void VisitRow(int64_t channels, const Work& work) {
  const auto load = [](const float* p) { return Load(p); };
  const auto store = [](float* p, Vector v) { Store(p, v); };
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) work(c, kLanes, load, store);
  if (const int64_t rest = channels - c; rest > 0) {
    work(c, rest, [rest](const float* p) { return LoadSome(p, rest); },
         [rest](float* p, Vector v) { StoreSome(p, v, rest); });
  }
}

class LayerNorm {
 public:
  explicit LayerNorm(Attributes& attributes) : epsilon_(attributes.number("epsilon")) {}

  void Compute(Call& call) {
    const Input x = call.input(0), gamma = call.input(1), beta = call.input(2);
    const int64_t channels = x.dim(-1), rows = x.size() / channels;
    float* y = call.output(0, x.shape());
    float* mean = call.output(1, {rows});
    float* inverse = call.output(2, {rows});
    if (!y || !mean || !inverse) return;
    Share(rows, kRowsGrain, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) {
        const float* from = x.floats() + row * channels;
        Vector total{};
        VisitRow(channels, [&](int64_t c, int64_t, auto load, auto) { total += load(from + c); });
        const float middle = Sum(total) / channels;
        Vector squares{};
        VisitRow(channels, [&](int64_t c, int64_t count, auto load, auto) {
          const Vector distance = Only(load(from + c) - middle, count);
          squares += distance * distance;
        });
        const float scale = 1 / std::sqrt(Sum(squares) / channels + epsilon_);
        mean[row] = middle;
        inverse[row] = scale;
        VisitRow(channels, [&](int64_t c, int64_t, auto load, auto store) {
          store(y + row * channels + c,
                (load(from + c) - middle) * scale * load(gamma.floats() + c) + load(beta.floats() + c));
        });
      }
    });
  }

 private:
  const float epsilon_;
};

class LayerNormGradient {
 public:
  explicit LayerNormGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), gamma = call.input(2);
    const Input mean = call.input(3), inverse = call.input(4);
    const int64_t channels = x.dim(-1), rows = x.size() / channels;
    float* dx = call.output(0, x.shape());
    float* dgamma = call.output(1, {channels});
    float* dbeta = call.output(2, {channels});
    if (!dx || !dgamma || !dbeta) return;
    const int64_t padded = (channels + kLanes - 1) / kLanes * kLanes;
    std::vector<Floats> sums(Team::Get().parts(), Floats(2 * padded));
    Share(rows, kRowsGrain, [&](int64_t begin, int64_t end, int part) {
      float* product = sums[part].data();
      float* total = product + padded;
      for (int64_t row = begin; row < end; ++row) {
        const float* from = x.floats() + row * channels;
        const float* slope = dy.floats() + row * channels;
        const float middle = mean.floats()[row], scale = inverse.floats()[row];
        Vector first{}, second{};
        VisitRow(channels, [&](int64_t c, int64_t count, auto load, auto) {
          const Vector d = load(slope + c);
          const Vector normal = Only((load(from + c) - middle) * scale, count);
          const Vector g = d * load(gamma.floats() + c);
          first += g;
          second += g * normal;
          Store(product + c, Load(product + c) + d * normal);
          Store(total + c, Load(total + c) + d);
        });
        const float a = Sum(first) / channels, b = Sum(second) / channels;
        VisitRow(channels, [&](int64_t c, int64_t, auto load, auto store) {
          const Vector normal = (load(from + c) - middle) * scale;
          const Vector g = load(slope + c) * load(gamma.floats() + c);
          store(dx + row * channels + c, (g - a - normal * b) * scale);
        });
      }
    });
    for (int64_t c = 0; c < channels; ++c) {
      double product = 0, total = 0;
      for (const auto& part : sums) {
        product += part[c];
        total += part[padded + c];
      }
      dgamma[c] = static_cast<float>(product);
      dbeta[c] = static_cast<float>(total);
    }
  }
};

}  // namespace

void RegisterLayerNorm() {
  Register<LayerNorm>("TradeLayerNorm", {"x: float", "gamma: float", "beta: float"},
                      {"y: float", "mean: float", "inverse: float"}, {"epsilon: float"});
  Register<LayerNormGradient>("TradeLayerNormGrad",
                              {"dy: float", "x: float", "gamma: float", "mean: float", "inverse: float"},
                              {"dx: float", "dgamma: float", "dbeta: float"});
}

}  // namespace trade
