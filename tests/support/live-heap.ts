/** What a Node process really holds: its heap after a collection, asked of the inspector that it
 * was started with (`--inspect=127.0.0.1:0`). */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface ProcessMemory {
  readonly heapUsed: number;
  readonly rss: number;
}

/** `said`: what it wrote to stderr, which tells where the inspector listens. Bytes. */
export async function memoryOf(said: string): Promise<ProcessMemory> {
  const address = /Debugger listening on (ws:\S+)/.exec(said)?.[1];
  if (address === undefined) throw new Error(`No inspector listens:\n${said}`);
  const socket = new WebSocket(address);
  await once(socket, 'open');
  let number = 0;
  const call = async (method: string, params: object = {}): Promise<string> => {
    const id = (number += 1);
    const answered = new Promise<string>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const text = data.toString('utf8');
        if (text.startsWith(`{"id":${id},`)) resolve(text);
      });
    });
    socket.send(JSON.stringify({ id, method, params }));
    return answered;
  };
  // Twice: the first one leaves what waits for its finalizer.
  await call('HeapProfiler.collectGarbage');
  await call('HeapProfiler.collectGarbage');
  const told = await call('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
  socket.terminate();
  // Sound: the inspector's answer, and in it what `process.memoryUsage` gives.
  const { result } = JSON.parse(told) as { readonly result: { readonly result: { readonly value: string } } };
  return JSON.parse(result.result.value) as ProcessMemory;
}
