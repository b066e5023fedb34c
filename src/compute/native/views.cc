// A batch of the resident images, each in its own view: moved, mirrored, with a square of it
// blanked.
//
// symbol   meaning                                                     shape
// images   with a margin all around                                    [count, h + 2 m, w + 2 m, c]
// views    sample, row and column of the crop's corner,                [batch, 8]
//          mirrored (1) or not (0), and the blank rectangle:
//          top, left, height, width, in the view's own pixels (height 0: none)
#include "kernel.h"
#include "threads.h"

namespace trade {
namespace {

constexpr int kViewFields = 8;

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
          if (row >= view[4] && row < view[4] + view[6]) {
            const int64_t left = std::max<int64_t>(view[5], 0), right = std::min<int64_t>(view[5] + view[7], width_);
            if (right > left) std::memset(to + left * channels, 0, (right - left) * channels * sizeof(float));
          }
        }
      }
    });
  }

 private:
  const int64_t height_;
  const int64_t width_;
};

}  // namespace

void RegisterViews() {
  Register<GatherViews>("TradeGatherViews", {"images: float", "views: int32"}, {"y: float"},
                        {"height: int", "width: int"});
}

}  // namespace trade
