/** A display of its own, which shows nothing to anybody. */
import { spawn } from 'node:child_process';

export interface Display {
  /** As `DISPLAY` names it. */
  readonly name: string;
  stop(): void;
}

export async function startDisplay(): Promise<Display> {
  // It takes the first number that is free, and tells it on this pipe.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp', '-ac'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    server.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    server.once('error', reject);
    server.once('exit', () => reject(new Error('Xvfb ended at its start.')));
  });
  process.once('exit', () => server.kill());
  return { name: `:${number}`, stop: () => void server.kill() };
}
