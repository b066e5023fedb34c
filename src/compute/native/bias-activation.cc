// y = act(x + b) over the last axis, in one pass, and its gradients. An empty bias is none.
#include "activation.h"
#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

class BiasActivation {
 public:
  explicit BiasActivation(Attributes& attributes) : activation_(attributes.integer("activation")) {}

  void Compute(Call& call) {
    const Input x = call.input(0), bias = call.input(1);
    const int64_t channels = x.dim(-1), size = x.size();
    float* y = call.output(0, x.shape());
    if (!y) return;
    Tile added(channels);
    if (bias.size() > 0) added.Set([&](int64_t c) { return bias.floats()[c]; });
    WithActivation(activation_, [&]<int kind>() {
      ShareTiles(size, added.length(), [&](int64_t begin, int64_t end, int) {
        Visit(begin, end, added.length(), [&](int64_t place, int64_t offset, auto load, auto store) {
          store(y + place, Activate<kind>(load(x.floats() + place) + Load(added.data() + offset)));
        });
      });
    });
  }

 private:
  const int activation_;
};

// Of x and, where there is one, the bias.
class BiasActivationGradient {
 public:
  explicit BiasActivationGradient(Attributes& attributes) : activation_(attributes.integer("activation")) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), bias = call.input(2);
    const int64_t channels = dy.dim(-1), size = dy.size();
    const bool biased = bias.size() > 0;
    // Without an activation dx is dy itself, and only the bias is asked for.
    float* dx = call.output(0, activation_ == kNone ? std::vector<int64_t>{0} : dy.shape());
    float* db = call.output(1, {biased ? channels : 0});
    if (!dx || !db) return;
    Tile added(channels);
    if (biased) added.Set([&](int64_t c) { return bias.floats()[c]; });
    std::vector<Tile> sums(Team::Get().parts(), Tile(channels));
    WithActivation(activation_, [&]<int kind>() {
      ShareTiles(size, added.length(), [&](int64_t begin, int64_t end, int part) {
        float* total = sums[part].data();
        Visit(begin, end, added.length(), [&](int64_t place, int64_t offset, auto load, auto store) {
          Vector g = load(dy.floats() + place);
          if constexpr (kind != kNone) {
            g = Slope<kind>(load(x.floats() + place) + Load(added.data() + offset), g);
            store(dx + place, g);
          }
          Store(total + offset, Load(total + offset) + g);
        });
      });
    });
    if (!biased) return;
    std::vector<double> totals(channels);
    for (const Tile& part : sums) part.AddTo(totals);
    for (int64_t c = 0; c < channels; ++c) db[c] = static_cast<float>(totals[c]);
  }

 private:
  const int activation_;
};

}  // namespace

void RegisterBiasActivation() {
  Register<BiasActivation>("TradeBiasActivation", {"x: float", "bias: float"}, {"y: float"}, {"activation: int"});
  Register<BiasActivationGradient>("TradeBiasActivationGrad", {"dy: float", "x: float", "bias: float"},
                                   {"dx: float", "dbias: float"}, {"activation: int"});
}

}  // namespace trade
