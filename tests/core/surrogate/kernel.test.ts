import { describe, expect, it } from 'vitest';
import { costedCandidates, oracleSpace, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createModel, oracleTheta } from '../../oracle/surrogate-model.ts';
import { encode } from '../../../src/core/surrogate/encoding.ts';
import { unpack } from '../../../src/core/surrogate/hyperparameters.ts';
import { kernelMatrix, kernelVector, scalePoints } from '../../../src/core/surrogate/kernel.ts';
import { packedLength } from '../../../src/core/math/linear-algebra.ts';

const oracle = readSurrogateOracle();
const costed = costedCandidates(oracle);
const { encoding, layout } = createModel(oracleSpace(oracle), costed);
const terms = unpack(layout, oracleTheta({ encoding, layout }));

// More than are taken in one piece, of several families in turn.
const points = Array.from({ length: 300 }, (_, i) => encode(encoding, costed[(7 * i) % costed.length]!));
const scaled = scalePoints(encoding, terms, points);

describe('the kernel of one point to many', () => {
  it('is that to each alone, whatever stands before and behind it', () => {
    for (const point of points.slice(0, 5)) {
      const row = kernelVector(encoding, terms, scaled, point, new Float64Array(points.length));
      points.forEach((other, i) => {
        const alone = kernelVector(encoding, terms, scalePoints(encoding, terms, [other]), point, new Float64Array(1));
        expect(row[i]).toBe(alone[0]);
      });
    }
  });

  it('is a row of the matrix, but for the noise', () => {
    const packed = kernelMatrix(encoding, terms, scaled);
    for (const i of [1, 127, 128, 129, 299]) {
      const row = kernelVector(encoding, terms, scaled, points[i]!, new Float64Array(points.length));
      expect(packed.slice(packedLength(i), packedLength(i) + i)).toEqual(row.slice(0, i));
      expect(packed[packedLength(i) + i]).toBeCloseTo(row[i]! + terms.noise, 12);
    }
  });
});
