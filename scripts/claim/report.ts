/** Every figure of `docs/claim.md` as Markdown, from a table and the games played on it. */
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import { costSection, equalCostSection } from './report-costs.ts';
import { predefinedSection } from './report-predefined.ts';
import { signalSection } from './report-signals.ts';
import { sharesSection, testsSection } from './report-strategies.ts';
import type { Missing } from './report-state.ts';
import { stateSection } from './report-state.ts';
import { createStudies, isPlayable } from './study.ts';
import type { FindGame, Studies, Study } from './study.ts';

export interface ClaimInput {
  readonly table: RecordedTable;
  /** Trainings that the table lacks, by stage. */
  readonly missing: Missing;
  /** Of the table's file. */
  readonly fingerprint: string;
  readonly find: FindGame;
}

/** What each section is made of. */
export interface Findings extends ClaimInput {
  readonly studies: Studies;
  /** The first direction, of which sections are that need no other. */
  readonly study: Study;
  /** Words behind a verdict while the table is a part. */
  readonly soFar: string;
}

export function findingsOf(input: ClaimInput): Findings {
  const studies = createStudies(input.table);
  const isWhole = Object.values(input.missing).every((count) => count === 0) && !studies.isProvisional;
  return { ...input, studies, study: studies.all[0], soFar: isWhole ? '' : ', so far' };
}

/** Of too few students there is nothing to say yet. */
export function claimFigures(findings: Findings): string {
  const { study } = findings;
  const sections = [stateSection(findings)];
  if (isPlayable(study.main.none)) {
    sections.push(sharesSection(findings), testsSection(findings), predefinedSection(findings));
    sections.push(signalSection(findings), costSection(findings), equalCostSection(findings));
  }
  return sections.join('\n\n');
}
