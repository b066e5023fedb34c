/** The treaty between host and renderer: every method with its input and output. Both shells serve
 * exactly this. */
import { eventIterator, oc } from '@orpc/contract';
import { runSchema } from '../core/records/run.ts';
import { latencySchema } from '../core/latency.ts';
import { trialSchema } from '../core/records/trial.ts';
import { bytes, list, z } from '../core/records/zod.ts';
import { executor } from './executor-contract.ts';
import * as maintenance from './maintenance-contract.ts';
import { queue } from './queue-contract.ts';
import { epochPointSchema } from '../core/records/epoch.ts';
import { handedId, handPiecesInput } from './schemas/file.ts';
import { importInputSchema, simulateInputSchema, subsetInputSchema } from './schemas/import.ts';
import { jobSchema } from './schemas/job.ts';
import * as g from './schemas/generator.ts';
import * as l from './schemas/library.ts';
import { logInput, storedLog } from './schemas/log.ts';
import * as f from './schemas/front.ts';
import * as r from './schemas/replay.ts';
import * as v from './schemas/review.ts';
import * as s from './schemas/records.ts';
import { setupSchema } from './schemas/setup.ts';
import * as t from './schemas/teacher-import.ts';
import * as y from './schemas/system.ts';
import * as u from './upkeep-contract.ts';

const renameInput = s.idInput.extend({ name: z.string().trim().min(1).max(120) });

export const contract = {
  system: {
    info: oc.output(y.systemSchema),
    /** Measures the device: takes a second or two, longer while a search runs. */
    backend: oc.output(y.backendSchema),
    doctor: oc.output(y.doctorSchema),
    /** What the workspace takes, by kind; the largest first. */
    sizes: oc.output(y.sizesSchema),
    /** What helps to find a fault, as text for people, without the home folder's name. */
    diagnostics: oc.output(z.string()),
    /** Ends the program: `pause` checkpoints the trials in flight first; `keep` closes the window
     * and searches on. */
    quit: oc.input(z.strictObject({ mode: z.enum(['pause', 'keep']) })).output(z.void()),
  },
  catalog: {
    datasets: oc.output(list(s.datasetSchema)),
    teachers: oc.output(list(s.teacherSchema)),
    families: oc.input(z.strictObject({ dataset: z.string().max(120) })).output(list(s.familySchema)),
    strategies: oc.output(list(s.strategySchema)),
  },
  /** Teachers and data sets as they are kept. */
  library: {
    /** Fingerprint, size and use of every one. */
    records: oc.output(l.librarySchema),
    /** How the teacher was trained. */
    teacher: oc.input(l.nameInput).output(l.teacherDetailSchema),
    balance: oc.input(l.nameInput).output(l.balanceSchema),
    samples: oc.input(l.samplesInput).output(l.samplesSchema),
    /** The sound of one example, where it was kept. */
    recording: oc.input(l.recordingInput).output(l.recordingSchema),
    /** Refused for a bundled one, and while anything uses it. */
    removeTeacher: oc.input(l.nameInput).output(z.void()),
    removeDataset: oc.input(l.nameInput).output(z.void()),
    /** Makes a data set of files that were handed over; `job.changed` tells how far it is. One that
     * is stopped leaves nothing. */
    importDataset: oc.input(importInputSchema).output(jobSchema),
    /** Makes a data set of some classes of another; followed and stopped alike. */
    cutDataset: oc.input(subsetInputSchema).output(jobSchema),
    simulateDataset: oc.input(simulateInputSchema).output(jobSchema),
    /** Trains one; the same order goes on where it was stopped. */
    trainTeacher: oc.input(l.teacherInputSchema).output(jobSchema),
    previewTeacher: oc.input(l.teacherInputSchema).output(l.teacherPreviewSchema),
    /** Trainings that were stopped and can go on. */
    unfinishedTeachers: oc.output(list(l.unfinishedTeacherSchema)),
    discardUnfinished: oc.input(l.unfinishedInput).output(z.void()),
  },
  /** Somebody's networks on their way to becoming teachers. */
  teachers: {
    /** Finds how it is shown images, and how often it is right then; `job.changed` tells how far it
     * is, and its `made` what to ask for. Nothing is kept yet. */
    judge: oc.input(t.teacherJudgeSchema).output(jobSchema),
    /** The same of the mean of several teachers. */
    combine: oc.input(t.teacherCombineSchema).output(jobSchema),
    /** What came of it. */
    judged: oc.input(s.idInput).output(t.judgedTeacherSchema),
    /** Makes a teacher of it, as it was judged. */
    keep: oc.input(t.teacherKeepSchema).output(z.void()),
    /** Forgets it. */
    forget: oc.input(s.idInput).output(z.void()),
  },
  /** Files and folders that a window hands over, for what takes an id of them. */
  files: {
    put: oc.input(handPiecesInput).output(z.void()),
    /** Forgets them; what is being read stays until it was. */
    drop: oc.input(z.strictObject({ id: handedId })).output(z.void()),
  },
  jobs: {
    /** Long work that is neither a search nor a replay. */
    list: oc.output(list(jobSchema)),
    /** Resolves when it is over. */
    stop: oc.input(s.idInput).output(z.void()),
    /** Takes one that has ended off the list. */
    dismiss: oc.input(s.idInput).output(z.void()),
  },
  runs: {
    ...u.runUpkeep,
    get: oc.input(s.idInput).output(s.runSummarySchema),
    /** In order of their numbers; all, or a page of them. */
    trials: oc
      .input(s.idInput.extend({ offset: z.int().min(0).default(0), limit: z.int().min(1).max(2500).optional() }))
      .output(s.storedTrials),
    /** What it is: all that its records know of how it was set up, and by what. */
    setup: oc.input(s.idInput).output(setupSchema),
    /** A page of what happened in it, in order. */
    log: oc.input(logInput).output(storedLog),
    /** What its trainings had cost by the time of each result. */
    costs: oc.input(s.idInput).output(s.costsSchema),
    /** Which family got what and why, what the regions did, how good the predictions were: of all
     * that was told so far. */
    explain: oc.input(s.idInput).output(s.explanationSchema),
    /** What its one-shot searches came to, epoch by epoch; none for a run without any. */
    searches: oc.input(s.idInput).output(s.searchAccounts),
    preview: oc.input(s.searchInputSchema).output(s.previewSchema),
    start: oc.input(s.searchInputSchema).output(s.runSummarySchema),
    /** Starts the bundled sample search. */
    startSample: oc.output(s.runSummarySchema),
    pause: oc.input(s.idInput).output(s.runSummarySchema),
    resume: oc.input(s.idInput).output(s.runSummarySchema),
    /** Ends the run with what it has. */
    stop: oc.input(s.idInput).output(s.runSummarySchema),
    rename: oc.input(renameInput).output(s.runSummarySchema),
    keep: oc.input(s.idInput).output(s.runSummarySchema),
  },
  queue,
  trials: {
    ...u.trialUpkeep,
    get: oc.input(s.idInput).output(
      z.strictObject({
        trial: trialSchema,
        run: runSchema,
        graph: s.graphSchema,
        epochs: list(epochPointSchema),
      }),
    ),
    epochs: oc
      .input(z.strictObject({ ids: z.array(z.string().max(64)).max(200) }))
      .output(list(z.strictObject({ trialId: z.string(), points: list(epochPointSchema) }))),
    /** All that was ever measured of the student, oldest first. */
    latencies: oc.input(s.idInput).output(list(latencySchema)),
    /** Times a finished student on every engine while a running search holds: some seconds. All
     * that was ever measured. */
    measureLatency: oc.input(s.idInput).output(list(latencySchema)),
    /** The student as a file, tried against the trained network; takes some seconds. */
    export: oc.input(s.exportInput).output(s.exportSchema),
  },
  fronts: {
    /** Runs by the data they were searched on, for fronts over many of them; most finished students
     * first. */
    groups: oc.output(list(f.frontGroupSchema)),
    /** The finished students of a group; of one teacher, where it is named. */
    points: oc.input(f.frontQuerySchema).output(f.frontPointsSchema),
  },
  review: {
    /** Weights of a student that are kept. */
    checkpoints: oc.input(s.idInput).output(list(v.checkpointSchema)),
    /** On the validation split; computed when first asked for, but for a student's last epoch.
     * `trial.missing` where none are kept. */
    predictions: oc.input(v.networkSchema).output(s.predictionsSchema),
    /** What the layers are like; computed when first asked for: some seconds. */
    layers: oc.input(v.networkSchema).output(v.layersSchema),
    /** Finished students of the same architecture in other runs of the data set. */
    twins: oc.input(s.idInput).output(list(v.twinSchema)),
    /** Validation images. */
    images: oc.input(v.imagesInput).output(v.imagesSchema),
  },
  replays: {
    /** Bundled tables. */
    tables: oc.output(list(r.tableSchema)),
    /** Checks somebody's table; an error names the file and the field at fault. */
    readTable: oc.input(z.strictObject({ table: r.tableSourceSchema })).output(r.tableSchema),
    /** Newest first. */
    list: oc.output(list(r.replaySummarySchema)),
    /** With the curves of every game played so far. */
    get: oc.input(s.idInput).output(r.replaySchema),
    /** Plays as soon as those before it have ended; `replay.changed` tells how far it is. */
    start: oc.input(r.replayInputSchema).output(r.replaySummarySchema),
    /** Ends it with the games it has. */
    stop: oc.input(s.idInput).output(r.replaySummarySchema),
    setName: oc.input(renameInput).output(r.replaySummarySchema),
    /** Stops it if need be and removes it. */
    discard: oc.input(s.idInput).output(z.void()),
  },
  /** Studies of generators that the workspace keeps. */
  studies: {
    list: oc.output(list(g.generatorStudySchema)),
    start: oc.input(g.namedStudyInput).output(jobSchema),
    /** From its last cell. */
    goOn: oc.input(l.nameInput).output(jobSchema),
    /** Samples of a finished generator, as a PNG. */
    sheet: oc.input(g.sheetInput).output(bytes),
    /** Refused while it is worked on. */
    remove: oc.input(l.nameInput).output(z.void()),
  },
  executor,
  views: u.views,
  space: u.space,
  archives: u.archives,
  doctor: maintenance.doctor,
  backups: maintenance.backups,
  events: {
    /** Changes as they happen, coalesced to ten a second for each run, trial, curve and replay. */
    watch: oc.output(eventIterator(s.hostEventSchema)),
  },
};

export type Contract = typeof contract;
