/** Reads a profile of a process (`--cpu-prof`) for what ran in its blocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoopBlock } from './loop-watch.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  /** Microseconds, as are `endTime` and `timeDeltas`: of each sample since the one before. */
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const STACKS_SHOWN = 4;
const DEPTH = 9;

/** Lines for people, as many blocks as are asked for, those with most computing first. */
export function explainBlocks(folder: string, blocks: readonly LoopBlock[], count: number): readonly string[] {
  const profiles = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile); // written by V8
  const chosen = blocks.toSorted((left, right) => right.busyMs - left.busyMs).slice(0, count);
  return chosen.flatMap((block) => {
    const profile = profiles.find(({ startTime, endTime }) => startTime <= block.from && block.to <= endTime);
    const stacks = profile === undefined ? [] : stacksIn(profile, block).slice(0, STACKS_SHOWN);
    return [
      `A block of ${((block.to - block.from) / 1000).toFixed(0)} ms, of which it computed ${block.busyMs.toFixed(0)}:`,
      ...stacks.map(([stack, ms]) => `  ${ms.toFixed(0).padStart(5)}  ${stack}`),
    ];
  });
}

function stacksIn({ nodes, samples, timeDeltas, startTime }: Profile, { from, to }: LoopBlock) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));

  function stackOf(id: number): string {
    const names: string[] = [];
    for (let at: number | undefined = id; at !== undefined && names.length < DEPTH; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame === undefined || frame.functionName === '(root)') continue;
      const file = frame.url.split('/').slice(-2).join('/');
      names.push(`${frame.functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${frame.lineNumber + 1}`}`);
    }
    return names.join(' < ');
  }

  const stacks = new Map<string, number>();
  let at = startTime;
  samples.forEach((id, index) => {
    at += timeDeltas[index] ?? 0;
    if (at < from || at > to) return;
    const stack = stackOf(id);
    stacks.set(stack, (stacks.get(stack) ?? 0) + (timeDeltas[index + 1] ?? 0) / 1000);
  });
  return [...stacks].sort(([, left], [, right]) => right - left);
}
