// Convolutions of the small students, padded as TensorFlow's SAME, and their gradients; products of
// rows with a matrix.
//
// symbol   meaning                     shape
// x, y     input, output               [batch, h, w, in], [batch, oh, ow, out]
// f        filter                      [kh, kw, in, out]
// segment  taps of one filter row that read side by side from one plane (geometry.h): a row of A
//          for gemm.h
#include "geometry.h"
#include "kernel.h"
#include "products.h"

namespace trade {
namespace {

struct Segment {
  int64_t ky, p;      // filter row and plane: columns p, p + s, ... of the filter
  int64_t first;      // its first row of the packed filter
  int64_t taps;
};

std::vector<Segment> Segments(const Geometry& g) {
  std::vector<Segment> segments;
  int64_t first = 0;
  for (int64_t ky = 0; ky < g.kernel_height; ++ky) {
    for (int64_t p = 0; p < std::min(g.stride, g.kernel); ++p) {
      const int64_t taps = (g.kernel - p + g.stride - 1) / g.stride;
      segments.push_back({ky, p, first, taps});
      first += taps * g.channels;
    }
  }
  return segments;
}

// Row of the filter, [kh kw in], that is row `k` of its segment.
inline int64_t FilterRow(const Geometry& g, const Segment& s, int64_t k) {
  return (s.ky * g.kernel + s.p + k / g.channels * g.stride) * g.channels + k % g.channels;
}

// The filter's rows in the order of the segments.
Packed PackFilter(const Geometry& g, const std::vector<Segment>& segments, const float* filter, int64_t outputs) {
  std::vector<int64_t> rows;
  for (const Segment& s : segments) {
    for (int64_t k = 0; k < s.taps * g.channels; ++k) rows.push_back(FilterRow(g, s, k));
  }
  return Packed(static_cast<int64_t>(rows.size()), outputs, 1, [&](int64_t k) { return filter + rows[k] * outputs; });
}

// y of one image whose planes are spread.
void ConvolveImage(const Geometry& g, const std::vector<Segment>& segments, const Packed& filter, const float* planes,
                   float* y, int64_t outputs) {
  InBlocks(filter.vectors(), [&]<int vectors>(int64_t v) {
    const int64_t lanes = Lanes(outputs, v + vectors - 1);
    for (int64_t row = 0; row < g.out_height; ++row) {
      InRows<vectors>(g.out_width, [&]<int height>(int64_t x) {
        Vector sums[height][vectors] = {};
        for (const Segment& s : segments) {
          const float* a = planes + s.p * g.plane + (row * g.down + s.ky) * g.row + x * g.channels;
          AddProduct(a, g.channels, filter.row(s.first) + v * kLanes, filter.stride(), s.taps * g.channels, sums);
        }
        float* to = y + (row * g.out_width + x) * outputs + v * kLanes;
        for (int r = 0; r < height; ++r) {
          for (int i = 0; i + 1 < vectors; ++i) Store(to + r * outputs + i * kLanes, sums[r][i]);
          StoreLanes(to + r * outputs + (vectors - 1) * kLanes, sums[r][vectors - 1], lanes);
        }
      });
    }
  });
}

constexpr int64_t kRowsGrain = 512;

// A thread has at least so many multiply-adds.
int64_t ImageGrain(int64_t macs) { return std::max<int64_t>(1, 200000 / std::max<int64_t>(1, macs)); }

bool IsPointwise(const Geometry& g) { return g.kernel_height * g.kernel == 1 && g.down * g.stride == 1; }

Sides StrideOf(Attributes& attributes) { return attributes.sides("down", "across"); }
Sides KernelOf(const Input& filter) { return {filter.dim(0), filter.dim(1)}; }

class Convolution {
 public:
  explicit Convolution(Attributes& attributes) : stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input x = call.input(0), filter = call.input(1);
    const Geometry g(x.shape(), KernelOf(filter), stride_);
    const int64_t batch = x.dim(0), outputs = filter.dim(3);
    float* y = call.output(0, {batch, g.out_height, g.out_width, outputs});
    if (!y) return;
    const std::vector<Segment> segments = Segments(g);
    const Packed packed = PackFilter(g, segments, filter.floats(), outputs);
    if (IsPointwise(g)) {
      return Share(batch * g.height * g.width, kRowsGrain, [&](int64_t begin, int64_t end, int) {
        MultiplyRows(x.floats() + begin * g.channels, end - begin, g.channels, packed, y + begin * outputs, outputs);
      });
    }
    const int64_t pixels = g.out_height * g.out_width;
    Share(batch, ImageGrain(pixels * filter.size()), [&](int64_t begin, int64_t end, int) {
      Scratch planes(g.buffer);
      for (int64_t image = begin; image < end; ++image) {
        g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
        ConvolveImage(g, segments, packed, planes.data(), y + image * pixels * outputs, outputs);
      }
    });
  }

 private:
  const Sides stride_;
};

// Of the input. Inputs: dy, filter, and x for its shape.
class ConvolutionInputGradient {
 public:
  explicit ConvolutionInputGradient(Attributes& attributes) : stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), filter = call.input(1), x = call.input(2);
    const Geometry g(x.shape(), KernelOf(filter), stride_);
    const int64_t batch = x.dim(0), outputs = filter.dim(3), taps = g.kernel_height * g.kernel;
    float* dx = call.output(0, x.shape());
    if (!dx) return;
    const float* f = filter.floats();
    if (IsPointwise(g)) {
      const Packed turned(outputs, g.channels, outputs, [&](int64_t o) { return f + o; });
      return Share(batch * g.height * g.width, kRowsGrain, [&](int64_t begin, int64_t end, int) {
        MultiplyRows(dy.floats() + begin * outputs, end - begin, outputs, turned, dx + begin * g.channels, g.channels);
      });
    }
    const int64_t pixels = g.out_height * g.out_width, image_size = g.height * g.width * g.channels;
    const int64_t grain = ImageGrain(pixels * filter.size());
    if (g.down * g.stride == 1 && g.kernel_height % 2 == 1 && g.kernel % 2 == 1) {
      // The convolution of dy with the filter turned around.
      const Geometry turned({batch, g.height, g.width, outputs}, KernelOf(filter), Sides{1, 1});
      const std::vector<Segment> segments = Segments(turned);
      const Packed packed(taps * outputs, g.channels, outputs, [&](int64_t k) {
        return f + (taps - 1 - k / outputs) * g.channels * outputs + k % outputs;
      });
      return Share(batch, grain, [&](int64_t begin, int64_t end, int) {
        Scratch planes(turned.buffer);
        for (int64_t image = begin; image < end; ++image) {
          turned.Spread(dy.floats() + image * pixels * outputs, planes.data());
          ConvolveImage(turned, segments, packed, planes.data(), dx + image * image_size, g.channels);
        }
      });
    }
    // Each place of dy hands its share to every tap.
    std::vector<Packed> turned;
    for (int64_t tap = 0; tap < taps; ++tap) {
      turned.emplace_back(outputs, g.channels, outputs, [&](int64_t o) { return f + tap * g.channels * outputs + o; });
    }
    Share(batch, grain, [&](int64_t begin, int64_t end, int) {
      Scratch planes(g.buffer);
      for (int64_t image = begin; image < end; ++image) {
        std::fill(planes.begin(), planes.end(), 0.0f);
        for (int64_t tap = 0; tap < taps; ++tap) {
          Scatter(g, dy.floats() + image * pixels * outputs, outputs, turned[tap], tap, planes.data());
        }
        g.Collect(planes.data(), dx + image * image_size);
      }
    });
  }

 private:
  static void Scatter(const Geometry& g, const float* dy, int64_t outputs, const Packed& turned, int64_t tap,
                      float* planes) {
    InBlocks(turned.vectors(), [&]<int vectors>(int64_t v) {
      const int64_t lanes = Lanes(g.channels, v + vectors - 1);
      for (int64_t row = 0; row < g.out_height; ++row) {
        InRows<vectors>(g.out_width, [&]<int height>(int64_t x) {
          Vector sums[height][vectors] = {};
          AddProduct(dy + (row * g.out_width + x) * outputs, outputs, turned.row(0) + v * kLanes, turned.stride(),
                     outputs, sums);
          float* to = planes + Start(g, row, tap / g.kernel, tap % g.kernel) + x * g.channels + v * kLanes;
          for (int r = 0; r < height; ++r) {
            for (int i = 0; i < vectors; ++i) {
              float* place = to + r * g.channels + i * kLanes;
              const int64_t count = i + 1 < vectors ? kLanes : lanes;
              StoreLanes(place, LoadSome(place, count) + sums[r][i], count);
            }
          }
        });
      }
    });
  }

  const Sides stride_;
};

// Of the filter. Inputs: dy, x, and the filter for its shape.
class ConvolutionFilterGradient {
 public:
  explicit ConvolutionFilterGradient(Attributes& attributes) : stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), filter = call.input(2);
    const Geometry g(x.shape(), KernelOf(filter), stride_);
    const int64_t batch = x.dim(0), outputs = filter.dim(3), rows = filter.size() / outputs;
    float* df = call.output(0, filter.shape());
    if (!df) return;
    const int64_t stride = Vectors(outputs) * kLanes;
    std::vector<Floats> totals(Team::Get().parts());
    if (IsPointwise(g)) {
      Share(batch * g.height * g.width, kRowsGrain, [&](int64_t begin, int64_t end, int part) {
        totals[part].resize(rows * stride);
        AddOuterRows(x.floats() + begin * g.channels, end - begin, g.channels, dy.floats() + begin * outputs, outputs,
                     totals[part].data());
      });
      return Collect(totals, rows, outputs, df, [](int64_t row) { return row; });
    }
    const std::vector<Segment> segments = Segments(g);
    const int64_t pixels = g.out_height * g.out_width;
    Share(batch, ImageGrain(pixels * filter.size()), [&](int64_t begin, int64_t end, int part) {
      totals[part].resize(rows * stride);
      Scratch planes(g.buffer);
      for (int64_t image = begin; image < end; ++image) {
        g.Spread(x.floats() + image * g.height * g.width * g.channels, planes.data());
        AddImage(g, segments, planes.data(), dy.floats() + image * pixels * outputs, outputs, totals[part].data());
      }
    });
    std::vector<int64_t> order;
    for (const Segment& s : segments) {
      for (int64_t k = 0; k < s.taps * g.channels; ++k) order.push_back(FilterRow(g, s, k));
    }
    Collect(totals, rows, outputs, df, [&](int64_t row) { return order[row]; });
  }

 private:
  static void AddImage(const Geometry& g, const std::vector<Segment>& segments, const float* planes, const float* dy,
                       int64_t outputs, float* total) {
    const int64_t stride = Vectors(outputs) * kLanes;
    InBlocks(Vectors(outputs), [&]<int vectors>(int64_t v) {
      const int64_t lanes = Lanes(outputs, v + vectors - 1);
      for (const Segment& s : segments) {
        const float* from = planes + s.p * g.plane + s.ky * g.row;
        InRows<vectors>(s.taps * g.channels, [&]<int height>(int64_t k) {
          Vector sums[height][vectors] = {};
          for (int64_t row = 0; row < g.out_height; ++row) {
            AddOuter(from + row * g.down * g.row + k, g.channels, dy + row * g.out_width * outputs + v * kLanes,
                     outputs, g.out_width, lanes, sums);
          }
          float* to = total + (s.first + k) * stride + v * kLanes;
          for (int r = 0; r < height; ++r) {
            for (int i = 0; i < vectors; ++i) {
              float* place = to + r * stride + i * kLanes;
              Store(place, Load(place) + sums[r][i]);
            }
          }
        });
      }
    });
  }

  const Sides stride_;
};

// Over the last axis of x: [..., inner] [inner, columns] -> [..., columns].
class Product {
 public:
  explicit Product(Attributes&) {}

  void Compute(Call& call) {
    const Input x = call.input(0), matrix = call.input(1);
    const int64_t inner = matrix.dim(0), columns = matrix.dim(1), rows = x.size() / inner;
    std::vector<int64_t> shape = x.shape();
    shape.back() = columns;
    float* y = call.output(0, shape);
    if (!y) return;
    const Packed packed(inner, columns, 1, [&](int64_t k) { return matrix.floats() + k * columns; });
    Share(rows, kRowsGrain, [&](int64_t begin, int64_t end, int) {
      MultiplyRows(x.floats() + begin * inner, end - begin, inner, packed, y + begin * columns, columns);
    });
  }
};

// Of x and the matrix.
class ProductGradient {
 public:
  explicit ProductGradient(Attributes&) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), matrix = call.input(2);
    const int64_t inner = matrix.dim(0), columns = matrix.dim(1), rows = x.size() / inner;
    float* dx = call.output(0, x.shape());
    float* dmatrix = call.output(1, matrix.shape());
    if (!dx || !dmatrix) return;
    const Packed turned(columns, inner, columns, [&](int64_t c) { return matrix.floats() + c; });
    std::vector<Floats> totals(Team::Get().parts());
    Share(rows, kRowsGrain, [&](int64_t begin, int64_t end, int part) {
      MultiplyRows(dy.floats() + begin * columns, end - begin, columns, turned, dx + begin * inner, inner);
      totals[part].resize(inner * Vectors(columns) * kLanes);
      AddOuterRows(x.floats() + begin * inner, end - begin, inner, dy.floats() + begin * columns, columns,
                   totals[part].data());
    });
    Collect(totals, inner, columns, dmatrix, [](int64_t row) { return row; });
  }
};

}  // namespace

void RegisterConvolution() {
  Register<Convolution>("TradeConvolution", {"x: float", "filter: float"}, {"y: float"}, {"down: int", "across: int"});
  Register<ConvolutionInputGradient>("TradeConvolutionInputGrad", {"dy: float", "filter: float", "x: float"},
                                     {"dx: float"}, {"down: int", "across: int"});
  Register<ConvolutionFilterGradient>("TradeConvolutionFilterGrad", {"dy: float", "x: float", "filter: float"},
                                      {"dfilter: float"}, {"down: int", "across: int"});
  Register<Product>("TradeProduct", {"x: float", "matrix: float"}, {"y: float"});
  Register<ProductGradient>("TradeProductGrad", {"dy: float", "x: float", "matrix: float"},
                            {"dx: float", "dmatrix: float"});
}

}  // namespace trade
