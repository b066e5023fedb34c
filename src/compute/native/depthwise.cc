// Depthwise convolution, padded as TensorFlow's SAME, and its gradients.
//
// symbol   meaning                                              shape
// x        input                                                [batch, h, w, c]
// y        output                                               [batch, ceil(h / s), ceil(w / s), c]
// f        filter of k x k taps                                 [k, k, c, 1]
#include <cmath>

#include "geometry.h"
#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

// Each tap's weights as a tile.
std::vector<Tile> Taps(const float* filter, int64_t kernel, int64_t channels) {
  std::vector<Tile> taps(kernel * kernel, Tile(channels));
  for (int64_t tap = 0; tap < kernel * kernel; ++tap) taps[tap].Set([&](int64_t c) { return filter[tap * channels + c]; });
  return taps;
}

template <typename Work>
void WithKernel(int64_t kernel, const Work& work) {
  switch (kernel) {
    case 3: return work.template operator()<3>();
    case 5: return work.template operator()<5>();
    case 7: return work.template operator()<7>();
    default: return work.template operator()<0>();  // any size, slower
  }
}

// Output rows that share the loads of an input row.
constexpr int kRows = 4;

// `count` rows of the output at places y, y + 1, ... of one vector of columns, from planes with stride 1 in y.
template <int kernel, int count>
inline void Convolve(const float* place, int64_t row, int64_t channels, const Vector* weights, Vector* sums) {
#pragma GCC unroll 16
  for (int i = 0; i < count + kernel - 1; ++i) {
#pragma GCC unroll 8
    for (int kx = 0; kx < kernel; ++kx) {
      const Vector value = Load(place + i * row + kx * channels);
#pragma GCC unroll 4
      for (int r = 0; r < count; ++r) {
        if (i - r >= 0 && i - r < kernel) sums[r] += value * weights[(i - r) * kernel + kx];
      }
    }
  }
}

// All rows of one image by planes that are spread already.
template <int kernel>
void ConvolveImage(const Geometry& g, const float* planes, const std::vector<Tile>& taps, float* y) {
  const int64_t tile = taps[0].length(), size = kernel ? kernel : g.kernel;
  for (int64_t offset = 0; offset < std::min(tile, g.line); offset += kLanes) {
    Vector weights[kernel ? kernel * kernel : 1];
    for (int tap = 0; tap < kernel * kernel; ++tap) weights[tap] = Load(taps[tap].data() + offset);
    for (int64_t j = offset; j < g.line; j += tile) {
      const int64_t lanes = std::min<int64_t>(kLanes, g.line - j);
      const auto keep = [&](int64_t row, Vector sum) {
        if (lanes == kLanes) Store(y + row * g.line + j, sum);
        else StoreSome(y + row * g.line + j, sum, lanes);
      };
      int64_t row = 0;
      if constexpr (kernel > 0) {
        if (g.stride == 1) {
          for (; row + kRows <= g.out_height; row += kRows) {
            Vector sums[kRows] = {};
            Convolve<kernel, kRows>(planes + row * g.row + j, g.row, g.channels, weights, sums);
            for (int r = 0; r < kRows; ++r) keep(row + r, sums[r]);
          }
        }
      }
      for (; row < g.out_height; ++row) {
        Vector sum{};
        for (int64_t ky = 0; ky < size; ++ky) {
          for (int64_t kx = 0; kx < size; ++kx) {
            const int64_t tap = ky * size + kx;
            sum += Load(planes + Start(g, row, ky, kx) + j) * (kernel ? weights[tap] : Load(taps[tap].data() + offset));
          }
        }
        keep(row, sum);
      }
    }
  }
}

class Depthwise {
 public:
  explicit Depthwise(Attributes& attributes) : stride_(attributes.integer("stride")) {}

  void Compute(Call& call) {
    const Input x = call.input(0), filter = call.input(1);
    const Geometry g(x.shape(), filter.dim(0), stride_);
    const int64_t batch = x.dim(0);
    float* y = call.output(0, {batch, g.out_height, g.out_width, g.channels});
    if (!y) return;
    const std::vector<Tile> taps = Taps(filter.floats(), g.kernel, g.channels);
    WithKernel(g.kernel, [&]<int kernel>() {
      Share(batch, 1, [&](int64_t begin, int64_t end, int) {
        Floats planes(g.buffer);
        for (int64_t image = begin; image < end; ++image) {
          g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
          ConvolveImage<kernel>(g, planes.data(), taps, y + image * g.out_height * g.line);
        }
      });
    });
  }

 private:
  const int64_t stride_;
};

// Of the input. Inputs: dy, filter, and x for its shape.
class DepthwiseInputGradient {
 public:
  explicit DepthwiseInputGradient(Attributes& attributes) : stride_(attributes.integer("stride")) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), filter = call.input(1), x = call.input(2);
    const Geometry g(x.shape(), filter.dim(0), stride_);
    float* dx = call.output(0, x.shape());
    if (!dx) return;
    if (stride_ == 1 && g.kernel % 2 == 1) return Correlate(dy, filter, x, dx);
    const std::vector<Tile> taps = Taps(filter.floats(), g.kernel, g.channels);
    const int64_t tile = taps[0].length();
    Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int) {
      Floats planes(g.buffer);
      Floats line((g.line + kLanes - 1) / kLanes * kLanes);
      for (int64_t image = begin; image < end; ++image) {
        std::fill(planes.begin(), planes.end(), 0.0f);
        for (int64_t row = 0; row < g.out_height; ++row) {
          std::memcpy(line.data(), dy.floats() + (image * g.out_height + row) * g.line, g.line * sizeof(float));
          for (int64_t ky = 0; ky < g.kernel; ++ky) {
            for (int64_t kx = 0; kx < g.kernel; ++kx) {
              float* to = planes.data() + Start(g, row, ky, kx);
              const float* weights = taps[ky * g.kernel + kx].data();
              int64_t offset = 0;
              // The zeros past the line's end add nothing.
              for (int64_t j = 0; j < g.line; j += kLanes) {
                Store(to + j, Load(to + j) + Load(&line[j]) * Load(weights + offset));
                offset = offset + kLanes == tile ? 0 : offset + kLanes;
              }
            }
          }
        }
        g.Collect(planes.data(), dx + image * g.height * g.width * g.channels);
      }
    });
  }

 private:
  // With stride 1 the gradient is the convolution of dy with the filter turned around.
  void Correlate(const Input& dy, const Input& filter, const Input& x, float* dx) {
    const Geometry g(x.shape(), filter.dim(0), 1);
    const int64_t last = g.kernel * g.kernel - 1;
    std::vector<Tile> taps(last + 1, Tile(g.channels));
    for (int64_t tap = 0; tap <= last; ++tap) {
      taps[tap].Set([&](int64_t c) { return filter.floats()[(last - tap) * g.channels + c]; });
    }
    WithKernel(g.kernel, [&]<int kernel>() {
      Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int) {
        Floats planes(g.buffer);
        for (int64_t image = begin; image < end; ++image) {
          g.Spread(dy.floats() + image * g.out_height * g.line, planes.data());
          ConvolveImage<kernel>(g, planes.data(), taps, dx + image * g.out_height * g.line);
        }
      });
    });
  }

  const int64_t stride_;
};

// Adds to each tap's tile the products of the output's slopes with what the tap saw, of one image.
template <int kernel>
void Correlate(const Geometry& g, const float* planes, const float* slopes, int64_t padded, std::vector<Tile>& sums) {
  const int64_t tile = sums[0].length();
  for (int64_t offset = 0; offset < std::min(tile, padded); offset += kLanes) {
    for (int64_t kx = 0; kx < g.kernel; ++kx) {
      Vector totals[kernel ? kernel : 1] = {};
      int64_t row = 0;
      if constexpr (kernel > 0) {
        for (; g.stride == 1 && row + kRows <= g.out_height; row += kRows) {
          for (int64_t j = offset; j < padded; j += tile) {
            Vector slope[kRows];
            for (int r = 0; r < kRows; ++r) slope[r] = Load(slopes + (row + r) * padded + j);
            const float* place = planes + Start(g, row, 0, kx) + j;
#pragma GCC unroll 16
            for (int i = 0; i < kRows + kernel - 1; ++i) {
              const Vector value = Load(place + i * g.row);
#pragma GCC unroll 4
              for (int r = 0; r < kRows; ++r) {
                if (i - r >= 0 && i - r < kernel) totals[i - r] += value * slope[r];
              }
            }
          }
        }
      }
      const auto add = [&](int64_t ky, Vector total) {
        float* sum = sums[ky * g.kernel + kx].data() + offset;
        Store(sum, Load(sum) + total);
      };
      for (int64_t ky = 0; ky < g.kernel; ++ky) {
        Vector total{};
        for (int64_t rest = row; rest < g.out_height; ++rest) {
          const float* place = planes + Start(g, rest, ky, kx);
          for (int64_t j = offset; j < padded; j += tile) total += Load(slopes + rest * padded + j) * Load(place + j);
        }
        if constexpr (kernel > 0) total += totals[ky];
        add(ky, total);
      }
    }
  }
}

// Of the filter. Inputs: dy, x, and the filter for its shape.
class DepthwiseFilterGradient {
 public:
  explicit DepthwiseFilterGradient(Attributes& attributes) : stride_(attributes.integer("stride")) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), filter = call.input(2);
    const Geometry g(x.shape(), filter.dim(0), stride_);
    float* df = call.output(0, filter.shape());
    if (!df) return;
    const int64_t taps = g.kernel * g.kernel;
    std::vector<std::vector<Tile>> sums(Team::Get().size(), std::vector<Tile>(taps, Tile(g.channels)));
    const int64_t padded = (g.line + kLanes - 1) / kLanes * kLanes;
    Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int part) {
      Floats planes(g.buffer);
      Floats lines(g.out_height * padded);
      for (int64_t image = begin; image < end; ++image) {
        g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
        for (int64_t row = 0; row < g.out_height; ++row) {
          std::memcpy(&lines[row * padded], dy.floats() + (image * g.out_height + row) * g.line, g.line * sizeof(float));
        }
        WithKernel(g.kernel, [&]<int kernel>() { Correlate<kernel>(g, planes.data(), lines.data(), padded, sums[part]); });
      }
    });
    for (int64_t tap = 0; tap < taps; ++tap) {
      std::vector<double> totals(g.channels);
      for (const auto& part : sums) part[tap].AddTo(totals);
      for (int64_t c = 0; c < g.channels; ++c) df[tap * g.channels + c] = static_cast<float>(totals[c]);
    }
  }

 private:
  const int64_t stride_;
};

}  // namespace

void RegisterDepthwise() {
  Register<Depthwise>("TradeDepthwise", {"x: float", "filter: float"}, {"y: float"}, {"stride: int"});
  Register<DepthwiseInputGradient>("TradeDepthwiseInputGrad", {"dy: float", "filter: float", "x: float"}, {"dx: float"},
                                   {"stride: int"});
  Register<DepthwiseFilterGradient>("TradeDepthwiseFilterGrad", {"dy: float", "x: float", "filter: float"},
                                    {"dfilter: float"}, {"stride: int"});
}

}  // namespace trade
