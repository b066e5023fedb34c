// An image laid out for convolutions that pad as TensorFlow's SAME: plane p holds every s-th column
// of the padded image, from column p on, so that what a row of the output sees of a tap lies side
// by side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernel.h"
#include "vector.h"

namespace trade {

struct Geometry {
  Geometry(const std::vector<int64_t>& image, Sides kernel, Sides stride)
      : height(image[1]), width(image[2]), channels(image[3]), kernel_height(kernel.height), kernel(kernel.width),
        down(stride.height), stride(stride.width), out_height((height + down - 1) / down),
        out_width((width + this->stride - 1) / this->stride),
        top(std::max<int64_t>(0, (out_height - 1) * down + kernel_height - height) / 2),
        left(std::max<int64_t>(0, (out_width - 1) * this->stride + this->kernel - width) / 2),
        padded_height((out_height - 1) * down + kernel_height),
        plane_width(out_width + (this->kernel - 1) / this->stride), row(plane_width * channels),
        plane(padded_height * row), line(out_width * channels), buffer(this->stride * plane + kLanes) {}

  // Of a square kernel, as far down as across.
  Geometry(const std::vector<int64_t>& image, int64_t kernel, int64_t stride)
      : Geometry(image, Sides{kernel, kernel}, Sides{stride, stride}) {}

  // Column of the image that lies at `column` of plane p.
  int64_t Column(int64_t p, int64_t column) const { return column * stride + p - left; }

  // An image into its planes. What lies around it there is left alone, and must be zeros from the
  // start.
  void Spread(const float* image, float* planes) const {
    for (int64_t p = 0; p < stride; ++p) {
      const int64_t first = FirstColumn(p), columns = ColumnsInside(p);
      for (int64_t y = top; y < std::min(padded_height, top + height); ++y) {
        const float* from = image + ((y - top) * width + Column(p, first)) * channels;
        float* to = planes + p * plane + y * row + first * channels;
        if (stride == 1) CopyFloats(from, to, columns * channels);
        else CopyRuns(from, stride * channels, to, channels, columns);
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
          for (int64_t x = 0; x < width; ++x)
            std::memset(image + (y * width + x) * channels, 0, channels * sizeof(float));
          continue;
        }
        const int64_t first = FirstColumn(p);
        CopyRuns(planes + p * plane + line_of * row + first * channels, channels,
                 image + (y * width + Column(p, first)) * channels, stride * channels, ColumnsInside(p));
        // Columns past the last plane's end are seen by no output.
        for (int64_t x = Column(p, plane_width); x < width; x += stride) {
          if (x >= 0) std::memset(image + (y * width + x) * channels, 0, channels * sizeof(float));
        }
      }
    }
  }

  // Columns of plane p that lie on the image: they are side by side.
  int64_t FirstColumn(int64_t p) const { return std::max<int64_t>(0, (left - p + stride - 1) / stride); }
  int64_t ColumnsInside(int64_t p) const {
    const int64_t past = (width + left - p + stride - 1) / stride;
    return std::max<int64_t>(0, std::min(plane_width, past) - FirstColumn(p));
  }

  // `columns` runs of one pixel's channels, which lie so many values apart.
  void CopyRuns(const float* from, int64_t from_step, float* to, int64_t to_step, int64_t columns) const {
    if (channels == 1) {
      for (int64_t column = 0; column < columns; ++column) to[column * to_step] = from[column * from_step];
      return;
    }
    for (int64_t column = 0; column < columns; ++column)
      CopyFloats(from + column * from_step, to + column * to_step, channels);
  }

  // Those of rows have names of their own: `kernel` and `stride` are of columns.
  const int64_t height, width, channels, kernel_height, kernel, down, stride, out_height, out_width, top, left;
  const int64_t padded_height, plane_width;
  // In values: a row of a plane, a plane, a row of the output, all planes and a vector of room.
  const int64_t row, plane, line, buffer;
};

// Where tap (ky, kx) of output row y starts in the planes.
inline int64_t Start(const Geometry& g, int64_t y, int64_t ky, int64_t kx) {
  return (kx % g.stride) * g.plane + (y * g.down + ky) * g.row + (kx / g.stride) * g.channels;
}

}  // namespace trade
