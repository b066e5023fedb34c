/** What it takes to make a data set of somebody's files. */
import { handedId } from './file.ts';
import { folderName } from './library.ts';
import { readOnly, z } from '../../core/records/zod.ts';

const share = z.number().gt(0).lt(1);

const column = z.string().trim().min(1).max(200).optional();
/** With commas between them, so that a field of a form may have them. */
const columns = z.string().trim().min(1).max(2000).optional();
const steps = z.int().min(2).max(256).default(32).describe('Answers in a window');

/** A table with a row an answer. */
const sequence = z
  .strictObject({
    pupil: column.describe('Column of the pupil; user_id, student_id and their kin'),
    correct: column.describe('Column of 0 and 1; correct'),
    skill: column.describe('Column of the skill; skill_id, skill_name'),
    problem: column.describe('Column of the problem; problem_id where there is one'),
    order: column.describe('Column by which answers follow each other; order_id, timestamp'),
    known: columns.describe('Further columns that are known before an answer; commas between them'),
    modalities: columns.describe('Further columns that are known with an answer, as its time; commas between them'),
    steps,
  })
  .optional();

const options = {
  name: folderName.optional().describe("What a search calls it; the folder's name when absent"),
  title: z.string().trim().min(1).max(120).optional().describe('Its title, for people'),
  licence: z.string().trim().min(1).max(2000).optional().describe('Its licence, as text'),
  kind: z
    .enum(['idx', 'cifar10', 'cifar100', 'folder', 'csv', 'sound', 'sequence'])
    .optional()
    .describe('What the files are; told by their names'),
  size: z.int().min(8).max(224).optional().describe('Side of the images; their own, or 32 for a folder of images'),
  csv: z
    .string()
    .trim()
    .min(1)
    .max(4096)
    .optional()
    .describe('CSV file in the folder, of file, label, split and group, or of answers'),
  sequence: sequence.describe("Pupils' answers: what the columns of the table are"),
  skipBroken: z.boolean().default(false).describe('Leave broken files out'),
  fit: z.enum(['letterbox', 'crop', 'stretch']).default('letterbox').describe('How an image is made square'),
  gray: z.boolean().default(false).describe('One channel, whatever the images have'),
  coarse: z.boolean().default(false).describe('The 20 coarse classes of CIFAR-100, not its 100 fine ones'),
  bands: z.int().min(8).max(128).optional().describe('Sound: bands of the spectrogram; 40'),
  seconds: z.number().min(0.1).max(20).optional().describe('Sound: length of an example; the longest, up to 3 s'),
  rate: z.int().min(2000).max(48_000).optional().describe("Sound: samples a second; the set's lowest, up to 16000"),
  hop: z.number().min(5).max(50).optional().describe('Sound: milliseconds between two frames; 10'),
  long: z.enum(['cut', 'windows']).default('cut').describe('Sound: what becomes of a longer recording'),
  recordings: z.boolean().default(true).describe('Sound: keep it beside the spectrograms, to be played'),
  group: z.string().trim().min(1).max(200).optional().describe("Pattern that finds a file's group in its name"),
  val: share.default(0.1).describe('Share of the training examples that is cut for validation'),
  test: share.default(0.1).describe('Share of the training examples that is cut for the test'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Seed of the cut'),
};

const leavesSome = ({ val, test }: { readonly val: number; readonly test: number }): boolean => val + test < 1;
const LEAVES_NOTHING = { path: ['test'], message: 'with validation it leaves nothing to train on' };

/** What a person may say of it, wherever the files are. */
export const importOptionsSchema = z.strictObject(options).refine(leavesSome, LEAVES_NOTHING);

/** Of files on this machine; the command line alone says where. */
export const importOrderSchema = z
  .strictObject({ path: z.string().trim().min(1).max(4096), ...options })
  .refine(leavesSome, LEAVES_NOTHING);

/** Of files that a window has handed over (`files.put`); `folder`: what they lay in, by its name
 * alone. */
export const importInputSchema = z
  .strictObject({ files: handedId, folder: z.string().trim().min(1).max(255), ...options })
  .refine(leavesSome, LEAVES_NOTHING);

/** Some classes of a data set that is here, and of each so many training images. */
export const subsetInputSchema = z.strictObject({
  from: z.string().trim().min(1).max(120).describe('The data set that it is cut from'),
  classes: readOnly(z.array(z.string().trim().min(1).max(10_000)).min(1).max(256)).describe(
    'Classes to keep: a name, a number from 0 on, or a range such as 7-9',
  ),
  perClass: z.int().min(1).optional().describe('Training examples of each class; all when absent'),
  seed: options.seed.describe('Seed of the draw'),
  name: folderName.describe('What a search calls it'),
  title: options.title,
});

/** Pupils of whom all is known: a data set to try things on. */
export const simulateInputSchema = z.strictObject({
  name: folderName.describe('What a search calls it'),
  title: options.title,
  pupils: z.int().min(10).max(20_000).default(400),
  skills: z.int().min(1).max(200).default(10),
  answers: z.int().min(2).max(500).default(50).describe('Answers of each pupil'),
  steps,
  seed: options.seed.describe('Seed of skills, pupils and splits'),
});

export type SimulateOrder = z.input<typeof simulateInputSchema>;
export type ParsedSimulateInput = z.output<typeof simulateInputSchema>;
export type SubsetOrder = z.input<typeof subsetInputSchema>;
export type ParsedSubsetInput = z.output<typeof subsetInputSchema>;
export type ImportOrder = z.input<typeof importOrderSchema>;
export type ImportOptions = z.output<typeof importOptionsSchema>;
export type ParsedImportOrder = z.output<typeof importOrderSchema>;
export type ParsedImportInput = z.output<typeof importInputSchema>;
