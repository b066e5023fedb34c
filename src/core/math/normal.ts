/**
 * The standard normal distribution, accurate far into its tails, and expected improvement in log
 * form.
 *
 * | symbol | meaning                                   |
 * | φ, Φ   | density, distribution function            |
 * | h(z)   | φ(z) + z Φ(z), so that EI = σ h((μ−A)/σ)  |
 */

const SQRT_2 = Math.SQRT2;
const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** Rational Chebyshev coefficients of Cody (1969), "Rational Chebyshev approximations for the error
 * function". */
const ERF_SMALL_P = [
  3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2, 3.1611237438705656, 1.85777706184603153e-1,
];
const ERF_SMALL_Q = [2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2, 2.36012909523441209e1, 1];
const ERFC_MIDDLE_P = [
  1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3, 8.8195222124176909e2, 2.98635138197400131e2,
  6.61191906371416295e1, 8.88314979438837594, 5.64188496988670089e-1, 2.15311535474403846e-8,
];
const ERFC_MIDDLE_Q = [
  1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3, 3.29079923573345963e3, 1.62138957456669019e3,
  5.37181101862009858e2, 1.17693950891312499e2, 1.57449261107098347e1, 1,
];
const ERFC_LARGE_P = [
  6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1,
  3.05326634961232344e-1, 1.63153871373020978e-2,
];
const ERFC_LARGE_Q = [
  2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346047, 2.56852019228982242, 1,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

/** exp(x²) erfc(x) for x >= 0.46875: no underflow, however large x is. */
function scaledErfc(x: number): number {
  if (x <= 4) return polynomial(ERFC_MIDDLE_P, x) / polynomial(ERFC_MIDDLE_Q, x);
  const inverse = 1 / (x * x);
  const tail = (inverse * polynomial(ERFC_LARGE_P, inverse)) / polynomial(ERFC_LARGE_Q, inverse);
  return (1 / Math.sqrt(Math.PI) - tail) / x;
}

/** Complementary error function, relative error about 1e-15 while the result is a normal number. */
function erfc(x: number): number {
  const size = Math.abs(x);
  if (size < 0.46875) return 1 - (x * polynomial(ERF_SMALL_P, x * x)) / polynomial(ERF_SMALL_Q, x * x);
  const value = Math.exp(-size * size) * scaledErfc(size);
  return x > 0 ? value : 2 - value;
}

const pdf = (z: number): number => Math.exp(-0.5 * z * z - LOG_SQRT_2PI);

const cdf = (z: number): number => 0.5 * erfc(-z / SQRT_2);

/** log Φ(z), exact to a few ulps from −1e150 to +∞. */
export function logCdf(z: number): number {
  if (z < -1) return -0.5 * z * z + Math.log(0.5 * scaledErfc(-z / SQRT_2));
  return Math.log1p(-0.5 * erfc(z / SQRT_2));
}

/**
 * z with log Φ(z) = `logProbability` (below 0), by Newton's method. log Φ is concave, and the start
 * lies left of the root, where φ's envelope 2Φ(z) <= exp(−z²/2) meets the probability: the steps
 * only ever rise to it.
 */
export function inverseLogCdf(logProbability: number): number {
  let z = -Math.sqrt(-2 * logProbability);
  for (let step = 0; step < 50; step++) {
    const value = logCdf(z);
    const slope = Math.exp(-0.5 * z * z - LOG_SQRT_2PI - value);
    const next = z + (logProbability - value) / slope;
    if (!(next > z)) return z;
    z = next;
  }
  return z;
}

/** Mills ratio Φ(−x)/φ(x) for x >= 1. */
const mills = (x: number): number => Math.sqrt(Math.PI / 2) * scaledErfc(x / SQRT_2);

/**
 * log h(z), h(z) = φ(z) + z Φ(z). For z < −1, h = φ(z)(1 − |z| mills(|z|)) suffers cancellation as
 * |z| grows, so past −100 the asymptotic series of the bracket, 1/z² (1 − 3/z² + 15/z⁴ − 105/z⁶),
 * takes over (Ament et al. 2023, log-EI).
 */
function logH(z: number): number {
  if (z > -1) return Math.log(pdf(z) + z * cdf(z));
  const x = -z;
  const logDensity = -0.5 * z * z - LOG_SQRT_2PI;
  if (x < 100) return logDensity + Math.log1p(-x * mills(x));
  const inverse = 1 / (x * x);
  return logDensity + Math.log(inverse) + Math.log1p(inverse * (-3 + inverse * (15 - 105 * inverse)));
}

/** log E[max(0, Y − threshold)] for Y ~ N(mean, deviation²); deviation 0 gives the log of the plain
 * improvement. */
export function logExpectedImprovement(mean: number, deviation: number, threshold: number): number {
  if (!(deviation > 0)) return mean > threshold ? Math.log(mean - threshold) : -Infinity;
  return Math.log(deviation) + logH((mean - threshold) / deviation);
}

/** log(eᵃ + eᵇ) without overflow. */
export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  if (high === -Infinity) return -Infinity;
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

export const testing = { erfc, pdf, cdf, logH };
