// Multi-head attention between its projections, one image and head after the other, all of it in
// the nearest cache: Vaswani et al. 2017; with a bias of each pair of tokens as Dai et al. 2021.
//
// symbol      meaning                                                        shape
// qkv         columns: queries, keys, values in turn, each head after head   [batch, t, 3 c]
// P           softmax(Q K^T / sqrt(d) + bias), of one image and head         [t, t]
// y           P V                                                            [batch, t, c]
// dS          P (dP - row sums of dP P), with dP = dY V^T                    [t, t]
#include <cmath>

#include "gemm.h"
#include "kernel.h"
#include "threads.h"

namespace trade {
namespace {

inline int64_t Padded(int64_t length) { return (length + kLanes - 1) / kLanes * kLanes; }

// out[i][:] = scale * sum_k left(i, k) right[k][:], `width` a multiple of the lanes; `left` is read
// at left[i * row + k * column].
void Multiply(const float* left, int64_t row, int64_t column, const float* right, int64_t stride, float* out,
              int64_t out_stride, int64_t rows, int64_t inner, int64_t width, float scale) {
  InBlocks(width / kLanes, [&]<int vectors>(int64_t v) {
    InRows<vectors>(rows, [&]<int height>(int64_t i) {
      Vector sums[height][vectors] = {};
      AddProduct(left + i * row, row, right + v * kLanes, stride, inner, sums, column);
      for (int r = 0; r < height; ++r) {
        for (int j = 0; j < vectors; ++j) Store(out + (i + r) * out_stride + (v + j) * kLanes, sums[r][j] * scale);
      }
    });
  });
}

// One image and head: its matrices, padded with zeros to whole vectors.
struct Head {
  Head(int64_t tokens, int64_t width)
      : tokens(tokens), width(width), wide(Padded(width)), long_(Padded(tokens)),
        query(tokens * wide), key(tokens * wide), value(tokens * wide), slope(tokens * wide),
        transposed(width * long_), scores(tokens * long_), slopes(tokens * long_), out(tokens * wide) {}

  // Copies a column block of [t, stride] into rows of `wide`.
  void Gather(const float* from, int64_t stride, Floats& to) {
    for (int64_t t = 0; t < tokens; ++t) std::memcpy(&to[t * wide], from + t * stride, width * sizeof(float));
  }
  // rows of `wide` into [width][long_]
  void Transpose(const Floats& from) {
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t c = 0; c < width; ++c) transposed[c * long_ + t] = from[t * wide + c];
    }
  }

  // P into `scores`; `bias` [t, t] may be null.
  void Softmax(const float* bias) {
    Transpose(key);
    Multiply(query.data(), wide, 1, transposed.data(), long_, scores.data(), long_, tokens, width, long_,
             1 / std::sqrt(static_cast<float>(width)));
    for (int64_t i = 0; i < tokens; ++i) {
      float* row = &scores[i * long_];
      if (bias) {
        for (int64_t j = 0; j < tokens; ++j) row[j] += bias[i * tokens + j];
      }
      for (int64_t j = tokens; j < long_; ++j) row[j] = -1e30f;
      Vector highest = Load(row);
      for (int64_t j = kLanes; j < long_; j += kLanes) highest = Max(Load(row + j), highest);
      const float most = Highest(highest);
      Vector total{};
      for (int64_t j = 0; j < long_; j += kLanes) {
        const Vector e = Exp(Load(row + j) - most);
        total += e;
        Store(row + j, e);
      }
      for (int64_t j = tokens; j < long_; ++j) row[j] = 0;
      const float share = 1 / Sum(total);
      for (int64_t j = 0; j < long_; j += kLanes) Store(row + j, Load(row + j) * share);
    }
  }

  const int64_t tokens, width, wide, long_;
  Floats query, key, value, slope, transposed, scores, slopes, out;
};

class Attention {
 public:
  explicit Attention(Attributes& attributes) : heads_(attributes.integer("heads")) {}

  // bias: [heads, t, t] or empty.
  void Compute(Call& call) {
    const Input qkv = call.input(0), bias = call.input(1);
    const int64_t batch = qkv.dim(0), tokens = qkv.dim(1), channels = qkv.dim(2) / 3, width = channels / heads_;
    float* y = call.output(0, {batch, tokens, channels});
    if (!y) return;
    Share(batch, 4, [&](int64_t begin, int64_t end, int) {
      Head head(tokens, width);
      for (int64_t work = begin * heads_; work < end * heads_; ++work) {
        const int64_t image = work / heads_, h = work % heads_, stride = 3 * channels;
        const float* from = qkv.floats() + image * tokens * stride + h * width;
        head.Gather(from, stride, head.query);
        head.Gather(from + channels, stride, head.key);
        head.Gather(from + 2 * channels, stride, head.value);
        head.Softmax(bias.size() > 0 ? bias.floats() + h * tokens * tokens : nullptr);
        Multiply(head.scores.data(), head.long_, 1, head.value.data(), head.wide, head.out.data(), head.wide, tokens,
                 tokens, head.wide, 1);
        float* to = y + image * tokens * channels + h * width;
        for (int64_t t = 0; t < tokens; ++t) {
          std::memcpy(to + t * channels, &head.out[t * head.wide], width * sizeof(float));
        }
      }
    });
  }

 private:
  const int64_t heads_;
};

// Of qkv and of the bias. P is computed again: it is cheaper than keeping it.
class AttentionGradient {
 public:
  explicit AttentionGradient(Attributes& attributes) : heads_(attributes.integer("heads")) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), qkv = call.input(1), bias = call.input(2);
    const int64_t batch = qkv.dim(0), tokens = qkv.dim(1), channels = qkv.dim(2) / 3, width = channels / heads_;
    const int64_t pairs = tokens * tokens;
    const bool biased = bias.size() > 0;
    float* dqkv = call.output(0, qkv.shape());
    float* dbias = call.output(1, biased ? bias.shape() : std::vector<int64_t>{0});
    if (!dqkv || !dbias) return;
    std::vector<std::vector<float>> sums(Team::Get().parts(), std::vector<float>(biased ? heads_ * pairs : 0));
    const float scale = 1 / std::sqrt(static_cast<float>(width));
    Share(batch, 4, [&](int64_t begin, int64_t end, int part) {
      Head head(tokens, width);
      for (int64_t work = begin * heads_; work < end * heads_; ++work) {
        const int64_t image = work / heads_, h = work % heads_, stride = 3 * channels;
        const float* from = qkv.floats() + image * tokens * stride + h * width;
        float* to = dqkv + image * tokens * stride + h * width;
        head.Gather(from, stride, head.query);
        head.Gather(from + channels, stride, head.key);
        head.Gather(from + 2 * channels, stride, head.value);
        head.Gather(dy.floats() + image * tokens * channels + h * width, channels, head.slope);
        head.Softmax(biased ? bias.floats() + h * pairs : nullptr);
        const auto scatter = [&](float* place) {
          for (int64_t t = 0; t < tokens; ++t) {
            std::memcpy(place + t * stride, &head.out[t * head.wide], width * sizeof(float));
          }
        };
        // dV = P^T dY
        Multiply(head.scores.data(), 1, head.long_, head.slope.data(), head.wide, head.out.data(), head.wide, tokens,
                 tokens, head.wide, 1);
        scatter(to + 2 * channels);
        head.Transpose(head.value);
        Multiply(head.slope.data(), head.wide, 1, head.transposed.data(), head.long_, head.slopes.data(), head.long_,
                 tokens, width, head.long_, 1);
        for (int64_t i = 0; i < tokens; ++i) {
          float* row = &head.slopes[i * head.long_];
          const float* p = &head.scores[i * head.long_];
          Vector total{};
          for (int64_t j = 0; j < head.long_; j += kLanes) total += Load(row + j) * Load(p + j);
          const float mean = Sum(total);
          for (int64_t j = 0; j < head.long_; j += kLanes) Store(row + j, Load(p + j) * (Load(row + j) - mean));
          if (biased) {
            float* sum = &sums[part][h * pairs + i * tokens];
            for (int64_t j = 0; j < tokens; ++j) sum[j] += row[j];
          }
        }
        // dQ = dS K / sqrt(d), dK = dS^T Q / sqrt(d)
        Multiply(head.slopes.data(), head.long_, 1, head.key.data(), head.wide, head.out.data(), head.wide, tokens,
                 tokens, head.wide, scale);
        scatter(to);
        Multiply(head.slopes.data(), 1, head.long_, head.query.data(), head.wide, head.out.data(), head.wide, tokens,
                 tokens, head.wide, scale);
        scatter(to + channels);
      }
    });
    for (int64_t i = 0; i < (biased ? heads_ * pairs : 0); ++i) {
      double total = 0;
      for (const auto& part : sums) total += part[i];
      dbias[i] = static_cast<float>(total);
    }
  }

 private:
  const int64_t heads_;
};

}  // namespace

void RegisterAttention() {
  Register<Attention>("TradeAttention", {"qkv: float", "bias: float"}, {"y: float"}, {"heads: int"});
  Register<AttentionGradient>("TradeAttentionGrad", {"dy: float", "qkv: float", "bias: float"},
                              {"dqkv: float", "dbias: float"}, {"heads: int"});
}

}  // namespace trade
