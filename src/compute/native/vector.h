// As many floats at a time as one register of the machine holds. What differs from one instruction
// set to the next stands in this file alone: lanes, masks, estimates, and how many registers there
// are for a block of sums.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace trade {

#if defined(__AVX512F__)
#define TRADE_AVX512 1
constexpr int kLanes = 16, kRegisters = 32;
constexpr const char* kInstructions = "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
#define TRADE_AVX2 1
constexpr int kLanes = 8, kRegisters = 16;
constexpr const char* kInstructions = "AVX2";
#elif defined(__ARM_NEON)
constexpr int kLanes = 4, kRegisters = 32;
constexpr const char* kInstructions = "NEON";
#else
constexpr int kLanes = 4, kRegisters = 16;
constexpr const char* kInstructions = "plain";
#endif

typedef float Vector __attribute__((vector_size(4 * kLanes)));
typedef int32_t IntVector __attribute__((vector_size(4 * kLanes)));

// Anywhere: not only at multiples of its size.
typedef float LooseVector __attribute__((vector_size(4 * kLanes), aligned(4)));

inline Vector Load(const float* from) { return *reinterpret_cast<const LooseVector*>(from); }
inline void Store(float* to, Vector value) { *reinterpret_cast<LooseVector*>(to) = value; }

// In a register: the compiler would rather read it again from memory for each of its uses.
inline Vector Held(Vector value) {
#if defined(TRADE_AVX512)
  asm("" : "+v"(value));
#elif defined(TRADE_AVX2)
  asm("" : "+x"(value));
#endif
  return value;
}

inline Vector Fill(float value) { return value - Vector{}; }

#if defined(TRADE_AVX2)
// All ones in the first `count` lanes.
inline __m256i FirstLanes(int64_t count) {
  alignas(32) static constexpr int32_t kMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMasks + 8 - count));
}
#endif

// The first `count` lanes; the others are 0.
inline Vector LoadSome(const float* from, int64_t count) {
#if defined(TRADE_AVX512)
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
#elif defined(TRADE_AVX2)
  return _mm256_maskload_ps(from, FirstLanes(count));
#else
  Vector value{};
  std::memcpy(&value, from, count * sizeof(float));
  return value;
#endif
}

inline void StoreSome(float* to, Vector value, int64_t count) {
#if defined(TRADE_AVX512)
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
#elif defined(TRADE_AVX2)
  _mm256_maskstore_ps(to, FirstLanes(count), value);
#else
  std::memcpy(to, &value, count * sizeof(float));
#endif
}

// Short runs: for them memcpy costs more to call than to do.
inline void CopyFloats(const float* from, float* to, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(to + i, Load(from + i));
  if (i < count) StoreSome(to + i, LoadSome(from + i, count - i), count - i);
}

inline float Sum(Vector value) {
#if defined(TRADE_AVX512)
  return _mm512_reduce_add_ps(value);
#else
  float sum = 0;
  for (int lane = 0; lane < kLanes; ++lane) sum += value[lane];
  return sum;
#endif
}

inline float Highest(Vector value) {
#if defined(TRADE_AVX512)
  return _mm512_reduce_max_ps(value);
#endif
  float highest = value[0];
  for (int lane = 1; lane < kLanes; ++lane) highest = value[lane] > highest ? value[lane] : highest;
  return highest;
}

// Zero in the lanes past `count`.
inline Vector Only(Vector value, int64_t count) {
  if (count == kLanes) return value;
  IntVector lane;
  for (int i = 0; i < kLanes; ++i) lane[i] = i;
  return lane < static_cast<int32_t>(count) ? value : Vector{};
}

// Memory in which whole vectors do not straddle cache lines.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr size_t kAlignment = 4 * kLanes;
  AlignedAllocator() = default;
  template <typename U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  // Not by operator new: TensorFlow and Node bring versions of it that do not know each other.
  T* allocate(size_t count) {
    const size_t bytes = (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (void* memory = std::aligned_alloc(kAlignment, bytes)) return static_cast<T*>(memory);
    throw std::bad_alloc();
  }
  void deallocate(T* memory, size_t) { std::free(memory); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
using Floats = std::vector<float, AlignedAllocator<float>>;

// Zeros for as long as a part of a loop runs, in memory that its thread keeps: the system would
// clear fresh pages each time.
class Scratch {
 public:
  explicit Scratch(int64_t size) {
    if (!Kept().empty()) {
      values_ = std::move(Kept().back());
      Kept().pop_back();
    }
    values_.assign(size, 0.0f);
  }
  ~Scratch() { Kept().push_back(std::move(values_)); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  float* data() { return values_.data(); }
  float& operator[](int64_t place) { return values_[place]; }
  Floats::iterator begin() { return values_.begin(); }
  Floats::iterator end() { return values_.end(); }

 private:
  static std::vector<Floats>& Kept() {
    // Never destroyed: threads of the team outlive main.
    thread_local std::vector<Floats>* kept = new std::vector<Floats>;
    return *kept;
  }
  Floats values_;
};

// A NaN in `a` stays one.
inline Vector Max(Vector a, Vector b) { return a < b ? b : a; }
inline Vector Min(Vector a, Vector b) { return a > b ? b : a; }

// 1 / x of a finite x that is not 0, nor so small that 1 / x is infinite. The machine's estimate
// and a step of Newton's method: to about 1 unit in the last place, in a third of a division's
// time.
inline Vector Reciprocal(Vector x) {
#if defined(TRADE_AVX512)
  const Vector estimate = _mm512_rcp14_ps(x);
  return estimate + estimate * (1.0f - x * estimate);
#elif defined(TRADE_AVX2)
  const Vector estimate = _mm256_rcp_ps(x);
  return estimate + estimate * (1.0f - x * estimate);
#else
  return 1.0f / x;
#endif
}

// e^x to about 2 units in the last place; NaN stays NaN. x = n ln 2 + r, e^r by its series of
// degree 6 around 0.
inline Vector Exp(Vector x) {
  const Vector clamped = Min(Max(x, Fill(-87.3f)), Fill(88.3f));
  const Vector halves = clamped * 1.44269504f;
#if defined(TRADE_AVX512)
  const Vector n = _mm512_roundscale_ps(halves, 0);
#elif defined(TRADE_AVX2)
  const Vector n = _mm256_round_ps(halves, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const IntVector whole = __builtin_convertvector(n, IntVector);
#else
  // Rounded by way of whole numbers: sums are reordered freely here, so no trick with a large
  // addend would last.
  const IntVector whole = __builtin_convertvector(halves + (halves < 0 ? Fill(-0.5f) : Fill(0.5f)), IntVector);
  const Vector n = __builtin_convertvector(whole, Vector);
#endif
  const Vector r = clamped - n * 0.69314718f;
  Vector e = Fill(1.0f / 720);
  e = e * r + 1.0f / 120;
  e = e * r + 1.0f / 24;
  e = e * r + 1.0f / 6;
  e = e * r + 0.5f;
  e = e * r + 1.0f;
  e = e * r + 1.0f;
#if defined(TRADE_AVX512)
  return _mm512_scalef_ps(e, n);
#else
  const IntVector exponent = (whole + 127) << 23;
  Vector scale;
  std::memcpy(&scale, &exponent, sizeof(scale));
  return x != x ? x : e * scale;
#endif
}

}  // namespace trade
