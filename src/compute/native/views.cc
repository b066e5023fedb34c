// A batch of images, each in its own view: moved, mirrored, with a square of it blanked.
// They are resident, or bytes as they come from the disk.
//
// symbol   meaning                                                     shape
// images   normalised, with a margin all around                        [count, h + 2 m, w + 2 m, c]
// pixels   bytes without a margin: what is outside of them is black    [count, h, w, c]
// values   what each byte of a channel stands for; black is byte 0     [c, 256]
// views    sample, row and column of the crop's corner,                [batch, 8]
//          mirrored (1) or not (0), and the blank rectangle:
//          top, left, height, width, in the view's own pixels (height 0: none)
#include "kernel.h"
#include "threads.h"

namespace trade {
namespace {

constexpr int kViewFields = 8;
constexpr int kBytes = 256;

// Blanks what a row of a view shares with its hole.
void BlankHole(const int32_t* view, int64_t row, int64_t width, int64_t channels, float* to) {
  if (row < view[4] || row >= int64_t{view[4]} + view[6]) return;
  const int64_t left = std::max<int64_t>(view[5], 0), right = std::min<int64_t>(int64_t{view[5]} + view[7], width);
  if (right > left) std::memset(to + left * channels, 0, (right - left) * channels * sizeof(float));
}

class GatherViews {
 public:
  explicit GatherViews(Attributes& attributes)
      : height_(attributes.integer("height")), width_(attributes.integer("width")) {}

  void Compute(Call& call) {
    const Input images = call.input(0), views = call.input(1);
    const int64_t count = images.dim(0), rows = images.dim(1), columns = images.dim(2), channels = images.dim(3);
    const int64_t batch = views.dim(0);
    for (int64_t i = 0; i < batch; ++i) {
      const int32_t* view = views.ints() + i * kViewFields;
      if (view[0] < 0 || view[0] >= count || view[1] < 0 || view[1] + height_ > rows || view[2] < 0 ||
          view[2] + width_ > columns) {
        return call.Fail("a view lies outside of its image");
      }
    }
    float* y = call.output(0, {batch, height_, width_, channels});
    if (!y) return;
    Share(batch, 16, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        const int32_t* view = views.ints() + i * kViewFields;
        for (int64_t row = 0; row < height_; ++row) {
          const float* from = images.floats() + ((view[0] * rows + view[1] + row) * columns + view[2]) * channels;
          float* to = y + (i * height_ + row) * width_ * channels;
          if (!view[3]) std::memcpy(to, from, width_ * channels * sizeof(float));
          else {
            for (int64_t x = 0; x < width_; ++x) {
              for (int64_t c = 0; c < channels; ++c) to[x * channels + c] = from[(width_ - 1 - x) * channels + c];
            }
          }
          BlankHole(view, row, width_, channels, to);
        }
      }
    });
  }

 private:
  const int64_t height_;
  const int64_t width_;
};

class GatherBytes {
 public:
  explicit GatherBytes(Attributes&) {}

  void Compute(Call& call) {
    const Input pixels = call.input(0), values = call.input(1), views = call.input(2);
    const int64_t count = pixels.dim(0), height = pixels.dim(1), width = pixels.dim(2), channels = pixels.dim(3);
    const int64_t batch = views.dim(0);
    if (values.dim(0) != channels || values.dim(1) != kBytes) return call.Fail("each channel has 256 values");
    for (int64_t i = 0; i < batch; ++i) {
      const int32_t sample = views.ints()[i * kViewFields];
      if (sample < 0 || sample >= count) return call.Fail("a view is of no image");
    }
    float* y = call.output(0, {batch, height, width, channels});
    if (!y) return;
    Share(batch * height, 64, [&](int64_t begin, int64_t end, int) {
      for (int64_t place = begin; place < end; ++place) {
        const int64_t row = place % height;
        const int32_t* view = views.ints() + place / height * kViewFields;
        const int64_t source = view[1] + row;
        const bool inside = source >= 0 && source < height;
        const uint8_t* from = pixels.bytes() + (view[0] * height + (inside ? source : 0)) * width * channels;
        float* to = y + place * width * channels;
        ShowRow(from, values.floats(), view, inside ? width : 0, width, channels, to);
        BlankHole(view, row, width, channels, to);
      }
    });
  }

 private:
  // `known` pixels of `from` are shown, black beyond them.
  static void ShowRow(const uint8_t* from, const float* values, const int32_t* view, int64_t known, int64_t width,
                      int64_t channels, float* to) {
    // Where the view's first pixel stands, and which way it goes from there.
    const int64_t first = view[3] ? view[2] + width - 1 : view[2], step = view[3] ? -1 : 1;
    const int64_t before = view[3] ? first - (known - 1) : -first, after = view[3] ? first + 1 : known - first;
    const int64_t begin = std::clamp<int64_t>(before, 0, width), end = std::clamp<int64_t>(after, begin, width);
    Blacken(values, 0, begin, channels, to);
    const uint8_t* pixel = from + (first + begin * step) * channels;
    if (channels == 1) Look<1>(pixel, values, step, begin, end, 1, to);
    else if (channels == 3) Look<3>(pixel, values, step, begin, end, 3, to);
    else Look<0>(pixel, values, step, begin, end, channels, to);
    Blacken(values, end, width, channels, to);
  }

  // `fixed`: the number of channels, where the compiler may know it.
  template <int fixed>
  static void Look(const uint8_t* pixel, const float* values, int64_t step, int64_t begin, int64_t end,
                   int64_t channels, float* to) {
    const int64_t each = fixed > 0 ? fixed : channels;
    for (int64_t x = begin; x < end; ++x, pixel += step * each) {
      for (int64_t c = 0; c < each; ++c) to[x * each + c] = values[c * kBytes + pixel[c]];
    }
  }

  static void Blacken(const float* values, int64_t begin, int64_t end, int64_t channels, float* to) {
    for (int64_t x = begin; x < end; ++x) {
      for (int64_t c = 0; c < channels; ++c) to[x * channels + c] = values[c * kBytes];
    }
  }
};

}  // namespace

void RegisterViews() {
  // TensorFlow.js knows bytes as truths alone.
  Register<GatherBytes>("TradeGatherBytes", {"pixels: bool", "values: float", "views: int32"}, {"y: float"});
  Register<GatherViews>("TradeGatherViews", {"images: float", "views: int32"}, {"y: float"},
                        {"height: int", "width: int"});
}

}  // namespace trade
