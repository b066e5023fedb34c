/** What a verb of the program is, and what it gets. */
import type { Command } from 'commander';
import type { HostOptions } from '../host/for-shells.ts';

/** What a verb gets. */
export interface VerbContext {
  /** The verb's exit code; 0 when it says none. */
  readonly end: (exitCode: number) => void;
  /** Beside the workspace: the resources and, in tests, a trainer of their own. */
  readonly hostOptions: Omit<HostOptions, 'workspace'>;
}

/** Adds a verb to the program. */
export type Verb = (program: Command, context: VerbContext) => void;
