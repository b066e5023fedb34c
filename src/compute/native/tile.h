// Values per channel laid out again and again, so that rows of any number of channels are read in
// whole vectors.
#pragma once

#include <numeric>
#include <vector>

#include "threads.h"
#include "vector.h"

namespace trade {

// Long enough that sums in one vector need not wait for those in the vector before.
constexpr int64_t kShortestTile = 8 * kLanes;

// Multiple of both channels and lanes.
inline int64_t TileLength(int64_t channels) {
  const int64_t length = std::lcm(channels, int64_t{kLanes});
  return length * ((kShortestTile + length - 1) / length);
}

class Tile {
 public:
  explicit Tile(int64_t channels) : Tile(channels, TileLength(channels)) {}
  // Of a length that is a multiple of both channels and lanes.
  Tile(int64_t channels, int64_t length) : channels_(channels), values_(length) {}
  template <typename Value>
  void Set(const Value& value) {
    for (int64_t c = 0; c < channels_; ++c) values_[c] = value(c);
    for (int64_t i = channels_; i < length(); ++i) values_[i] = values_[i - channels_];
  }
  int64_t length() const { return static_cast<int64_t>(values_.size()); }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  // Sum of the entries of each channel.
  void AddTo(std::vector<double>& totals) const {
    for (int64_t i = 0; i < length(); i += channels_) {
      for (int64_t c = 0; c < channels_; ++c) totals[c] += values_[i + c];
    }
  }

 private:
  int64_t channels_;
  Floats values_;
};

// Visits `size` values in vectors: work(place, offset in the tile, load, store) for full ones,
// where load(p) and store(p, v) read and write at a pointer to the place; the last, partial vector
// reads zeros past its end.
template <typename Work>
void Visit(int64_t begin, int64_t end, int64_t tile, const Work& work) {
  const auto load = [](const float* p) { return Load(p); };
  const auto store = [](float* p, Vector v) { Store(p, v); };
  int64_t place = begin;
  for (; place + tile <= end; place += tile) {
    for (int64_t offset = 0; offset < tile; offset += kLanes) work(place + offset, offset, load, store);
  }
  for (int64_t offset = 0; place + offset < end; offset += kLanes) {
    const int64_t count = std::min<int64_t>(kLanes, end - place - offset);
    work(place + offset, offset, [count](const float* p) { return LoadSome(p, count); },
         [count](float* p, Vector v) { StoreSome(p, v, count); });
  }
}

// Values a thread should have at least.
constexpr int64_t kGrain = 16384;

// Shares `size` values out in whole tiles.
template <typename Work>
void ShareTiles(int64_t size, int64_t tile, const Work& work) {
  const int64_t tiles = (size + tile - 1) / tile;
  Share(tiles, std::max<int64_t>(1, kGrain / tile),
        [&](int64_t begin, int64_t end, int part) { work(begin * tile, std::min(size, end * tile), part); });
}

}  // namespace trade
