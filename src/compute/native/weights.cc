// The vector of all weights cut into tensors and put together again, and the optimisers' steps over
// it.
//
// symbol     meaning                                                        shape
// theta, g   weights, gradient                                              [params]
// d          1 where weight decay applies, else 0                           [params]
// v; m, s    velocity (SGD); first and second moment (AdamW)                [params]
#include <cmath>

#include "kernel.h"
#include "threads.h"

namespace trade {
namespace {

constexpr int64_t kWeightsGrain = 32768;

// theta into tensors; `shapes` lists rank and sizes of each in turn.
class Unflatten {
 public:
  explicit Unflatten(Attributes& attributes) {
    const std::vector<int64_t> list = attributes.integers("shapes");
    for (size_t place = 0; place < list.size(); place += list[place] + 1) {
      shapes_.emplace_back(list.begin() + place + 1, list.begin() + place + 1 + list[place]);
    }
  }

  void Compute(Call& call) {
    const Input theta = call.input(0);
    int64_t place = 0;
    for (size_t i = 0; i < shapes_.size(); ++i) {
      int64_t size = 1;
      for (int64_t length : shapes_[i]) size *= length;
      if (place + size > theta.size()) return call.Fail("the shapes want more weights than there are");
      float* to = call.output(static_cast<int>(i), shapes_[i]);
      if (!to) return;
      std::memcpy(to, theta.floats() + place, size * sizeof(float));
      place += size;
    }
  }

 private:
  std::vector<std::vector<int64_t>> shapes_;
};

class Flatten {
 public:
  explicit Flatten(Attributes&) {}

  void Compute(Call& call) {
    std::vector<Input> parts;
    int64_t size = 0;
    for (int i = 0; i < call.inputs(); ++i) {
      parts.push_back(call.input(i));
      size += parts.back().size();
    }
    float* to = call.output(0, {size});
    if (!to) return;
    for (const Input& part : parts) {
      std::memcpy(to, part.floats(), part.size() * sizeof(float));
      to += part.size();
    }
  }
};

// Loshchilov and Hutter 2019. rates: learning rate, weight decay, beta 1, beta 2, 1 - beta 1^t, 1 -
// beta 2^t, epsilon.
class AdamW {
 public:
  explicit AdamW(Attributes&) {}

  void Compute(Call& call) {
    const Input theta = call.input(0), gradient = call.input(1), first = call.input(2), second = call.input(3);
    const Input decay = call.input(4), rates = call.input(5);
    const float* r = rates.floats();
    const float rate = r[0], shrink = r[0] * r[1], b1 = r[2], b2 = r[3], epsilon = r[6];
    const float bias1 = 1 / r[4], bias2 = 1 / r[5];
    const int64_t size = theta.size();
    float* moved = call.output(0, {size});
    float* new_first = call.output(1, {size});
    float* new_second = call.output(2, {size});
    if (!moved || !new_first || !new_second) return;
    const float *w = theta.floats(), *g = gradient.floats(), *d = decay.floats();
    const float *m = first.floats(), *s = second.floats();
    Share(size, kWeightsGrain, [&](int64_t begin, int64_t end, int) {
#pragma GCC ivdep
      for (int64_t i = begin; i < end; ++i) {
        new_first[i] = b1 * m[i] + (1 - b1) * g[i];
        new_second[i] = b2 * s[i] + (1 - b2) * g[i] * g[i];
        const float direction = new_first[i] * bias1 / (std::sqrt(new_second[i] * bias2) + epsilon);
        moved[i] = w[i] - shrink * d[i] * w[i] - rate * direction;
      }
    });
  }
};

// Nesterov's momentum as in Sutskever et al. 2013. rates: learning rate, weight decay, momentum.
class Sgd {
 public:
  explicit Sgd(Attributes&) {}

  void Compute(Call& call) {
    const Input theta = call.input(0), gradient = call.input(1), velocity = call.input(2), decay = call.input(3);
    const Input rates = call.input(4);
    const float rate = rates.floats()[0], shrink = rates.floats()[1], momentum = rates.floats()[2];
    const int64_t size = theta.size();
    float* moved = call.output(0, {size});
    float* new_velocity = call.output(1, {size});
    if (!moved || !new_velocity) return;
    const float *w = theta.floats(), *slope = gradient.floats(), *v = velocity.floats(), *d = decay.floats();
    Share(size, kWeightsGrain, [&](int64_t begin, int64_t end, int) {
#pragma GCC ivdep
      for (int64_t i = begin; i < end; ++i) {
        const float g = slope[i] + shrink * d[i] * w[i];
        new_velocity[i] = momentum * v[i] + g;
        moved[i] = w[i] - rate * (g + momentum * new_velocity[i]);
      }
    });
  }
};

}  // namespace

void RegisterWeights() {
  Register<Unflatten>("TradeUnflatten", {"theta: float"}, {"weights: N * float"}, {"N: int >= 1", "shapes: list(int)"});
  Register<Flatten>("TradeFlatten", {"tensors: N * float"}, {"theta: float"}, {"N: int >= 1"});
  Register<AdamW>("TradeAdamW",
                  {"theta: float", "gradient: float", "first: float", "second: float", "decay: float", "rates: float"},
                  {"moved: float", "new_first: float", "new_second: float"});
  Register<Sgd>("TradeSgd", {"theta: float", "gradient: float", "velocity: float", "decay: float", "rates: float"},
                {"moved: float", "new_velocity: float"});
}

}  // namespace trade
