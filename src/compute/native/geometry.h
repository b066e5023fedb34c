// An image laid out for convolutions that pad as TensorFlow's SAME: plane p holds every s-th column of the padded image,
// from column p on, so that what a row of the output sees of a tap lies side by side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "vector.h"

namespace trade {

struct Geometry {
  Geometry(const std::vector<int64_t>& image, int64_t kernel, int64_t stride)
      : height(image[1]), width(image[2]), channels(image[3]), kernel(kernel), stride(stride),
        out_height((height + stride - 1) / stride), out_width((width + stride - 1) / stride),
        top(std::max<int64_t>(0, (out_height - 1) * stride + kernel - height) / 2),
        left(std::max<int64_t>(0, (out_width - 1) * stride + kernel - width) / 2),
        padded_height((out_height - 1) * stride + kernel), plane_width(out_width + (kernel - 1) / stride),
        row(plane_width * channels), plane(padded_height * row), line(out_width * channels),
        buffer(stride * plane + kLanes) {}

  // Column of the image that lies at `column` of plane p.
  int64_t Column(int64_t p, int64_t column) const { return column * stride + p - left; }

  // An image into its planes, zeros around it.
  void Spread(const float* image, float* planes) const {
    for (int64_t p = 0; p < stride; ++p) {
      for (int64_t y = 0; y < padded_height; ++y) {
        float* to = planes + p * plane + y * row;
        const int64_t source = y - top;
        if (source < 0 || source >= height) {
          std::memset(to, 0, row * sizeof(float));
          continue;
        }
        Copy(p, [&](int64_t column, int64_t from, int64_t count) {
          if (from < 0) std::memset(to + column * channels, 0, count * channels * sizeof(float));
          else std::memcpy(to + column * channels, image + (source * width + from) * channels, count * channels * sizeof(float));
        });
      }
    }
  }

  // The inverse: the planes' places that lie on the image.
  void Collect(const float* planes, float* image) const {
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t p = 0; p < stride; ++p) {
        const int64_t line_of = y + top;
        if (line_of >= padded_height) {
          // Rows that no output sees.
          for (int64_t x = 0; x < width; ++x) std::memset(image + (y * width + x) * channels, 0, channels * sizeof(float));
          continue;
        }
        const float* from = planes + p * plane + line_of * row;
        for (int64_t column = 0; column < plane_width; ++column) {
          const int64_t x = Column(p, column);
          if (x >= 0 && x < width) std::memcpy(image + (y * width + x) * channels, from + column * channels, channels * sizeof(float));
        }
        // Columns past the last plane's end are seen by no output.
        for (int64_t x = Column(p, plane_width); x < width; x += stride) {
          if (x >= 0) std::memset(image + (y * width + x) * channels, 0, channels * sizeof(float));
        }
      }
    }
  }

  // Runs of columns of plane p: visit(column, image column or -1 for zeros, count).
  template <typename Visit>
  void Copy(int64_t p, const Visit& visit) const {
    if (stride == 1) {
      const int64_t inside = std::min(width, plane_width - left);
      if (left > 0) visit(0, -1, left);
      visit(left, 0, inside);
      if (const int64_t rest = plane_width - left - inside; rest > 0) visit(left + inside, -1, rest);
      return;
    }
    for (int64_t column = 0; column < plane_width; ++column) {
      const int64_t x = Column(p, column);
      visit(column, x >= 0 && x < width ? x : -1, 1);
    }
  }

  const int64_t height, width, channels, kernel, stride, out_height, out_width, top, left, padded_height, plane_width;
  // In values: a row of a plane, a plane, a row of the output, all planes and a vector of room.
  const int64_t row, plane, line, buffer;
};

// Where tap (ky, kx) of output row y starts in the planes.
inline int64_t Start(const Geometry& g, int64_t y, int64_t ky, int64_t kx) {
  return (kx % g.stride) * g.plane + (y * g.stride + ky) * g.row + (kx / g.stride) * g.channels;
}

}  // namespace trade
