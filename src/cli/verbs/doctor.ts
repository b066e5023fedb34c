/**
 * `trade doctor`: checks database, files, hashes and orphans, and exits with 1 where something is
 * wrong. `--repair` mends what can be, always after a copy; `--backups`, `--back-up`, `--restore`
 * and `--remove` are about the copies.
 */
import type { BackupView } from '../../bridge/maintenance-contract.ts';
import type { DoctorView } from '../../bridge/schemas/system.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { examineDatasets, examineFolder, isLocked, keptBackups, removeKept, wishFor } from '../../host/for-shells.ts';
import type { RecoveryReport } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb, VerbContext } from '../common.ts';

interface DoctorOptions extends CommonOptions {
  readonly repair?: boolean;
  readonly backups?: boolean;
  readonly backUp?: boolean;
  readonly restore?: string;
  readonly remove?: string;
}

export const doctorVerb: Verb = (program, context) => {
  withCommonOptions(program.command('doctor'))
    .description('check the workspace: database, checkpoint files and their hashes, groups of data sets')
    .option('--repair', 'mend what can be mended, after a copy of the database')
    .option('--backups', 'list the copies of the database, and weights that were put aside')
    .option('--back-up', 'make a copy of the database now')
    .option('--restore <backup>', 'put a copy back; what stands in its place is kept as one')
    .option('--remove <backup>', 'remove one of the list for good')
    .action(async (options: DoctorOptions) => {
      const named = [options.restore, options.remove].map((name) => name !== undefined);
      const orders = [options.repair, options.backups, options.backUp, ...named];
      if (orders.filter(Boolean).length > 1) {
        throw new WorkbenchError(
          'usage.invalid',
          'Give one of --repair, --backups, --back-up, --restore and --remove at a time.',
        );
      }
      if (options.repair) return repair(context, options);
      if (options.backups) return listBackups(options);
      if (options.backUp) return backUp(context, options);
      if (options.restore !== undefined) return restore(context, options, options.restore);
      if (options.remove !== undefined) return remove(options, options.remove);
      const found = await examine(context, options);
      const { ok, integrity, trials, checkpoints, problems, notes = [], tidied = [] } = found;
      const verdict = ok ? 'Everything is sound' : 'Something is wrong';
      const checked = `${verdict}: database ${integrity}, ${trials} trials, ${checkpoints} checkpoints.`;
      const kept = options.json ? [] : await keptForEver(options);
      const put = tidied.map((problem) => `Put right by opening it: ${problem}`);
      printResult(options, found, [checked, ...problems, ...put, ...notes, ...kept]);
      context.end(ok ? 0 : 1);
    });
};

/** Looks before it opens anything: an opening puts right what a session left that was cut off, and
 * removes its orphans. */
async function examine(context: VerbContext, options: CommonOptions): Promise<DoctorView> {
  const workspace = workspaceOf(options);
  const seen = examineFolder(workspace);
  if (seen.ok || seen.integrity !== 'ok' || isLocked(workspace)) {
    return examineDatasets({ ...context.hostOptions, workspace }, seen);
  }
  const opened = await withHost(context, options, ({ client }) => client.system.doctor());
  const tidied = seen.problems.filter((problem) => !opened.problems.includes(problem));
  return tidied.length === 0 ? opened : { ...opened, tidied };
}

const isDamage = (error: unknown): boolean => error instanceof WorkbenchError && error.code === 'workspace.corrupt';

async function repair(context: VerbContext, options: CommonOptions): Promise<void> {
  assertFree(options);
  const first = await repairOnce(context, options).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    wishFor(workspaceOf(options), { salvage: true });
    return undefined;
  });
  const end = first ?? (await repairOnce(context, options));
  if (end === undefined)
    throw new WorkbenchError('internal', 'The database was saved and is damaged still: please report it.');
  const { backup, done, problems } = end;
  const ok = problems.length === 0;
  const mended = done.length === 0 ? ['There was nothing to repair.'] : done;
  const left = problems.map((problem) => `Cannot be mended: ${problem}`);
  printResult(options, { ok, backup, done, problems }, [...mended, ...left, `Before: backups/${backup}`]);
  context.end(ok ? 0 : 1);
}

/** What is written down here would be granted by whoever opens the workspace next. */
function assertFree(options: CommonOptions): void {
  const workspace = workspaceOf(options);
  if (!isLocked(workspace)) return;
  const message = `The workspace "${workspace}" is in use: close the workbench first, or do it in its settings.`;
  throw new WorkbenchError('workspace.busy', message, { file: workspace });
}

/** Undefined where the next opening saves what can be read. */
async function repairOnce(context: VerbContext, options: CommonOptions) {
  return withHost(context, options, async ({ client, recovery }) => {
    const { restart, backup, done, problems } = await client.doctor.repair();
    if (restart) return undefined;
    return { backup: recovery?.kept ?? backup, done: [...sentencesOf(recovery), ...done], problems };
  });
}

function sentencesOf(recovery: RecoveryReport | undefined): readonly string[] {
  if (recovery === undefined) return [];
  const { what, from, rows = 0, unreadable = 0, done } = recovery;
  if (what === 'restored') return [`"${from}" was put back.`, ...done];
  const lost = unreadable === 0 ? 'nothing was unreadable' : `${unreadable} places could not be read`;
  return [`The database was damaged: ${rows} rows were saved, ${lost}.`, ...done];
}

/** What no rule ever removes, and nobody would look for. */
async function keptForEver(options: CommonOptions): Promise<readonly string[]> {
  const kept = (await keptBackups(workspaceOf(options))).filter(({ restorable }) => !restorable);
  const oldest = kept.at(-1);
  if (oldest === undefined) return [];
  const bytes = kept.reduce((sum, backup) => sum + backup.bytes, 0).toLocaleString('en');
  const what = `Kept until you remove them: ${kept.length} damaged databases or weights put aside, ${bytes} bytes`;
  return [`${what}, the oldest of ${oldest.at.slice(0, 10)}. --backups lists them, --remove removes one.`];
}

const NOTES: Readonly<Partial<Record<BackupView['kind'], string>>> = {
  damaged: ' (damaged: kept, cannot be put back)',
  checkpoints: ' (weights that no record named: fetched when a copy that names them is put back)',
};

async function listBackups(options: CommonOptions): Promise<void> {
  const backups = await keptBackups(workspaceOf(options));
  const lines = backups.map(({ name, bytes, kind, at }) => {
    return `${name}  ${at.slice(0, 10)}  ${bytes.toLocaleString('en')} bytes${NOTES[kind] ?? ''}`;
  });
  printResult(options, { backups }, lines.length === 0 ? ['There are no backups yet.'] : lines);
}

async function backUp(context: VerbContext, options: CommonOptions): Promise<void> {
  const made = await withHost(context, options, ({ client }) => client.backups.make());
  printResult(options, { backup: made }, [`${made.name}  ${made.bytes.toLocaleString('en')} bytes`]);
}

/** Beside a program that has the workspace, too: nothing of it is open. */
async function remove(options: CommonOptions, name: string): Promise<void> {
  const { bytes } = await removeKept(workspaceOf(options), name);
  const line = `"${name}" is removed: ${bytes.toLocaleString('en')} bytes are free.`;
  printResult(options, { removed: name, bytes }, [line]);
}

async function restore(context: VerbContext, options: CommonOptions, name: string): Promise<void> {
  assertFree(options);
  wishFor(workspaceOf(options), { restore: name });
  const recovery = await withHost(context, options, (host) => Promise.resolve(host.recovery));
  const [kept, done] = [recovery?.kept ?? '', sentencesOf(recovery)];
  const lines = [...done, ...(kept === '' ? [] : [`Before: backups/${kept}`])];
  printResult(options, { restored: name, kept, done }, lines);
}
