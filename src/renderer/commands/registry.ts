/** Who runs a command at the moment: views and panels bind it while they are there; the innermost
 * that can has it. */
import { onScopeDispose, shallowReactive } from 'vue';
import type { CommandId } from '../../bridge/commands.ts';
import { COMMANDS } from '../../bridge/commands.ts';

export interface CommandBinding {
  run(): unknown;
  /** False while there is nothing to do it to; without it, always. */
  when?(): boolean;
  /** What it does at the moment, where that is more exact than the table's title. */
  title?(): string;
}

/** A command that can be run now. */
export interface LiveCommand extends CommandBinding {
  readonly id: CommandId;
  readonly words: string;
}

const bindings = shallowReactive(new Map<CommandId, readonly CommandBinding[]>());

/** Binds a command for as long as the calling component (or effect scope) lives. */
export function useCommand(id: CommandId, binding: CommandBinding): void {
  bindings.set(id, [...(bindings.get(id) ?? []), binding]);
  onScopeDispose(() => {
    const left = (bindings.get(id) ?? []).filter((one) => one !== binding);
    if (left.length > 0) bindings.set(id, left);
    else bindings.delete(id);
  });
}

/** Undefined while nobody can run it. */
function liveCommand(id: CommandId): LiveCommand | undefined {
  const binding = bindings.get(id)?.findLast(({ when }) => when?.() ?? true);
  return binding && { ...binding, id, words: binding.title?.() ?? COMMANDS[id].title };
}

/** All that can be run now, in the table's order. */
export function liveCommands(): readonly LiveCommand[] {
  // Sound: the keys of a record are of its key type.
  return (Object.keys(COMMANDS) as CommandId[]).flatMap((id) => liveCommand(id) ?? []);
}

/** False where nobody could run it. */
export function runCommand(id: CommandId): boolean {
  const command = liveCommand(id);
  command?.run();
  return command !== undefined;
}

export const testing = { liveCommand };
