/** The test's side of the double: what the shell's process tells, in order, and what it is told. */
import type { ChildProcess } from 'node:child_process';
import type { DoubleCommand, DoubleNews } from './electron.ts';

export interface DrivenShell {
  readonly child: ChildProcess;
  /** The exit code. */
  readonly gone: Promise<number | null>;
  /** The next news of this name after the last one that was waited for. */
  next(name: string): Promise<unknown>;
  send(command: DoubleCommand): void;
  /** All of this name so far. */
  heard(name: string): readonly DoubleNews[];
}

/** `child`: started with a channel for messages, and with the double in the place of `electron`. */
export function driveShell(child: ChildProcess): DrivenShell {
  const heard: DoubleNews[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (news) => {
    heard.push(news as DoubleNews); // the double's
    for (const look of waiting) look();
  });
  const gone = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let read = 0;
  return {
    child,
    gone,
    next: (name) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const index = heard.findIndex((news, place) => place >= read && news.name === name);
          if (index < 0) return;
          waiting.delete(look);
          read = index + 1;
          resolve(heard[index]?.detail);
        };
        waiting.add(look);
        look();
        void gone.then(() => reject(new Error(`ended without "${name}": ${JSON.stringify(heard)}`)));
      }),
    send: (command) => void child.send(command),
    heard: (name) => heard.filter((news) => news.name === name),
  };
}
