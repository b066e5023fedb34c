/** `teacher.json`, the card of a teacher's folder, as anybody may have written it: no wider than
 * what a window may be answered. A card is of a kind: a network of ours where it names none. */
import { fileName } from './dataset-card.ts';
import { inferShapes } from '../arch/cost.ts';
import { messageOf } from '../errors.ts';
import { graphSchema } from './graph.ts';
import { recordedDatasetSchema, recordedTeacherSchema } from './sources.ts';
import { count, hash, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const text = z.string().max(1000);
const size = z.int().min(1).max(4096);
/** One number for every channel, or a number a channel. */
const perChannel = z.union([z.number(), z.array(z.number()).max(16)]);

/** What passes can be drawn, counted and built: shapes fit from the input to the logits. */
const soundGraphSchema = graphSchema.superRefine((graph, context) => {
  try {
    inferShapes(graph);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
  }
});

/** Pixels become `(value / 255 - mean) / deviation`. */
const normalisationSchema = z.object({ mean: perChannel, deviation: perChannel });

/** What a card of any kind tells. */
const common = {
  name: text,
  title: text,
  /** ISO 8601 day. */
  date: text.optional(),
};

/** Of a network. */
const network = {
  /** Fractions of right answers on the data set's validation split and on its whole test split. */
  accuracy: z.object({ validation: z.number(), test: z.number() }),
  /** The file that its answers are made of. */
  weights: z.object({ file: fileName, bytes: z.int().optional(), sha256: text }),
};

const graphCardSchema = z.object({
  /** Cards of this kind name none: earlier versions know no other. */
  kind: z.literal('graph').optional(),
  ...common,
  ...network,
  graph: soundGraphSchema,
  /** Of another version, or of another program: what is told of it. */
  recipe: z.object({
    epochs: count,
    optimizer: text,
    learningRate: z.number().optional(),
    batchSize: count.optional(),
  }),
  seed: count,
  params: z.number().min(0),
  macs: z.number().min(0),
  dataset: z.object({
    id: text,
    title: text,
    trainImages: count,
    /** What it learned from; teachers of earlier versions, and the bundled one, do not know it. */
    sources: recordedDatasetSchema.optional().catch(undefined),
  }),
  /** What its pixels were normalised with: it must be shown no others. */
  normalisation: normalisationSchema,
  seconds: z.number().optional(),
  backend: text.optional(),
});

/** Of an ONNX file's input. Whole numbers are what bytes are, from 0 to 255. */
export const INPUT_TYPES = ['float32', 'float16', 'float64', 'uint8', 'int32', 'int64'] as const;

/** How an ONNX file is shown images, and how its answers are read. */
const readingSchema = z.object({
  input: text,
  output: text,
  layout: z.enum(['nchw', 'nhwc']),
  /** Of its input, where it leaves some out: an axis of length one, or all but images and one. */
  axes: z.union([z.literal(3), z.literal(2)]).optional(),
  /** Of its input: `[height, width]`, and channels. */
  size: z.tuple([size, size]),
  channels: z.int().min(1).max(16),
  /** Of three channels. */
  order: z.enum(['rgb', 'bgr']),
  type: z.enum(INPUT_TYPES),
  /** A number a channel of its input stands in the order red, green, blue. */
  normalisation: normalisationSchema,
  gives: z.enum(['logits', 'probabilities']),
  /** The place of each of the data set's classes among its outputs. */
  places: z.array(count).max(256),
  /** Images at a time; `isFixed`: no fewer, either. */
  batch: z.int().min(1).max(65_536),
  isFixed: z.boolean(),
});

/** Files of strangers may have any number of outputs. */
export const MOST_LAYERS = 64;
const width = z.int().min(1).max(65_536);
const ofMap = { output: text, height: size, width: size, channels: width };

/** An output of an ONNX file beside its answers, of each image. */
export const onnxLayerSchema = z.discriminatedUnion('form', [
  z.object({ form: z.literal('map'), order: z.enum(['nchw', 'nhwc']), ...ofMap }),
  /** Rows `[skipped + height * width][channels]`: of places, row by row, behind some that are
   * none. */
  z.object({ form: z.literal('tokens'), skipped: z.int().min(0).max(16), ...ofMap }),
  z.object({ form: z.literal('vector'), output: text, length: width }),
]);

const moment = z.union([z.enum(['none', 'dataset', 'imagenet']), readOnly(z.array(z.number()).min(1).max(16))]);

/** What a person says of how it reads images; what is absent is guessed. */
export const saidOfTeacherSchema = z
  .object({
    layout: readingSchema.shape.layout,
    /** What pixels are before mean and deviation. */
    scale: z.enum(['0-1', '0-255', '-1-1']),
    /** In units of the scale, a number for every channel or each. */
    mean: moment,
    deviation: moment,
    order: readingSchema.shape.order,
    /** Name of the output with its answers. */
    output: text.min(1),
    gives: readingSchema.shape.gives,
    /** Names of its classes in its order, or the place of each of the data set's classes in it. */
    classes: readOnly(z.array(text.min(1)).max(10_000)),
  })
  .partial();

/** Of that, what is said of pixels alone. Of steps a network is shown their bytes, as they are or
 * over 255. */
export const SAID_OF_PIXELS: readonly string[] = ['order', 'mean', 'deviation'];

/** One way to read it, and how many of so many validation images were right. */
const guessSchema = z.object({
  layout: text,
  order: text,
  scale: text,
  mean: text,
  deviation: text,
  classes: text,
  accuracy: z.number(),
  images: count,
});

const onnxCardSchema = z.object({
  kind: z.literal('onnx'),
  ...common,
  ...network,
  /** Of the data set's images, `[height, width, channels]`. */
  inputShape: z.tuple([size, size, size]),
  classes: z.int().min(2).max(256),
  /** Numbers that it keeps, as its file says. */
  params: z.number().min(0),
  dataset: z.object({ id: text, title: text }),
  reading: readingSchema,
  guesses: z.array(guessSchema).max(200),
  /** What students can be compared with beside its answers, in the order of the file. */
  layers: z.array(onnxLayerSchema).max(MOST_LAYERS).optional(),
  /** Files beside the model's that hold its weights. */
  data: z
    .array(z.object({ file: fileName, bytes: z.int(), sha256: hash }))
    .max(100)
    .optional(),
});

/** Of the splits that it has answers for. */
const judgedSchema = z.object({
  train: z.number().optional(),
  validation: z.number().optional(),
  test: z.number().optional(),
});

/** Answers that were written down elsewhere, a row an image. */
const logitsCardSchema = z.object({
  kind: z.literal('logits'),
  ...common,
  accuracy: judgedSchema,
  /** Rows `[count][classes]` of logits by the name of their split, in the order of the classes. */
  weights: z.object({ file: fileName, bytes: z.int(), sha256: hash }),
  inputShape: z.tuple([size, size, size]),
  classes: z.int().min(2).max(256),
  /** The rows mean these images, and no others. */
  dataset: z.object({ id: text, title: text, sources: recordedDatasetSchema }),
  /** What stood in the file. */
  gives: readingSchema.shape.gives,
  /** Rows of each split that it has answers for. */
  rows: z.object({ train: count, val: count.optional(), test: count.optional() }),
});

/** What the mean is taken of. */
export const meanOfTeachers = z.enum(['logits', 'probabilities']);
export const MOST_MEMBERS = 16;

/** The mean of what several others say, which stay where they are. */
const ensembleCardSchema = z.object({
  kind: z.literal('ensemble'),
  ...common,
  accuracy: judgedSchema,
  inputShape: z.tuple([size, size, size]),
  classes: z.int().min(2).max(256),
  dataset: z.object({ id: text, title: text }),
  mean: meanOfTeachers,
  /** Names of teachers, with what they were when it was made. */
  members: z
    .array(recordedTeacherSchema.extend({ name: fileName.max(120) }))
    .min(2)
    .max(MOST_MEMBERS),
  /** Of all members together; absent where one's are not known. */
  params: z.number().min(0).optional(),
  macs: z.number().min(0).optional(),
});

export const teacherCardSchema = z.discriminatedUnion('kind', [
  graphCardSchema,
  onnxCardSchema,
  logitsCardSchema,
  ensembleCardSchema,
]);

/** A network of ours, somebody's network, answers that were written down, or a mean of others. */
export const teacherKindSchema = z.enum(['graph', 'onnx', 'logits', 'ensemble']);

export type TeacherKind = z.output<typeof teacherKindSchema>;
export type TeacherCard = RecordOf<typeof teacherCardSchema>;
export type GraphCard = RecordOf<typeof graphCardSchema>;
export type OnnxCard = RecordOf<typeof onnxCardSchema>;
export type EnsembleCard = RecordOf<typeof ensembleCardSchema>;
export type LogitsCard = RecordOf<typeof logitsCardSchema>;
export type Judged = RecordOf<typeof judgedSchema>;
export type OnnxReading = OnnxCard['reading'];
export type SaidOfTeacher = RecordOf<typeof saidOfTeacherSchema>;
export type OnnxLayer = RecordOf<typeof onnxLayerSchema>;
export type OnnxGuess = OnnxCard['guesses'][number];
export type Normalisation = RecordOf<typeof normalisationSchema>;
