// Products of a tall matrix with a small one, the kernel of dense layers and convolutions.
//
// symbol   meaning                                                        shape
// A        rows that start `row` values apart; their values side by side  [rows, inner]
// B        packed: columns padded with zeros to whole vectors             [inner, 16 vectors]
// C        A B                                                            [rows, columns]
#pragma once

#include <algorithm>

#include "vector.h"

namespace trade {

inline int64_t Vectors(int64_t columns) { return (columns + kLanes - 1) / kLanes; }

// A small matrix with its columns padded to whole vectors. `row_of(k)` points at the first value of
// row k; the next ones lie `step` values apart.
class Packed {
 public:
  template <typename RowOf>
  Packed(int64_t inner, int64_t columns, int64_t step, const RowOf& row_of)
      : vectors_(Vectors(columns)), values_(inner * vectors_ * kLanes) {
    for (int64_t k = 0; k < inner; ++k) {
      const float* from = row_of(k);
      float* to = values_.data() + k * stride();
      if (step == 1) CopyFloats(from, to, columns);
      else for (int64_t column = 0; column < columns; ++column) to[column] = from[column * step];
    }
  }
  int64_t vectors() const { return vectors_; }
  int64_t stride() const { return vectors_ * kLanes; }
  const float* row(int64_t k) const { return values_.data() + k * stride(); }

 private:
  int64_t vectors_;
  Floats values_;
};

// Vectors side by side in a block, at most, and rows of it that keep the machine's registers full:
// it holds height times vectors of sums, a row of B and a factor.
constexpr int kMostVectors = kRegisters == 32 ? 4 : 3;
template <int vectors>
constexpr int kHeight = kRegisters == 32 ? (vectors == 1 ? 12 : vectors == 2 ? 8 : vectors == 3 ? 6 : 5)
                                         : (vectors == 1 ? 12 : vectors == 2 ? 6 : 4);

// sums[r][v] += sum_k a[r * row + k * step] b[k][v]
template <int height, int vectors>
inline void AddProduct(const float* a, int64_t row, const float* b, int64_t stride, int64_t inner,
                       Vector (&sums)[height][vectors], int64_t step = 1) {
  for (int64_t k = 0; k < inner; ++k) {
    Vector values[vectors];
    for (int v = 0; v < vectors; ++v) values[v] = Load(b + k * stride + v * kLanes);
    for (int r = 0; r < height; ++r) {
      const float factor = a[r * row + k * step];
      for (int v = 0; v < vectors; ++v) sums[r][v] += factor * values[v];
    }
  }
}

// sums[r][v] += sum_p a[p * step + r] d[p][v]: one row of A^T D for each r, over `count` places p.
template <int height, int vectors>
inline void AddOuter(const float* a, int64_t step, const float* d, int64_t stride, int64_t count, int64_t last,
                     Vector (&sums)[height][vectors]) {
  for (int64_t p = 0; p < count; ++p) {
    Vector values[vectors];
    for (int v = 0; v + 1 < vectors; ++v) values[v] = Load(d + p * stride + v * kLanes);
    values[vectors - 1] = last == kLanes ? Load(d + p * stride + (vectors - 1) * kLanes)
                                         : LoadSome(d + p * stride + (vectors - 1) * kLanes, last);
    for (int r = 0; r < height; ++r) {
      const float factor = a[p * step + r];
      for (int v = 0; v < vectors; ++v) sums[r][v] += factor * values[v];
    }
  }
}

// Calls work.operator()<count>(first) for blocks of at most `kMostVectors` vectors and of nearly
// one width: a narrow one at the end would read A for little.
template <typename Work>
inline void InBlocks(int64_t vectors, const Work& work) {
  const int64_t blocks = (vectors + kMostVectors - 1) / kMostVectors;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = vectors * block / blocks, end = vectors * (block + 1) / blocks;
    switch (end - first) {
      case 4:
        if constexpr (kMostVectors >= 4) work.template operator()<4>(first);
        break;
      case 3: work.template operator()<3>(first); break;
      case 2: work.template operator()<2>(first); break;
      default: work.template operator()<1>(first); break;
    }
  }
}

// Calls work.operator()<height>() with a height of 1 to the most that `vectors` allow.
template <int vectors, typename Work>
inline void WithHeight(int64_t height, const Work& work) {
  switch (height) {
#define TRADE_HEIGHT(n) \
  case n:               \
    if constexpr (n <= kHeight<vectors>) work.template operator()<n>(); \
    break;
    TRADE_HEIGHT(1) TRADE_HEIGHT(2) TRADE_HEIGHT(3) TRADE_HEIGHT(4) TRADE_HEIGHT(5) TRADE_HEIGHT(6)
    TRADE_HEIGHT(7) TRADE_HEIGHT(8) TRADE_HEIGHT(9) TRADE_HEIGHT(10) TRADE_HEIGHT(11) TRADE_HEIGHT(12)
#undef TRADE_HEIGHT
  }
}

// Cuts `rows` into blocks of nearly one height: a short block at the end would leave the machine
// idle.
template <int vectors, typename Work>
inline void InRows(int64_t rows, const Work& work) {
  const int64_t blocks = (rows + kHeight<vectors> - 1) / kHeight<vectors>;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = rows * block / blocks, end = rows * (block + 1) / blocks;
    WithHeight<vectors>(end - first, [&]<int height>() { work.template operator()<height>(first); });
  }
}

// Lanes of vector number `vector` that lie within `columns`.
inline int64_t Lanes(int64_t columns, int64_t vector) { return std::min<int64_t>(kLanes, columns - vector * kLanes); }

inline void StoreLanes(float* to, Vector value, int64_t lanes) {
  if (lanes == kLanes) Store(to, value);
  else StoreSome(to, value, lanes);
}

}  // namespace trade
