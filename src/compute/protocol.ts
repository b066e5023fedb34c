/**
 * The treaty between the host and a trainer process: plain messages over Node's child-process
 * channel (serialization 'advanced', so NaN, infinities and typed arrays survive). Every message of
 * a job carries the job's id and the session's fencing token; a trainer writes only below
 * `tempDir`, and only main moves a finished file into place.
 */
import type { ArchitectureGraph } from '../core/arch/graph.ts';
import type { LatencyBatch, LatencyEngine, LatencyMeasurement } from '../core/latency.ts';
import type { LayerStatistics } from '../core/layer-statistics.ts';
import type { Recipe } from '../core/recipe.ts';
import type { CheckpointPolicy } from '../core/run.ts';
import type { DatasetSources, Recorded, TeacherSources } from '../core/sources.ts';
import type { EpochPoint } from '../core/trial.ts';

/** A data set folder as `resources/datasets/<name>`: `dataset.json` and gzipped IDX files. */
export interface DatasetRef {
  readonly directory: string;
  /** Use so many of the training images (the first ones of the split; all when absent). */
  readonly trainImages?: number;
  /** What has to be there, where that is known: the trainer hashes what it reads, and refuses
   * anything else. */
  readonly known?: Recorded<DatasetSources>;
}

/** A teacher folder: `teacher.json` (card with graph, recipe, accuracies) and
 * `weights.safetensors`. */
export interface TeacherRef {
  readonly directory: string;
  readonly known?: Recorded<TeacherSources>;
}

export interface TrainJob {
  readonly jobId: string;
  /** Fencing token of the session: a trainer of a dead session can do no harm. */
  readonly fence: string;
  readonly graph: ArchitectureGraph;
  readonly dataset: DatasetRef;
  /** Absent: trained without a teacher. */
  readonly teacher?: TeacherRef;
  /** Folder for cached teacher logits, shared by sessions: written by temp and rename, keyed by
   * fingerprint. */
  readonly cacheDir: string;
  readonly recipe: Recipe;
  /** It rests after so many epochs, of a schedule that may be longer; absent: it is trained to its
   * end. */
  readonly until?: number;
  readonly checkpoints: CheckpointPolicy;
  readonly seed: number;
  /** The session's own folder. Checkpoints are written here as `<jobId>-<epoch>.safetensors`. */
  readonly tempDir: string;
  /** An epoch checkpoint (weights, optimiser state, epoch) of an earlier attempt to go on from. */
  readonly resumeFrom?: string;
}

/** Accuracy of a finished checkpoint on a split; used for the reported students' one test. */
export interface EvaluateJob {
  readonly jobId: string;
  readonly fence: string;
  readonly graph: ArchitectureGraph;
  readonly dataset: DatasetRef;
  readonly checkpoint: string;
  /** Of the checkpoint's file: another one is refused. */
  readonly sha256: string;
  readonly split: 'validation' | 'test';
}

/** SGD with Nesterov's momentum, flips and shifts; no label smoothing, which spoils soft targets
 * (Mueller et al. 2019). */
export const TEACHER_RECIPE: Recipe = {
  epochs: 16,
  batchSize: 128,
  optimizer: 'sgd',
  learningRate: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  milestones: [0.5, 0.75],
  decayFactor: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  clipNorm: 0,
  emaDecay: 0,
  labelSmoothing: 0,
  augmentation: { flip: true, shift: 2, cutout: 0, mixup: 0 },
  distillation: { loss: 'none', temperature: 1, weight: 0 },
};

/** A new teacher, trained on the data set's own training images by labels alone. */
export interface TeacherJob {
  readonly jobId: string;
  readonly fence: string;
  readonly dataset: DatasetRef;
  /** Of its folder and card. */
  readonly name: string;
  readonly title: string;
  /** Absent: the recipe of the bundled teacher. */
  readonly recipe?: Recipe;
  readonly seed: number;
  /** Today, ISO 8601, for the card. */
  readonly date: string;
  /** Epoch checkpoints are kept here, and training goes on from the newest; the finished folder is
   * `<jobId>-teacher`. */
  readonly tempDir: string;
}

/** How somebody's files become a data set. */
export interface ImportOptions {
  /** Absent: told by the files. */
  readonly kind?: ImportKind;
  /** Side of the images; absent: their own, or 32 for a folder of images. */
  readonly side?: number;
  /** How an image of other proportions is made square: black bars, cut edges, or stretched. */
  readonly fit: 'letterbox' | 'crop' | 'stretch';
  /** One channel, whatever the images have. */
  readonly gray: boolean;
  /** CIFAR-100: its 20 coarse classes instead of the 100 fine ones. */
  readonly coarse: boolean;
  /** Shares of the training images that are cut from them where the source has no such split. */
  readonly shares: { readonly val: number; readonly test: number };
  readonly seed: number;
}

export type ImportKind = 'idx' | 'cifar10' | 'cifar100' | 'folder';

/** A data set made from somebody's files; it needs no tensors, and a process of its own does it. */
export interface ImportJob {
  readonly jobId: string;
  readonly fence: string;
  /** The folder to import, absolute. */
  readonly path: string;
  /** Where it came from, for the card. */
  readonly source: string;
  /** Of its folder and card. */
  readonly name: string;
  readonly title: string;
  readonly licence?: string;
  readonly options: ImportOptions;
  /** Today, ISO 8601, for the card. */
  readonly date: string;
  /** The finished folder is `<jobId>-dataset` here. */
  readonly tempDir: string;
}

/** Where a trained network lies. */
export type NetworkSource =
  | {
      readonly kind: 'student';
      readonly graph: ArchitectureGraph;
      /** The checkpoint and its hash. */
      readonly checkpoint: string;
      readonly sha256: string;
    }
  | ({ readonly kind: 'teacher' } & TeacherRef);

/** What the weights of each layer are like, and its outputs on some validation images. */
export interface InspectJob {
  readonly jobId: string;
  readonly fence: string;
  readonly source: NetworkSource;
  readonly dataset: DatasetRef;
}

export type ExportFormat = 'onnx' | 'json';
export type ExportPrecision = 'fp32' | 'fp16';

/** A network as a file for others, tried on validation images before it is written. */
export interface ExportJob {
  readonly jobId: string;
  readonly fence: string;
  readonly source: NetworkSource;
  readonly dataset: DatasetRef;
  readonly format: ExportFormat;
  readonly precision: ExportPrecision;
  /** What the file says about itself, beside what its network says. */
  readonly card: {
    readonly title: string;
    readonly producerVersion: string;
    readonly properties: Readonly<Record<string, string>>;
  };
  /** The finished file is `<jobId>.<format>` here. */
  readonly tempDir: string;
}

export interface BackendJob {
  readonly jobId: string;
  readonly fence: string;
}

/** Times forward passes of an architecture; the trainer should have one thread, and the machine to
 * itself. */
export interface LatencyJob {
  readonly jobId: string;
  readonly fence: string;
  readonly graph: ArchitectureGraph;
  readonly engines: readonly LatencyEngine[];
  readonly batches: readonly LatencyBatch[];
}

export type TrainerCommand =
  | { readonly type: 'train'; readonly job: TrainJob }
  | { readonly type: 'evaluate'; readonly job: EvaluateJob }
  /** Predictions of a teacher on the validation split. */
  | {
      readonly type: 'teacher';
      readonly job: Omit<EvaluateJob, 'graph' | 'checkpoint' | 'sha256' | 'split'> & { readonly teacher: TeacherRef };
    }
  | { readonly type: 'trainTeacher'; readonly job: TeacherJob }
  | { readonly type: 'export'; readonly job: ExportJob }
  | { readonly type: 'inspect'; readonly job: InspectJob }
  | { readonly type: 'backend'; readonly job: BackendJob }
  | { readonly type: 'importDataset'; readonly job: ImportJob }
  | { readonly type: 'latency'; readonly job: LatencyJob }
  /** Between two steps: hold (`pause`), go on, or write a checkpoint and give the job up
   * (`stop`). */
  | { readonly type: 'pause'; readonly jobId: string }
  | { readonly type: 'resume'; readonly jobId: string }
  | { readonly type: 'stop'; readonly jobId: string }
  | { readonly type: 'shutdown' };

export interface BackendInfo {
  readonly backend: 'tensorflow' | 'wasm';
  /** `cpu`, `gpu`, and what it is called. */
  readonly device: string;
  readonly version: string;
  /** Of everything that computes, by name: `{ TensorFlow: '2.21.0', oneDNN: '3.7.3', tfjs:
   * '4.22.0', Node: '24.21.0' }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Why this backend and not a faster one. */
  readonly note: string | undefined;
  /** Where TensorFlow's library lies, and what the folder takes on disk. */
  readonly runtime: { readonly folder: string; readonly bytes: number } | undefined;
  /** Our own kernels, where they are used: what they were compiled for, and floats that it takes at
   * a time. */
  readonly kernels: { readonly instructions: string; readonly lanes: number } | undefined;
  /** Measured billions of floating-point operations a second (a multiply-add counts 2). */
  readonly gflops: Readonly<Record<string, number>>;
  /** Images a second of a training step of a reference student: with our kernels, where there are
   * any, and without. */
  readonly training: { readonly student: string; readonly kernels: number | undefined; readonly plain: number };
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Softmax outputs on a split, in the split's order. */
export interface Predictions {
  readonly count: number;
  readonly classes: number;
  /** `[count][classes]`, row-major. */
  readonly probabilities: Float32Array;
}

export interface TrainResult {
  readonly accuracy: number;
  readonly loss: number;
  readonly seconds: number;
  /** Trainable weights counted from the tensors: must equal the graph's. */
  readonly params: number;
  /** Weights after the last epoch, which the figures are of. */
  readonly checkpoint: WrittenFile;
  /** Epochs done. */
  readonly epochs: number;
  /** Weights after the best epoch, where they are to be kept and it is not the last. */
  readonly best?: { readonly epoch: number; readonly checkpoint: WrittenFile };
  readonly predictions: Predictions;
}

export type TrainerEvent =
  | { readonly type: 'ready'; readonly pid: number; readonly backend?: BackendInfo['backend'] }
  /** `stage`: words for the person ("computing the teacher's soft targets"); `done` and `total` in
   * the stage's own unit. */
  | {
      readonly type: 'progress';
      readonly jobId: string;
      readonly fence: string;
      readonly stage: string;
      readonly done: number;
      readonly total: number;
    }
  /** It is at work, and has nothing to tell: sent between two steps where nothing else was for some
   * seconds. */
  | { readonly type: 'alive'; readonly jobId: string; readonly fence: string }
  /** Something that a person should know of how the job went on, in words: it is kept in the
   * log. */
  | { readonly type: 'note'; readonly jobId: string; readonly fence: string; readonly words: string }
  /** `checkpoint`: where training can go on from, written before this is sent. */
  | {
      readonly type: 'epoch';
      readonly jobId: string;
      readonly fence: string;
      readonly point: EpochPoint;
      readonly checkpoint: WrittenFile;
    }
  | { readonly type: 'trained'; readonly jobId: string; readonly fence: string; readonly result: TrainResult }
  /** The epoch that it was to rest after is done, and was reported; figures are those of the
   * validation split. */
  | {
      readonly type: 'rested';
      readonly jobId: string;
      readonly fence: string;
      readonly epoch: number;
      readonly accuracy: number;
      readonly loss: number;
    }
  | {
      readonly type: 'evaluated';
      readonly jobId: string;
      readonly fence: string;
      readonly accuracy: number;
      readonly loss: number;
      readonly predictions: Predictions;
    }
  /** A finished teacher folder below `tempDir`, ready to be moved into place. */
  | {
      readonly type: 'teacherTrained';
      readonly jobId: string;
      readonly fence: string;
      readonly directory: string;
      readonly accuracy: { readonly validation: number; readonly test: number };
    }
  /** The largest difference of a logit from our own pass in single precision, and what was
   * allowed. */
  | {
      readonly type: 'exported';
      readonly jobId: string;
      readonly fence: string;
      readonly file: WrittenFile;
      readonly maxAbsDiff: number;
      readonly bound: number;
      readonly images: number;
    }
  | {
      readonly type: 'inspected';
      readonly jobId: string;
      readonly fence: string;
      readonly layers: readonly LayerStatistics[];
      readonly images: number;
    }
  | { readonly type: 'backend'; readonly jobId: string; readonly fence: string; readonly info: BackendInfo }
  /** A finished data set folder below `tempDir`, ready to be moved into place. */
  | { readonly type: 'datasetImported'; readonly jobId: string; readonly fence: string; readonly directory: string }
  | {
      readonly type: 'timed';
      readonly jobId: string;
      readonly fence: string;
      readonly measurements: readonly LatencyMeasurement[];
    }
  /** Answers `pause`: nothing is computed from now on, until `resume` or `stop`. */
  | { readonly type: 'held'; readonly jobId: string; readonly fence: string }
  | {
      readonly type: 'stopped';
      readonly jobId: string;
      readonly fence: string;
      readonly checkpoint: WrittenFile | undefined;
    }
  | {
      readonly type: 'failed';
      readonly jobId: string;
      readonly fence: string;
      readonly code: string;
      readonly message: string;
    };
