import { describe, expect, it } from 'vitest';
import { decideClosing } from '../../src/main/closing.ts';

const never = (): Promise<number> => Promise.reject(new Error('asked although nothing runs'));

describe('closing the window', () => {
  it('asks nothing while nothing runs', async () => {
    expect(await decideClosing({ runs: 0, jobs: 0 }, never)).toBe('quit');
  });

  it.each([
    { work: { runs: 1, jobs: 0 }, buttons: ['Pause and quit', 'Keep searching', 'Cancel'] },
    { work: { runs: 1, jobs: 2 }, buttons: ['Pause and quit', 'Keep searching', 'Cancel'] },
    { work: { runs: 0, jobs: 1 }, buttons: ['Stop and quit', 'Keep working', 'Cancel'] },
  ])('asks in the words of what runs, and does what the button says: $work', async ({ work, buttons }) => {
    const asked: (readonly string[])[] = [];
    const answers = [];
    for (const index of [0, 1, 2, -1]) {
      answers.push(
        await decideClosing(work, async (question) => {
          asked.push(question.buttons);
          return index;
        }),
      );
    }
    // A dialog that goes away without an answer changes nothing.
    expect(answers).toEqual(['quit', 'keep', 'stay', 'stay']);
    expect(asked).toEqual(Array(4).fill(buttons));
  });
});
