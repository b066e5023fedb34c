// Depthwise convolution, padded as TensorFlow's SAME, and its gradients.
//
// symbol   meaning                               shape
// x        input                                 [batch, h, w, c]
// y        output                                [batch, ceil(h / s), ceil(w / s), c]
// f        filter of k x k taps                  [k, k, c, 1]
#include <cmath>

#include "geometry.h"
#include "gemm.h"
#include "kernel.h"
#include "tile.h"

namespace trade {
namespace {

// No longer than it must be: the longer a row of it is gone over, the more often its registers are
// used.
Tile ShortTile(int64_t channels) { return Tile(channels, std::lcm(channels, int64_t{kLanes})); }

// Each tap's weights as a tile; `at(tap, channel)` reads them.
template <typename At>
std::vector<Tile> Taps(int64_t kernel, int64_t channels, const At& at) {
  std::vector<Tile> taps(kernel * kernel, ShortTile(channels));
  for (int64_t tap = 0; tap < kernel * kernel; ++tap) taps[tap].Set([&](int64_t c) { return at(tap, c); });
  return taps;
}

// Calls work.operator()<kernel, stride>(); zeros stand for any, slower.
template <typename Work>
void WithKernel(const Geometry& g, const Work& work) {
  switch (g.stride == 1 || g.stride == 2 ? 10 * g.kernel + g.stride : 0) {
    case 31: return work.template operator()<3, 1>();
    case 32: return work.template operator()<3, 2>();
    case 51: return work.template operator()<5, 1>();
    case 52: return work.template operator()<5, 2>();
    case 71: return work.template operator()<7, 1>();
    case 72: return work.template operator()<7, 2>();
    default: return work.template operator()<0, 0>();
  }
}

template <int most, typename Work>
void WithCount(int64_t count, const Work& work) {
  if (count == most) return work.template operator()<most>();
  if constexpr (most > 1) WithCount<most - 1>(count, work);
}

// Cuts `rows` into blocks of at most `most` and of nearly one height: work.operator()<height>(first
// row).
template <int most, typename Work>
void InBlocksOfRows(int64_t rows, const Work& work) {
  const int64_t blocks = (rows + most - 1) / most;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = rows * block / blocks, end = rows * (block + 1) / blocks;
    WithCount<most>(end - first, [&]<int height>() { work.template operator()<height>(first); });
  }
}

// Output rows that share the loads of an input row: as many as leave the weights, or the sums of
// the taps, in registers.
template <int kernel>
constexpr int kRows = kernel == 3 && kRegisters == 32 ? 8 : 4;
template <int kernel>
constexpr int kSlopeRows = kRegisters == 32 ? (kernel == 5 ? 4 : 8) : (kernel == 3 ? 4 : 6);
// Columns of taps whose sums fit into the registers beside the slopes: all, or one.
template <int kernel>
constexpr int kTapColumns = kernel * kernel + kSlopeRows<kernel> < kRegisters ? kernel : 1;

// `height` rows of the output of one vector of columns; `place` is where tap (0, 0) of the first
// lies in the planes.
template <int kernel, int stride, int height>
inline void Convolve(const Geometry& g, const float* place, const Vector* weights, Vector* sums) {
#pragma GCC unroll 32
  for (int i = 0; i < (height - 1) * stride + kernel; ++i) {
#pragma GCC unroll 8
    for (int kx = 0; kx < kernel; ++kx) {
      const Vector value = Held(Load(place + kx % stride * g.plane + i * g.row + kx / stride * g.channels));
#pragma GCC unroll 8
      for (int r = 0; r < height; ++r) {
        const int ky = i - r * stride;
        if (ky >= 0 && ky < kernel) sums[r] += value * weights[ky * kernel + kx];
      }
    }
  }
}

// All rows of one image by planes that are spread already. The rows of a block stay in the nearest
// cache while every vector of columns passes over them.
template <int kernel, int stride>
void ConvolveImage(const Geometry& g, const float* planes, const std::vector<Tile>& taps, float* y) {
  const int64_t tile = taps[0].length(), offsets = std::min(tile, g.line);
  const auto keep = [&](int64_t row, int64_t j, Vector sum) {
    StoreLanes(y + row * g.line + j, sum, std::min<int64_t>(kLanes, g.line - j));
  };
  if constexpr (kernel > 0) {
    InBlocksOfRows<kRows<kernel>>(g.out_height, [&]<int height>(int64_t row) {
      for (int64_t offset = 0; offset < offsets; offset += kLanes) {
        Vector weights[kernel * kernel];
        for (int tap = 0; tap < kernel * kernel; ++tap) weights[tap] = Load(taps[tap].data() + offset);
        for (int64_t j = offset; j < g.line; j += tile) {
          Vector sums[height] = {};
          Convolve<kernel, stride, height>(g, planes + row * stride * g.row + j, weights, sums);
          for (int r = 0; r < height; ++r) keep(row + r, j, sums[r]);
        }
      }
    });
  } else {
    for (int64_t row = 0; row < g.out_height; ++row) {
      for (int64_t offset = 0; offset < offsets; offset += kLanes) {
        for (int64_t j = offset; j < g.line; j += tile) {
          Vector sum{};
          for (int64_t ky = 0; ky < g.kernel; ++ky) {
            for (int64_t kx = 0; kx < g.kernel; ++kx) {
              sum += Load(planes + Start(g, row, ky, kx) + j) * Load(taps[ky * g.kernel + kx].data() + offset);
            }
          }
          keep(row, j, sum);
        }
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
    const std::vector<Tile> taps =
        Taps(g.kernel, g.channels, [&](int64_t tap, int64_t c) { return filter.floats()[tap * g.channels + c]; });
    WithKernel(g, [&]<int kernel, int stride>() {
      Share(batch, 1, [&](int64_t begin, int64_t end, int) {
        Scratch planes(g.buffer);
        for (int64_t image = begin; image < end; ++image) {
          g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
          ConvolveImage<kernel, stride>(g, planes.data(), taps, y + image * g.out_height * g.line);
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
    const std::vector<Tile> taps =
        Taps(g.kernel, g.channels, [&](int64_t tap, int64_t c) { return filter.floats()[tap * g.channels + c]; });
    const int64_t margin = (g.kernel - 1) / g.stride, padded = g.line + 2 * margin * g.channels;
    const int64_t origin = margin * (padded + g.channels);
    Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int) {
      Scratch planes(g.buffer);
      Scratch slopes((g.out_height + 2 * margin) * padded + kLanes);
      for (int64_t image = begin; image < end; ++image) {
        for (int64_t row = 0; row < g.out_height; ++row) {
          CopyFloats(dy.floats() + (image * g.out_height + row) * g.line, &slopes[origin + row * padded], g.line);
        }
        for (int64_t p = 0; p < g.stride; ++p) {
          for (int64_t q = 0; q < g.stride; ++q)
            Gather(g, taps, &slopes[origin], padded, p, q, planes.data() + p * g.plane);
        }
        g.Collect(planes.data(), dx + image * g.height * g.width * g.channels);
      }
    });
  }

 private:
  static constexpr int kMostTaps = 9;

  // Rows q, q + s, ... of plane p, `to`: they were seen by the same taps. `slopes` has zeros around
  // it.
  static void Gather(const Geometry& g, const std::vector<Tile>& taps, const float* slopes, int64_t padded, int64_t p,
                     int64_t q, float* to) {
    std::vector<const float*> weights, places;
    for (int64_t ky = q; ky < g.kernel; ky += g.stride) {
      for (int64_t kx = p; kx < g.kernel; kx += g.stride) {
        weights.push_back(taps[ky * g.kernel + kx].data());
        places.push_back(slopes - ky / g.stride * padded - kx / g.stride * g.channels);
      }
    }
    const int64_t tile = taps[0].length(), count = static_cast<int64_t>(places.size());
    for (int64_t first = 0; first < count; first += kMostTaps) {
      WithCount<kMostTaps>(std::min<int64_t>(kMostTaps, count - first), [&]<int some>() {
        for (int64_t offset = 0; offset < std::min(tile, g.row); offset += kLanes) {
          Vector weight[some];
          for (int t = 0; t < some; ++t) weight[t] = Load(weights[first + t] + offset);
          for (int64_t row = q; row < g.padded_height; row += g.stride) {
            for (int64_t j = offset; j < g.row; j += tile) {
              const int64_t lanes = std::min<int64_t>(kLanes, g.row - j);
              Vector sum = first == 0 ? Vector{} : LoadSome(to + row * g.row + j, lanes);
              for (int t = 0; t < some; ++t) sum += Load(places[first + t] + row / g.stride * padded + j) * weight[t];
              StoreLanes(to + row * g.row + j, sum, lanes);
            }
          }
        }
      });
    }
  }

  // With stride 1 the gradient is the convolution of dy with the filter turned around.
  void Correlate(const Input& dy, const Input& filter, const Input& x, float* dx) {
    const Geometry g(x.shape(), filter.dim(0), 1);
    const int64_t last = g.kernel * g.kernel - 1;
    const std::vector<Tile> taps =
        Taps(g.kernel, g.channels,
             [&](int64_t tap, int64_t c) { return filter.floats()[(last - tap) * g.channels + c]; });
    WithKernel(g, [&]<int kernel, int stride>() {
      Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int) {
        Scratch planes(g.buffer);
        for (int64_t image = begin; image < end; ++image) {
          g.Spread(dy.floats() + image * g.out_height * g.line, planes.data());
          ConvolveImage<kernel, stride>(g, planes.data(), taps, dx + image * g.out_height * g.line);
        }
      });
    });
  }

  const int64_t stride_;
};

// Adds to the sums of taps (ky, kx) with kx in [first, first + width) of one vector of columns what
// `height` rows of slopes make of what the taps saw.
template <int kernel, int stride, int width, int height>
inline void AddProducts(const Geometry& g, const float* place, int first, const Vector* slopes, Vector* totals) {
#pragma GCC unroll 32
  for (int i = 0; i < (height - 1) * stride + kernel; ++i) {
#pragma GCC unroll 8
    for (int column = 0; column < width; ++column) {
      const int kx = first + column;
      const Vector value = Held(Load(place + kx % stride * g.plane + i * g.row + kx / stride * g.channels));
#pragma GCC unroll 8
      for (int r = 0; r < height; ++r) {
        const int ky = i - r * stride;
        if (ky >= 0 && ky < kernel) totals[ky * width + column] += value * slopes[r];
      }
    }
  }
}

// Adds to each tap's tile the products of the output's slopes with what the tap saw, of one image.
template <int kernel, int stride>
void Correlate(const Geometry& g, const float* planes, const float* slopes, int64_t padded, std::vector<Tile>& sums) {
  const int64_t tile = sums[0].length(), offsets = std::min(tile, padded);
  if constexpr (kernel > 0) {
    constexpr int width = kTapColumns<kernel>;
    InBlocksOfRows<kSlopeRows<kernel>>(g.out_height, [&]<int height>(int64_t row) {
      for (int kx = 0; kx < kernel; kx += width) {
        for (int64_t offset = 0; offset < offsets; offset += kLanes) {
          const auto sum = [&](int tap) { return sums[tap / width * kernel + kx + tap % width].data() + offset; };
          Vector totals[kernel * width];
          for (int tap = 0; tap < kernel * width; ++tap) totals[tap] = Load(sum(tap));
          for (int64_t j = offset; j < padded; j += tile) {
            Vector slope[height];
            for (int r = 0; r < height; ++r) slope[r] = Load(slopes + (row + r) * padded + j);
            AddProducts<kernel, stride, width, height>(g, planes + row * stride * g.row + j, kx, slope, totals);
          }
          for (int tap = 0; tap < kernel * width; ++tap) Store(sum(tap), totals[tap]);
        }
      }
    });
  } else {
    for (int64_t tap = 0; tap < g.kernel * g.kernel; ++tap) {
      for (int64_t offset = 0; offset < offsets; offset += kLanes) {
        float* sum = sums[tap].data() + offset;
        Vector total = Load(sum);
        for (int64_t row = 0; row < g.out_height; ++row) {
          const float* place = planes + Start(g, row, tap / g.kernel, tap % g.kernel);
          for (int64_t j = offset; j < padded; j += tile) total += Load(slopes + row * padded + j) * Load(place + j);
        }
        Store(sum, total);
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
    std::vector<std::vector<Tile>> sums(Team::Get().parts(), std::vector<Tile>(taps, ShortTile(g.channels)));
    const int64_t padded = (g.line + kLanes - 1) / kLanes * kLanes;
    Share(x.dim(0), 1, [&](int64_t begin, int64_t end, int part) {
      Scratch planes(g.buffer);
      Scratch lines(g.out_height * padded);
      for (int64_t image = begin; image < end; ++image) {
        g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
        for (int64_t row = 0; row < g.out_height; ++row) {
          CopyFloats(dy.floats() + (image * g.out_height + row) * g.line, &lines[row * padded], g.line);
        }
        WithKernel(g, [&]<int kernel, int stride>() {
          Correlate<kernel, stride>(g, planes.data(), lines.data(), padded, sums[part]);
        });
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
