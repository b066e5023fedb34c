/**
 * What a person can do by key, by the command palette or from Electron's menu: one table for all of
 * them, so that a key is spelled once. Who can run a command at the moment is bound in the page
 * (`renderer/commands/registry.ts`).
 */

/** The views of the rail from top to bottom; the digits go by this order. Each is the name of a
 * route. */
export const VIEWS = [
  { id: 'experiments', title: 'Experiments' },
  { id: 'new-run', title: 'New run' },
  { id: 'all-front', title: 'Front of all runs' },
  { id: 'compare', title: 'Compare' },
  { id: 'teachers', title: 'Teachers' },
  { id: 'datasets', title: 'Data sets' },
  { id: 'strategies', title: 'Strategies compared' },
  { id: 'generators', title: 'Generators' },
  { id: 'settings', title: 'Settings and Doctor' },
] as const;

export type ViewId = (typeof VIEWS)[number]['id'];
export type CommandGroup = 'general' | 'views' | 'students' | 'runs';
export type CommandMenu = 'file' | 'edit' | 'go' | 'help';

export interface CommandSpec {
  readonly title: string;
  /** In tinykeys' notation (`$mod` is Ctrl, on a Mac Command); the first is the one that menus
   * show. */
  readonly keys: readonly string[];
  /** Other words by which people look for it. */
  readonly also?: string;
  readonly group: CommandGroup;
  /** Where it stands in Electron's menu; commands without a place of their own there are found in
   * the palette. */
  readonly menu?: CommandMenu;
}

export const COMMAND_GROUPS = {
  general: 'Everywhere',
  views: 'Views',
  students: 'Students',
  runs: 'Runs',
} as const satisfies Readonly<Record<CommandGroup, string>>;

/** Other words by which people look for a view. */
const VIEW_WORDS: Readonly<Partial<Record<ViewId, string>>> = {
  experiments: 'home runs list queue archive',
  'new-run': 'search start sweep form',
  'all-front': 'pareto best students',
  compare: 'difference side by side pinned',
  teachers: 'import onnx logits ensemble train',
  datasets: 'import images folder photographs csv wav sound',
  strategies: 'replay benchmark claim',
  generators: 'gan study',
  settings: 'preferences options backup repair cluster ray device',
};

/** Beside its digit. */
const VIEW_KEYS: Readonly<Partial<Record<ViewId, string>>> = { 'new-run': '$mod+N', compare: '$mod+D' };

const OWN = {
  'palette.open': { title: 'Find a view, run, student or action', keys: ['$mod+K'], group: 'general', menu: 'go' },
  find: { title: 'Find in this view', keys: ['$mod+F'], group: 'general', menu: 'edit' },
  'help.keys': { title: 'Keyboard shortcuts', keys: ['[Shift]+?'], group: 'general', menu: 'help' },
  glossary: {
    ...{ title: 'Words that are used here', keys: [], group: 'general', menu: 'help' },
    also: 'glossary terms hypervolume front knee reference box surrogate trust region macs nats calibration',
  },
  'guide.toggle': { title: 'First steps', keys: [], group: 'general', menu: 'help' },
  'theme.next': {
    ...{ title: 'Switch the theme', keys: [], group: 'general' },
    also: 'dark light mode colours appearance',
  },
  undo: { title: 'Undo', keys: ['$mod+Z'], also: 'back', group: 'general' },
  'trash.open': { title: 'Trash and space', keys: [], also: 'delete bin disk reclaim free', group: 'general' },
  quit: { title: 'Quit…', keys: [], also: 'exit close end', group: 'general' },
  next: { title: 'Next student or run', keys: ['J'], group: 'students' },
  previous: { title: 'Previous student or run', keys: ['K'], group: 'students' },
  'student.pin': { title: 'Pin to compare, or unpin', keys: ['Space'], group: 'students' },
  'selection.ranges': { title: 'Select by ranges…', keys: ['R'], group: 'students' },
  export: { title: 'Export', keys: ['E'], also: 'save download file onnx', group: 'students' },
  'run.pause': { title: 'Pause or resume', keys: ['P'], also: 'go on continue queue', group: 'runs' },
  'run.stop': { title: 'Stop the search…', keys: [], group: 'runs' },
  'run.trash': { title: 'Move to the trash', keys: ['Delete'], group: 'runs' },
  'run.again': { title: 'Train the best students again…', keys: [], group: 'runs' },
  'run.duplicate': { title: 'Duplicate the run', keys: [], group: 'runs' },
  'run.rename': { title: 'Rename the run', keys: ['F2'], group: 'runs' },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandId = keyof typeof OWN | `view.${ViewId}`;

export const COMMANDS: Readonly<Record<CommandId, CommandSpec>> = { ...OWN, ...viewCommands() };

function viewCommands(): Record<`view.${ViewId}`, CommandSpec> {
  const made = VIEWS.map(({ id, title }, index): [string, CommandSpec] => {
    const own = VIEW_KEYS[id];
    const keys = [...(own === undefined ? [] : [own]), String(index + 1)];
    const also = VIEW_WORDS[id] ?? '';
    return [`view.${id}`, { title, keys, also, group: 'views', menu: id === 'new-run' ? 'file' : 'go' }];
  });
  // Sound: made of the very list that the type is made of.
  return Object.fromEntries(made) as Record<`view.${ViewId}`, CommandSpec>;
}

export function isCommandId(id: unknown): id is CommandId {
  return typeof id === 'string' && Object.hasOwn(COMMANDS, id);
}

/** `['Ctrl', 'K']`, `['⌘', 'K']`: the caps to press. */
export function keyCaps(keys: string, isMac: boolean): readonly string[] {
  return parts(keys).map((part) => (part === '$mod' ? (isMac ? '⌘' : 'Ctrl') : part));
}

/** As Electron's menus write it; undefined for a bare key, which in a menu would be taken from
 * whoever types. */
export function acceleratorOf({ keys }: CommandSpec): string | undefined {
  const [first] = keys;
  return first?.startsWith('$mod+') ? parts(first).join('+').replace('$mod', 'CmdOrCtrl') : undefined;
}

/** Without modifiers that may but need not be held. */
function parts(keys: string): readonly string[] {
  return keys.split('+').filter((part) => !part.startsWith('['));
}
