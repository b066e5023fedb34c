import { describe, expect, it } from 'vitest';
import type { BridgeClient } from '../../src/bridge/client.ts';
import { handPiecesInput, MOST_PIECES, PIECE_BYTES } from '../../src/bridge/schemas/file.ts';
import { installClient } from '../../src/renderer/api.ts';
import { handOver } from '../../src/renderer/handed-folder.ts';

/** A host that puts pieces together, and refuses those that its schema refuses. */
function listen() {
  const files = new Map<string, Uint8Array>();
  const dropped: string[] = [];
  let messages = 0;
  const client = {
    files: {
      put: async (input: unknown) => {
        const { pieces } = handPiecesInput.parse(input);
        messages += 1;
        for (const { path, offset, data } of pieces) {
          const before = files.get(path) ?? new Uint8Array();
          expect(before.length).toBe(offset);
          files.set(path, Uint8Array.from([...before, ...data]));
        }
      },
      drop: async ({ id }: { readonly id: string }) => void dropped.push(id),
    },
  };
  // Sound: nothing else of the client is used here.
  installClient(client as unknown as BridgeClient);
  return { files, dropped, messages: () => messages };
}

const fileOf = (size: number, first: number): File =>
  new File([Uint8Array.from({ length: size }, (_, index) => (first + index) % 251)], 'x');

describe('a folder that is handed over', () => {
  it('arrives as it was, whatever the sizes of its files, in few messages', async () => {
    const sizes = [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 7, ...Array.from({ length: 450 }, (_, index) => index)];
    const files = sizes.map((size, index) => ({ path: `a/${index}`, file: fileOf(size, index) }));
    const host = listen();
    const shares: number[] = [];
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    await handOver({ files, bytes }, (share) => shares.push(share));
    for (const { path, file } of files) {
      expect([path, Buffer.from(host.files.get(path) ?? [1]).equals(Buffer.from(await file.bytes()))]).toEqual([
        path,
        true,
      ]);
    }
    expect(host.messages()).toBeLessThanOrEqual(Math.ceil(bytes / PIECE_BYTES) + Math.ceil(sizes.length / MOST_PIECES));
    expect([shares.at(-1), shares.toSorted((left, right) => left - right)]).toEqual([1, shares]);
    expect(host.dropped).toEqual([]);
  });

  it('leaves nothing with the host where it is given up', async () => {
    const host = listen();
    const giving = new AbortController();
    const files = [{ path: 'a', file: fileOf(3 * PIECE_BYTES, 1) }];
    const end = handOver({ files, bytes: 3 * PIECE_BYTES }, () => giving.abort(), giving.signal);
    await expect(end).rejects.toThrow('aborted');
    expect([host.messages(), host.dropped.length]).toEqual([1, 1]);
  });
});
