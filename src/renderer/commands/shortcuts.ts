/** Keys to commands: one listener for the window, and what a key means to the element that has the
 * focus comes first. */
import { useEventListener } from '@vueuse/core';
import { matchKeybindingPress, parseKeybinding } from 'tinykeys';
import type { KeybindingPress } from 'tinykeys';
import type { CommandId } from '../../bridge/commands.ts';
import { COMMANDS } from '../../bridge/commands.ts';
import { usePreferences } from '../stores/preferences.ts';
import { runCommand } from './registry.ts';

/** Dialogs, menus and lists of choices have the keyboard for themselves. */
const CLOSED = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';
const TEXT_FIELDS =
  'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], ' +
  '[type=button], [type=file])';
/** With Ctrl, what a text field does with its own text. */
const TEXT_CHORDS: readonly string[] = ['z', 'y', 'x', 'c', 'v', 'a'];
/** Space presses or opens it. */
const PRESSED_BY_SPACE = 'a[href], button, summary, input, [role=tab], [role=button]';

interface Binding {
  readonly id: CommandId;
  readonly press: KeybindingPress;
}

/** Sound: the keys of a record are of its key type. */
const BINDINGS: readonly Binding[] = (Object.keys(COMMANDS) as CommandId[]).flatMap((id) =>
  COMMANDS[id].keys.flatMap((keys) => parseKeybinding(keys).map((press) => ({ id, press }))),
);

/** Called once, by the window's frame. */
export function useShortcuts(): void {
  const preferences = usePreferences();
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    const id = commandOf(event, preferences.letterKeys);
    if (id !== undefined && runCommand(id)) event.preventDefault();
  });
}

/** The command that a key asks for; undefined where it belongs to the element that it was pressed
 * in. */
function commandOf(event: KeyboardEvent, hasLetterKeys: boolean): CommandId | undefined {
  if (event.defaultPrevented || event.isComposing) return undefined;
  const { press, id } = BINDINGS.find((binding) => matchKeybindingPress(event, binding.press)) ?? {};
  if (press === undefined) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest(CLOSED)) return undefined;
  const isChord = event.ctrlKey || event.metaKey;
  const isTyping = target?.matches(TEXT_FIELDS) ?? false;
  if (isChord) return isTyping && TEXT_CHORDS.includes(event.key.toLowerCase()) ? undefined : id;
  if (isTyping) return undefined;
  if (event.code === 'Space') return target?.matches(PRESSED_BY_SPACE) ? undefined : id;
  return event.key.length > 1 || hasLetterKeys ? id : undefined;
}
