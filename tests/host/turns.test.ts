import { expect, it } from 'vitest';
import { createPlaces } from '../../src/host/turns.ts';

it('does as much at a time as there are places, in order, also after failures', async () => {
  const inPlace = createPlaces(3);
  const order: number[] = [];
  let underWay = 0;
  let most = 0;
  const work = (number: number) => async (): Promise<number> => {
    order.push(number);
    most = Math.max(most, (underWay += 1));
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (number % 4 === 0) throw new Error('failed');
    return number;
  };
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  const ends = await Promise.allSettled(numbers.map((number) => inPlace(work(number))));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect([order, most]).toEqual([numbers, 3]);
  // All places are free again.
  most = 0;
  await Promise.all([1, 2, 3, 5].map((number) => inPlace(work(number))));
  expect(most).toBe(3);
});
