// The recurrence of a gated recurrent unit: Cho et al. 2014, the reset gate behind the product with
// the state, as cuDNN and ONNX's `linear_before_reset` have it. The inputs' product is a dense
// layer's.
//
// symbol     meaning                                                              shape
// given      W x + a, columns of z, r and n in turn                               [batch, t, 3 u]
// R, b       kernel and bias of the state, columns as above                       [u, 3 u], [3 u]
// z, r       sigmoids of given + (R h + b)                                        [batch, t, u]
// q          R h + b of n's columns                                               [batch, t, u]
// n          tanh(given + r q)                                                    [batch, t, u]
// y          states: n + z (h - n), h the state before, zeros before the first    [batch, t, u]
// gates      z, r, n and q, for the way back                                      [batch, t, 4 u]
#include "activation.h"
#include "kernel.h"
#include "products.h"

namespace trade {
namespace {

// A thread has so many examples at least: fewer would read R for little.
constexpr int64_t kExamples = 8;

inline Vector Tanh(Vector x) { return 2.0f * Activate<kSigmoid>(2.0f * x) - 1.0f; }

// Calls work(place, lanes) for the vectors of `units` values.
template <typename Work>
inline void EachVector(int64_t units, const Work& work) {
  for (int64_t j = 0; j < units; j += kLanes) work(j, std::min<int64_t>(kLanes, units - j));
}

inline Vector LoadLanes(const float* from, int64_t lanes) {
  return lanes == kLanes ? Load(from) : LoadSome(from, lanes);
}

class Gru {
 public:
  explicit Gru(Attributes&) {}

  void Compute(Call& call) {
    const Input given = call.input(0), recurrent = call.input(1), bias = call.input(2);
    const int64_t batch = given.dim(0), steps = given.dim(1), units = recurrent.dim(0), columns = 3 * units;
    if (given.dim(2) != columns || recurrent.dim(1) != columns || bias.size() != columns)
      return call.Fail("a recurrent unit needs three columns for each of its units");
    float* y = call.output(0, {batch, steps, units});
    float* gates = call.output(1, {batch, steps, 4 * units});
    if (!y || !gates) return;
    const Packed packed(units, columns, 1, [&](int64_t k) { return recurrent.floats() + k * columns; });
    Share(batch, kExamples, [&](int64_t begin, int64_t end, int) {
      const int64_t count = end - begin;
      Scratch states(count * units), products(count * columns);
      for (int64_t t = 0; t < steps; ++t) {
        if (t > 0) MultiplyRows(states.data(), count, units, packed, products.data(), columns);
        for (int64_t i = 0; i < count; ++i) {
          const int64_t row = (begin + i) * steps + t;
          Step(given.floats() + row * columns, products.data() + i * columns, bias.floats(), units,
               states.data() + i * units, gates + row * 4 * units);
          CopyFloats(states.data() + i * units, y + row * units, units);
        }
      }
    });
  }

 private:
  // One example: the state is replaced.
  static void Step(const float* given, const float* product, const float* bias, int64_t units, float* state,
                   float* gates) {
    EachVector(units, [&](int64_t j, int64_t lanes) {
      const auto sum = [&](int64_t gate) {
        const int64_t place = gate * units + j;
        return LoadLanes(product + place, lanes) + LoadLanes(bias + place, lanes);
      };
      const auto input = [&](int64_t gate) { return LoadLanes(given + gate * units + j, lanes); };
      const Vector z = Activate<kSigmoid>(input(0) + sum(0));
      const Vector r = Activate<kSigmoid>(input(1) + sum(1));
      const Vector q = sum(2);
      const Vector n = Tanh(input(2) + r * q);
      StoreLanes(state + j, n + z * (LoadLanes(state + j, lanes) - n), lanes);
      const Vector kept[] = {z, r, n, q};
      for (int64_t gate = 0; gate < 4; ++gate) StoreLanes(gates + gate * units + j, kept[gate], lanes);
    });
  }
};

// Of given, R and b, backward through the steps. Inputs: dy, y, gates and R.
class GruGradient {
 public:
  explicit GruGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), y = call.input(1), gates = call.input(2), recurrent = call.input(3);
    const int64_t batch = y.dim(0), steps = y.dim(1), units = y.dim(2), columns = 3 * units;
    float* dgiven = call.output(0, {batch, steps, columns});
    float* drecurrent = call.output(1, recurrent.shape());
    float* dbias = call.output(2, {columns});
    if (!dgiven || !drecurrent || !dbias) return;
    const Packed turned(columns, units, columns, [&](int64_t c) { return recurrent.floats() + c; });
    std::vector<Floats> totals(Team::Get().parts());
    std::vector<std::vector<double>> biases(Team::Get().parts());
    Share(batch, kExamples, [&](int64_t begin, int64_t end, int part) {
      const int64_t count = end - begin;
      totals[part].resize(units * Vectors(columns) * kLanes);
      biases[part].resize(columns);
      // Slopes of the states, first what comes by z and then by the products; of the products; and
      // the states before.
      Scratch slopes(count * units), through(count * units), products(count * columns), before(count * units);
      for (int64_t t = steps - 1; t >= 0; --t) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t row = (begin + i) * steps + t;
          if (t > 0) CopyFloats(y.floats() + (row - 1) * units, before.data() + i * units, units);
          else std::fill_n(before.data() + i * units, units, 0.0f);
          Step(dy.floats() + row * units, gates.floats() + row * 4 * units, before.data() + i * units, units,
               slopes.data() + i * units, dgiven + row * columns, products.data() + i * columns);
        }
        for (int64_t i = 0; i < count; ++i) {
          for (int64_t c = 0; c < columns; ++c) biases[part][c] += products[i * columns + c];
        }
        if (t == 0) break;
        AddOuterRows(before.data(), count, units, products.data(), columns, totals[part].data());
        MultiplyRows(products.data(), count, columns, turned, through.data(), units);
        for (int64_t i = 0; i < count * units; ++i) slopes[i] += through[i];
      }
    });
    Collect(totals, units, columns, drecurrent, [](int64_t row) { return row; });
    std::vector<double> sums(columns);
    for (const auto& part : biases) {
      for (size_t c = 0; c < part.size(); ++c) sums[c] += part[c];
    }
    for (int64_t c = 0; c < columns; ++c) dbias[c] = static_cast<float>(sums[c]);
  }

 private:
  // One example: `slope` comes from the step after and becomes what z hands to the step before.
  static void Step(const float* dy, const float* gates, const float* before, int64_t units, float* slope,
                   float* dgiven, float* dproduct) {
    EachVector(units, [&](int64_t j, int64_t lanes) {
      const auto gate = [&](int64_t number) { return LoadLanes(gates + number * units + j, lanes); };
      const Vector z = gate(0), r = gate(1), n = gate(2), q = gate(3);
      const Vector dh = LoadLanes(dy + j, lanes) + LoadLanes(slope + j, lanes);
      const Vector dn = dh * (1.0f - z) * (1.0f - n * n);
      const Vector dz = dh * (LoadLanes(before + j, lanes) - n) * z * (1.0f - z);
      const Vector dr = dn * q * r * (1.0f - r);
      StoreLanes(slope + j, dh * z, lanes);
      const Vector inputs[] = {dz, dr, dn}, products[] = {dz, dr, dn * r};
      for (int64_t number = 0; number < 3; ++number) {
        StoreLanes(dgiven + number * units + j, inputs[number], lanes);
        StoreLanes(dproduct + number * units + j, products[number], lanes);
      }
    });
  }
};

}  // namespace

void RegisterGru() {
  Register<Gru>("TradeGru", {"given: float", "recurrent: float", "bias: float"}, {"y: float", "gates: float"});
  Register<GruGradient>("TradeGruGrad", {"dy: float", "y: float", "gates: float", "recurrent: float"},
                        {"dgiven: float", "drecurrent: float", "dbias: float"});
}

}  // namespace trade
