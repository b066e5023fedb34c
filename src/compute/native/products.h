// Products of rows with a matrix, forward and backward: gemm.h over many rows, and sums of what the
// threads added up.
#pragma once

#include "gemm.h"
#include "threads.h"

namespace trade {
// Local to each source: as functions that sources share they were compiled to code that took 1.6
// times as long.
namespace {

// C = A B for rows of `inner` values side by side.
void MultiplyRows(const float* a, int64_t rows, int64_t inner, const Packed& b, float* c, int64_t columns) {
  InBlocks(b.vectors(), [&]<int vectors>(int64_t v) {
    const int64_t lanes = Lanes(columns, v + vectors - 1);
    InRows<vectors>(rows, [&]<int height>(int64_t row) {
      Vector sums[height][vectors] = {};
      AddProduct(a + row * inner, inner, b.row(0) + v * kLanes, b.stride(), inner, sums);
      float* to = c + row * columns + v * kLanes;
      for (int r = 0; r < height; ++r) {
        for (int i = 0; i + 1 < vectors; ++i) Store(to + r * columns + i * kLanes, sums[r][i]);
        StoreLanes(to + r * columns + (vectors - 1) * kLanes, sums[r][vectors - 1], lanes);
      }
    });
  });
}

// Adds A^T D to `total` [inner][padded columns]; A as rows of `inner` values, D of `columns`.
void AddOuterRows(const float* a, int64_t rows, int64_t inner, const float* d, int64_t columns, float* total) {
  const int64_t stride = Vectors(columns) * kLanes;
  // As many rows at a time as stay in the nearest cache while every block passes over them.
  const int64_t chunk = std::clamp<int64_t>(6144 / (inner + columns), 16, 256);
  for (int64_t start = 0; start < rows; start += chunk) {
    const int64_t count = std::min(chunk, rows - start);
    InBlocks(Vectors(columns), [&]<int vectors>(int64_t v) {
      const int64_t lanes = Lanes(columns, v + vectors - 1);
      InRows<vectors>(inner, [&]<int height>(int64_t k) {
        Vector sums[height][vectors];
        float* to = total + k * stride + v * kLanes;
        for (int r = 0; r < height; ++r) {
          for (int i = 0; i < vectors; ++i) sums[r][i] = Load(to + r * stride + i * kLanes);
        }
        AddOuter(a + start * inner + k, inner, d + start * columns + v * kLanes, columns, count, lanes, sums);
        for (int r = 0; r < height; ++r) {
          for (int i = 0; i < vectors; ++i) Store(to + r * stride + i * kLanes, sums[r][i]);
        }
      });
    });
  }
}

// Of values that are added up.
constexpr int64_t kCollectGrain = 16384;

// Sums the threads' totals [rows][padded columns] into `to` [rows of order][columns].
template <typename RowOf>
void Collect(const std::vector<Floats>& totals, int64_t rows, int64_t columns, float* to, const RowOf& row_of) {
  const int64_t stride = Vectors(columns) * kLanes, parts = static_cast<int64_t>(totals.size());
  const int64_t grain = kCollectGrain / (columns * parts);
  Share(rows, grain, [&](int64_t begin, int64_t end, int) {
    std::vector<double> sums(columns);
    for (int64_t row = begin; row < end; ++row) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (const Floats& total : totals) {
        if (total.empty()) continue;
        for (int64_t c = 0; c < columns; ++c) sums[c] += total[row * stride + c];
      }
      float* place = to + row_of(row) * columns;
      for (int64_t c = 0; c < columns; ++c) place[c] = static_cast<float>(sums[c]);
    }
  });
}

}  // namespace
}  // namespace trade
