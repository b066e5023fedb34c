// Largest value and mean of a window, padded as TensorFlow's SAME, and their gradients: that of the
// largest goes to the first place that has it, that of the mean to all places in the image.
#include <cmath>

#include "kernel.h"
#include "threads.h"

namespace trade {
namespace {

Sides SizeOf(Attributes& attributes) { return attributes.sides("height", "width"); }
Sides StrideOf(Attributes& attributes) { return attributes.sides("down", "across"); }

struct Window {
  Window(const std::vector<int64_t>& image, Sides size, Sides stride)
      : height(image[1]), width(image[2]), channels(image[3]), size(size), stride(stride),
        out_height((height + stride.height - 1) / stride.height), out_width((width + stride.width - 1) / stride.width),
        top(std::max<int64_t>(0, (out_height - 1) * stride.height + size.height - height) / 2),
        left(std::max<int64_t>(0, (out_width - 1) * stride.width + size.width - width) / 2) {}

  // Rows and columns of a window that lie in the image, from the first to before the last.
  int64_t FirstRow(int64_t y) const { return std::max<int64_t>(0, y * stride.height - top); }
  int64_t EndRow(int64_t y) const { return std::min(height, y * stride.height - top + size.height); }
  int64_t FirstColumn(int64_t x) const { return std::max<int64_t>(0, x * stride.width - left); }
  int64_t EndColumn(int64_t x) const { return std::min(width, x * stride.width - left + size.width); }

  // Of a window, the places that lie in the image.
  int64_t Count(int64_t y, int64_t x) const {
    return (EndRow(y) - FirstRow(y)) * (EndColumn(x) - FirstColumn(x));
  }

  // Calls visit(offset of a place of x) for the places of a window that lie in the image.
  template <typename Visit>
  void Each(int64_t y, int64_t x, const Visit& visit) const {
    const int64_t end_row = EndRow(y), end = EndColumn(x);
    for (int64_t row = FirstRow(y); row < end_row; ++row) {
      for (int64_t column = FirstColumn(x); column < end; ++column) visit((row * width + column) * channels);
    }
  }

  const int64_t height, width, channels;
  const Sides size, stride;
  const int64_t out_height, out_width, top, left;
};

class MaxPool {
 public:
  explicit MaxPool(Attributes& attributes) : size_(SizeOf(attributes)), stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const Window w(x.shape(), size_, stride_);
    float* y = call.output(0, {x.dim(0), w.out_height, w.out_width, w.channels});
    if (!y) return;
    Share(x.dim(0), 8, [&](int64_t begin, int64_t end, int) {
      float* to = y + begin * w.out_height * w.out_width * w.channels;
      for (int64_t image = begin; image < end; ++image) {
        const float* from = x.floats() + image * w.height * w.width * w.channels;
        for (int64_t place = 0; place < w.out_height * w.out_width; ++place, to += w.channels) {
          for (int64_t c = 0; c < w.channels; ++c) to[c] = -INFINITY;
          w.Each(place / w.out_width, place % w.out_width, [&](int64_t offset) {
            const float* values = from + offset;
#pragma GCC ivdep
            for (int64_t c = 0; c < w.channels; ++c) {
              const float most = values[c] > to[c] ? values[c] : to[c];
              to[c] = values[c] != values[c] ? values[c] : most;  // NaN comes in, and stays
            }
          });
        }
      }
    });
  }

 private:
  const Sides size_, stride_;
};

// Inputs: dy, x and y.
class MaxPoolGradient {
 public:
  explicit MaxPoolGradient(Attributes& attributes)
      : size_(SizeOf(attributes)), stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1), y = call.input(2);
    const Window w(x.shape(), size_, stride_);
    float* dx = call.output(0, x.shape());
    if (!dx) return;
    const int64_t size = w.height * w.width * w.channels;
    Share(x.dim(0), 8, [&](int64_t begin, int64_t end, int) {
      std::vector<float> open(w.channels);
      int64_t out = begin * w.out_height * w.out_width * w.channels;
      for (int64_t image = begin; image < end; ++image) {
        const float* from = x.floats() + image * size;
        float* to = dx + image * size;
        std::memset(to, 0, size * sizeof(float));
        for (int64_t place = 0; place < w.out_height * w.out_width; ++place, out += w.channels) {
          const float* most = y.floats() + out;
          std::memcpy(open.data(), dy.floats() + out, w.channels * sizeof(float));
          w.Each(place / w.out_width, place % w.out_width, [&](int64_t offset) {
            float* rest = open.data();
#pragma GCC ivdep
            for (int64_t c = 0; c < w.channels; ++c) {
              const float taken = from[offset + c] == most[c] ? rest[c] : 0;
              to[offset + c] += taken;
              rest[c] -= taken;
            }
          });
        }
      }
    });
  }

 private:
  const Sides size_, stride_;
};

class AveragePool {
 public:
  explicit AveragePool(Attributes& attributes)
      : size_(SizeOf(attributes)), stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input x = call.input(0);
    const Window w(x.shape(), size_, stride_);
    float* y = call.output(0, {x.dim(0), w.out_height, w.out_width, w.channels});
    if (!y) return;
    Share(x.dim(0), 8, [&](int64_t begin, int64_t end, int) {
      float* to = y + begin * w.out_height * w.out_width * w.channels;
      for (int64_t image = begin; image < end; ++image) {
        const float* from = x.floats() + image * w.height * w.width * w.channels;
        for (int64_t place = 0; place < w.out_height * w.out_width; ++place, to += w.channels) {
          const int64_t row = place / w.out_width, column = place % w.out_width;
          const float share = 1.0f / w.Count(row, column);
          for (int64_t c = 0; c < w.channels; ++c) to[c] = 0;
          w.Each(row, column, [&](int64_t offset) {
            const float* values = from + offset;
#pragma GCC ivdep
            for (int64_t c = 0; c < w.channels; ++c) to[c] += values[c];
          });
          for (int64_t c = 0; c < w.channels; ++c) to[c] *= share;
        }
      }
    });
  }

 private:
  const Sides size_, stride_;
};

// Inputs: dy, and x for its shape.
class AveragePoolGradient {
 public:
  explicit AveragePoolGradient(Attributes& attributes)
      : size_(SizeOf(attributes)), stride_(StrideOf(attributes)) {}

  void Compute(Call& call) {
    const Input dy = call.input(0), x = call.input(1);
    const Window w(x.shape(), size_, stride_);
    float* dx = call.output(0, x.shape());
    if (!dx) return;
    const int64_t size = w.height * w.width * w.channels;
    Share(x.dim(0), 8, [&](int64_t begin, int64_t end, int) {
      std::vector<float> part(w.channels);
      const float* from = dy.floats() + begin * w.out_height * w.out_width * w.channels;
      for (int64_t image = begin; image < end; ++image) {
        float* to = dx + image * size;
        std::memset(to, 0, size * sizeof(float));
        for (int64_t place = 0; place < w.out_height * w.out_width; ++place, from += w.channels) {
          const int64_t row = place / w.out_width, column = place % w.out_width;
          const float share = 1.0f / w.Count(row, column);
          for (int64_t c = 0; c < w.channels; ++c) part[c] = from[c] * share;
          w.Each(row, column, [&](int64_t offset) {
            const float* shared = part.data();
#pragma GCC ivdep
            for (int64_t c = 0; c < w.channels; ++c) to[offset + c] += shared[c];
          });
        }
      }
    });
  }

 private:
  const Sides size_, stride_;
};

}  // namespace

void RegisterPool() {
  Register<AveragePool>("TradeAveragePool", {"x: float"}, {"y: float"},
                        {"height: int", "width: int", "down: int", "across: int"});
  Register<AveragePoolGradient>("TradeAveragePoolGrad", {"dy: float", "x: float"}, {"dx: float"},
                                {"height: int", "width: int", "down: int", "across: int"});
  Register<MaxPool>("TradeMaxPool", {"x: float"}, {"y: float"},
                    {"height: int", "width: int", "down: int", "across: int"});
  Register<MaxPoolGradient>("TradeMaxPoolGrad", {"dy: float", "x: float", "y: float"}, {"dx: float"},
                            {"height: int", "width: int", "down: int", "across: int"});
}

}  // namespace trade
