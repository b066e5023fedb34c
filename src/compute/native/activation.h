// Activations and their derivatives; the numbers are those of `NATIVE_ACTIVATIONS` in
// `backend/native.ts`.
#pragma once

#include "vector.h"

namespace trade {

enum Activation {
  kNone = 0, kRelu = 1, kRelu6 = 2, kGelu = 3, kHardSwish = 4, kSwish = 5, kSigmoid = 6, kHardSigmoid = 7
};

// Phi(x) and phi(x) of the normal distribution. erfc by Abramowitz and Stegun 7.1.26, |error| <=
// 1.5e-7; with u = |x| / sqrt(2), Phi(-|x|) = erfc(u) / 2 and phi(x) = e^(-u^2) / sqrt(2 pi).
inline void Normal(Vector x, Vector* cumulative, Vector* density) {
  const Vector u = Max(x, -x) * 0.70710678f;
  const Vector e = Exp(-u * u);
  const Vector t = Reciprocal(1.0f + 0.3275911f * u);
  Vector p = Fill(1.061405429f);
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const Vector lower = 0.5f * p * t * e;
  *cumulative = x > 0 ? 1.0f - lower : lower;
  *density = 0.39894228f * e;
}

template <int kind>
inline Vector Activate(Vector x) {
  if constexpr (kind == kRelu) return Max(x, Vector{});
  if constexpr (kind == kRelu6) return Min(Max(x, Vector{}), Fill(6));
  if constexpr (kind == kGelu) {
    Vector cumulative, density;
    Normal(x, &cumulative, &density);
    return x * cumulative;
  }
  if constexpr (kind == kHardSigmoid) return Min(Max(x + 3.0f, Vector{}), Fill(6)) * (1.0f / 6);
  if constexpr (kind == kHardSwish) return x * Activate<kHardSigmoid>(x);
  if constexpr (kind == kSigmoid) return Reciprocal(1.0f + Exp(-x));
  if constexpr (kind == kSwish) return x * Activate<kSigmoid>(x);
  return x;
}

// dy times the derivative at x.
template <int kind>
inline Vector Slope(Vector x, Vector dy) {
  const Vector zero{};
  if constexpr (kind == kRelu) return x > 0 ? dy : zero;
  if constexpr (kind == kRelu6) return ((x > 0) & (x < 6)) ? dy : zero;
  if constexpr (kind == kGelu) {
    Vector cumulative, density;
    Normal(x, &cumulative, &density);
    return dy * (cumulative + x * density);
  }
  if constexpr (kind == kHardSigmoid) return ((x > -3) & (x < 3)) ? dy * (1.0f / 6) : zero;
  if constexpr (kind == kHardSwish) return dy * (x >= 3 ? Fill(1) : (x <= -3 ? zero : x * (1.0f / 3) + 0.5f));
  if constexpr (kind == kSigmoid || kind == kSwish) {
    const Vector s = Activate<kSigmoid>(x);
    return kind == kSigmoid ? dy * s * (1.0f - s) : dy * s * (1.0f + x * (1.0f - s));
  }
  return dy;
}

// Calls work.operator()<kind>() with the kind as a constant.
template <typename Work>
void WithActivation(int kind, const Work& work) {
  switch (kind) {
    case kRelu: return work.template operator()<kRelu>();
    case kRelu6: return work.template operator()<kRelu6>();
    case kGelu: return work.template operator()<kGelu>();
    case kHardSwish: return work.template operator()<kHardSwish>();
    case kSwish: return work.template operator()<kSwish>();
    case kSigmoid: return work.template operator()<kSigmoid>();
    case kHardSigmoid: return work.template operator()<kHardSigmoid>();
    default: return work.template operator()<kNone>();
  }
}

}  // namespace trade
