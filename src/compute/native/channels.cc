// Ops between an image's positions and its channels: mean of positions, gates, order of channels,
// transposes.
//
// symbol   meaning                                  shape
// x        input; p positions, c channels           [batch, p, c]
// gate     a factor for each image and channel      [batch, c]
#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

// Mean over positions: [batch, ..., c] -> [batch, c].
class MeanPositions {
 public:
  explicit MeanPositions(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const int64_t batch = x.dim(0), channels = x.dim(-1), positions = x.size() / (batch * channels);
    float* y = call.output(0, {batch, channels});
    if (!y) return;
    Share(batch, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t image = begin; image < end; ++image) {
        const float* from = x.floats() + image * positions * channels;
        float* to = y + image * channels;
        std::memset(to, 0, channels * sizeof(float));
        for (int64_t p = 0; p < positions; ++p) {
#pragma GCC ivdep
          for (int64_t c = 0; c < channels; ++c) to[c] += from[p * channels + c];
        }
        for (int64_t c = 0; c < channels; ++c) to[c] /= positions;
      }
    });
  }
};

// Inputs: dy [batch, c] and x for its shape.
class MeanPositionsGradient {
 public:
  explicit MeanPositionsGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1);
    const int64_t batch = x.dim(0), channels = x.dim(-1), positions = x.size() / (batch * channels);
    float* dx = call.output(0, x.shape());
    if (!dx) return;
    const float share = 1.0f / positions;
    Share(batch, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t image = begin; image < end; ++image) {
        const float* from = dy.floats() + image * channels;
        for (int64_t p = 0; p < positions; ++p) {
          float* to = dx + (image * positions + p) * channels;
#pragma GCC ivdep
          for (int64_t c = 0; c < channels; ++c) to[c] = from[c] * share;
        }
      }
    });
  }
};

class Gate {
 public:
  explicit Gate(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0), gate = call.input(1);
    const int64_t batch = x.dim(0), channels = x.dim(-1), positions = x.size() / (batch * channels);
    float* y = call.output(0, x.shape());
    if (!y) return;
    Share(batch, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t image = begin; image < end; ++image) {
        const float* factor = gate.floats() + image * channels;
        for (int64_t p = image * positions; p < (image + 1) * positions; ++p) {
#pragma GCC ivdep
          for (int64_t c = 0; c < channels; ++c) y[p * channels + c] = x.floats()[p * channels + c] * factor[c];
        }
      }
    });
  }
};

class GateGradient {
 public:
  explicit GateGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), gate = call.input(2);
    const int64_t batch = x.dim(0), channels = x.dim(-1), positions = x.size() / (batch * channels);
    float* dx = call.output(0, x.shape());
    float* dgate = call.output(1, gate.shape());
    if (!dx || !dgate) return;
    Share(batch, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t image = begin; image < end; ++image) {
        const float* factor = gate.floats() + image * channels;
        float* sum = dgate + image * channels;
        std::memset(sum, 0, channels * sizeof(float));
        for (int64_t p = image * positions; p < (image + 1) * positions; ++p) {
#pragma GCC ivdep
          for (int64_t c = 0; c < channels; ++c) {
            const float slope = dy.floats()[p * channels + c];
            dx[p * channels + c] = slope * factor[c];
            sum[c] += slope * x.floats()[p * channels + c];
          }
        }
      }
    });
  }
};

// Times a factor for each channel.
class ScaleChannels {
 public:
  explicit ScaleChannels(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0), factors = call.input(1);
    float* y = call.output(0, x.shape());
    if (!y) return;
    Tile tile(x.dim(-1));
    tile.Set([&](int64_t c) { return factors.floats()[c]; });
    ShareTiles(x.size(), tile.length(), [&](int64_t begin, int64_t end, int) {
      Visit(begin, end, tile.length(), [&](int64_t place, int64_t offset, auto load, auto store) {
        store(y + place, load(x.floats() + place) * Load(tile.data() + offset));
      });
    });
  }
};

class ScaleChannelsGradient {
 public:
  explicit ScaleChannelsGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), factors = call.input(2);
    const int64_t channels = x.dim(-1);
    float* dx = call.output(0, x.shape());
    float* dfactors = call.output(1, {channels});
    if (!dx || !dfactors) return;
    Tile tile(channels);
    tile.Set([&](int64_t c) { return factors.floats()[c]; });
    std::vector<Tile> sums(Team::Get().parts(), Tile(channels));
    ShareTiles(x.size(), tile.length(), [&](int64_t begin, int64_t end, int part) {
      float* total = sums[part].data();
      Visit(begin, end, tile.length(), [&](int64_t place, int64_t offset, auto load, auto store) {
        const Vector slope = load(dy.floats() + place);
        store(dx + place, slope * Load(tile.data() + offset));
        Store(total + offset, Load(total + offset) + slope * load(x.floats() + place));
      });
    });
    std::vector<double> totals(channels);
    for (const Tile& part : sums) part.AddTo(totals);
    for (int64_t c = 0; c < channels; ++c) dfactors[c] = static_cast<float>(totals[c]);
  }
};

// y[c] = x[(c % groups) * (channels / groups) + c / groups], ShuffleNet's shuffle; with c / groups
// rows it undoes itself.
class ShuffleChannels {
 public:
  explicit ShuffleChannels(Attributes& attributes) : groups_(attributes.integer("groups")) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const int64_t channels = x.dim(-1), rows = x.size() / channels, each = channels / groups_;
    float* y = call.output(0, x.shape());
    if (!y) return;
    Share(rows, kGrain / channels + 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) {
        const float* from = x.floats() + row * channels;
        float* to = y + row * channels;
        // Two groups, and the way back from them, are the common cases, and loops that become
        // vectors.
        if (groups_ == 2) {
#pragma GCC ivdep
          for (int64_t i = 0; i < each; ++i) {
            to[2 * i] = from[i];
            to[2 * i + 1] = from[each + i];
          }
        } else if (each == 2) {
#pragma GCC ivdep
          for (int64_t g = 0; g < groups_; ++g) {
            to[g] = from[2 * g];
            to[groups_ + g] = from[2 * g + 1];
          }
        } else {
          for (int64_t i = 0; i < each; ++i) {
            for (int64_t g = 0; g < groups_; ++g) to[i * groups_ + g] = from[g * each + i];
          }
        }
      }
    });
  }

 private:
  const int64_t groups_;
};

// Copies `count` channels of every row from one place to another.
void CopyChannels(const float* from, int64_t from_width, float* to, int64_t to_width, int64_t count, int64_t rows) {
  Share(rows, kGrain / count + 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* source = from + row * from_width;
      float* target = to + row * to_width;
      int64_t c = 0;
      for (; c + kLanes <= count; c += kLanes) Store(target + c, Load(source + c));
      if (c < count) StoreSome(target + c, LoadSome(source + c, count - c), count - c);
    }
  });
}

// Channels `from` to before `from + count`.
class TakeChannels {
 public:
  explicit TakeChannels(Attributes& attributes)
      : from_(attributes.integer("from")), count_(attributes.integer("count")) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const int64_t channels = x.dim(-1);
    if (from_ + count_ > channels) return call.Fail("there are not so many channels");
    std::vector<int64_t> shape = x.shape();
    shape.back() = count_;
    if (float* y = call.output(0, shape))
      CopyChannels(x.floats() + from_, channels, y, count_, count_, x.size() / channels);
  }

 private:
  const int64_t from_, count_;
};

// The gradient of TakeChannels: x at `from`, zeros around it.
class PlaceChannels {
 public:
  explicit PlaceChannels(Attributes& attributes)
      : from_(attributes.integer("from")), channels_(attributes.integer("channels")) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const int64_t count = x.dim(-1), rows = x.size() / count;
    std::vector<int64_t> shape = x.shape();
    shape.back() = channels_;
    float* y = call.output(0, shape);
    if (!y) return;
    Share(rows, kGrain / channels_ + 1, [&](int64_t begin, int64_t end, int) {
      std::memset(y + begin * channels_, 0, (end - begin) * channels_ * sizeof(float));
    });
    CopyChannels(x.floats(), count, y + from_, channels_, count, rows);
  }

 private:
  const int64_t from_, channels_;
};

// Channels of all inputs, one after the other.
class JoinChannels {
 public:
  explicit JoinChannels(Attributes&) {}

  void Compute(Call& call) {
    std::vector<Input> parts;
    int64_t channels = 0;
    for (int i = 0; i < call.inputs(); ++i) {
      parts.push_back(call.input(i));
      channels += parts.back().dim(-1);
    }
    std::vector<int64_t> shape = parts[0].shape();
    const int64_t rows = parts[0].size() / shape.back();
    shape.back() = channels;
    float* y = call.output(0, shape);
    if (!y) return;
    for (const Input& part : parts) {
      CopyChannels(part.floats(), part.dim(-1), y, channels, part.dim(-1), rows);
      y += part.dim(-1);
    }
  }
};

// Of two tensors of one shape, or of one that repeats: [batch, ...] + [...].
class Addition {
 public:
  explicit Addition(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0), added = call.input(1);
    float* y = call.output(0, x.shape());
    if (!y) return;
    const int64_t length = added.size();
    if (length == 0 || x.size() % length != 0) return call.Fail("the shapes do not fit");
    // In whole repeats, or in pieces of the one.
    const int64_t piece = length == x.size() ? std::min<int64_t>(length, 4096) : length;
    const int64_t pieces = (x.size() + piece - 1) / piece;
    Share(pieces, kGrain / piece + 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t start = i * piece, count = std::min(piece, x.size() - start);
        const float* left = x.floats() + start;
        const float* right = added.floats() + (length == x.size() ? start : 0);
        float* to = y + start;
        int64_t place = 0;
        for (; place + kLanes <= count; place += kLanes) Store(to + place, Load(left + place) + Load(right + place));
        if (const int64_t rest = count - place; rest > 0) {
          StoreSome(to + place, LoadSome(left + place, rest) + LoadSome(right + place, rest), rest);
        }
      }
    });
  }
};

// [batch, t, c] -> [batch, c, t]
class TransposeTokens {
 public:
  explicit TransposeTokens(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const int64_t batch = x.dim(0), rows = x.dim(1), columns = x.dim(2);
    float* y = call.output(0, {batch, columns, rows});
    if (!y) return;
    constexpr int64_t block = 8;
    Share(batch, std::max<int64_t>(1, kGrain / (rows * columns)), [&](int64_t begin, int64_t end, int) {
      for (int64_t image = begin; image < end; ++image) {
        const float* from = x.floats() + image * rows * columns;
        float* to = y + image * rows * columns;
        for (int64_t r = 0; r < rows; r += block) {
          for (int64_t c = 0; c < columns; ++c) {
            for (int64_t i = r; i < std::min(rows, r + block); ++i) to[c * rows + i] = from[i * columns + c];
          }
        }
      }
    });
  }
};

}  // namespace

void RegisterChannels() {
  Register<MeanPositions>("TradeMeanPositions", {"x: float"}, {"y: float"});
  Register<MeanPositionsGradient>("TradeMeanPositionsGrad", {"dy: float", "x: float"}, {"dx: float"});
  Register<Gate>("TradeGate", {"x: float", "gate: float"}, {"y: float"});
  Register<GateGradient>("TradeGateGrad", {"dy: float", "x: float", "gate: float"}, {"dx: float", "dgate: float"});
  Register<ScaleChannels>("TradeScaleChannels", {"x: float", "factors: float"}, {"y: float"});
  Register<ScaleChannelsGradient>("TradeScaleChannelsGrad", {"dy: float", "x: float", "factors: float"},
                                  {"dx: float", "dfactors: float"});
  Register<ShuffleChannels>("TradeShuffleChannels", {"x: float"}, {"y: float"}, {"groups: int"});
  Register<TakeChannels>("TradeTakeChannels", {"x: float"}, {"y: float"}, {"from: int", "count: int"});
  Register<PlaceChannels>("TradePlaceChannels", {"x: float"}, {"y: float"}, {"from: int", "channels: int"});
  Register<JoinChannels>("TradeJoinChannels", {"parts: N * float"}, {"y: float"}, {"N: int >= 1"});
  Register<Addition>("TradeSum", {"x: float", "added: float"}, {"y: float"});
  Register<TransposeTokens>("TradeTransposeTokens", {"x: float"}, {"y: float"});
}

}  // namespace trade
