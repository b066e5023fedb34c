/** What shells and command line take of the host: the one file of this room that they import. */
export { createHost } from './create-host.ts';
export type { Host, HostClient, HostOptions } from './host.ts';
export { examineFolder } from '../store/upkeep/doctor.ts';
export { isLocked } from '../store/lock.ts';
export { assertOurs } from '../store/ownership.ts';
export { wishFor } from '../store/upkeep/recovery.ts';
export { backupsOf, keptBackups, removeKept } from './workspace/maintenance.ts';
export type { RecoveryReport } from './workspace/maintenance.ts';
export { readWorkspace } from './workspace/read-workspace.ts';
export { logEntries } from './runs/told/log-entries.ts';
export type { ReadableWorkspace } from '../store/workspace.ts';
export { defaultWorkspace } from './workspace/default-workspace.ts';
export { killChild } from './processes/own-process.ts';
export { userFolder } from './workspace/user-folders.ts';
export { frontOf } from '../core/front.ts';
export { takenText } from './archive/words.ts';
export type { ExportOrder } from './students/export.ts';
export type { JobProgress } from './jobs/job-list.ts';
export type { ImportedTeacher } from '../compute/tasks/import-teacher/task.ts';
export type { TeacherReport } from './library/teacher-training.ts';
export type { GeneratorReport, StudiedGenerators } from './studies/generators.ts';
export { studyPlace } from './studies/kept-studies.ts';
export { failureOf } from './terminal/failure.ts';
export { endWithLauncher } from './terminal/launcher-watch.ts';
export { followRun } from './terminal/follow-run.ts';
export type { RunEnd, RunNews } from './terminal/follow-run.ts';
export { createProgressPrinter } from './terminal/progress-printer.ts';
export type { ProgressPrinter } from './terminal/progress-printer.ts';
export { latencyText } from './terminal/latency-text.ts';
export { resultText, trialName, trialText } from './terminal/run-text.ts';
export { stageLeft } from './stage-left.ts';
export { countText, durationText, percentText, textTable } from './terminal/text-table.ts';
export { terminalText } from './terminal/terminal-text.ts';
export { searchesText } from './terminal/searches-text.ts';
export { answerText, whyText } from './terminal/why-text.ts';
export { openReplay, secondsLeft } from './replays/player.ts';
export type { GameTime, PlayedGame, ReplayPlayer } from './replays/player.ts';
export { checkStrategies } from './replays/table.ts';
export { tableText } from './terminal/replay-comparison-text.ts';
export { gameText } from './terminal/replay-text.ts';
export {
  checkDataset,
  checkSearch,
  examineDatasets,
  explainRecorded,
  searchesRecorded,
  exportToFile,
  installRayHere,
  listDatasets,
  listTeachers,
  measureBackend,
  packToFile,
  setupRecorded,
  testRay,
} from './without-session.ts';
