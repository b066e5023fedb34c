/** What it takes to make a teacher of somebody's network: what is not said is guessed. */
import { z } from '../../core/records/zod.ts';
import { folderName } from './library.ts';

const numbers = z.array(z.number()).min(1).max(16);
const moment = z.union([z.enum(['none', 'dataset', 'imagenet']), numbers]).optional();

const options = {
  name: folderName.describe('What a search calls it'),
  title: z.string().trim().min(1).max(120).optional().describe('Its title, for people'),
  dataset: z.string().trim().min(1).max(120).describe('Data set that it knows: its validation images judge guesses'),
  layout: z.enum(['nchw', 'nhwc']).optional().describe('Order of the axes of its input'),
  scale: z.enum(['0-1', '0-255', '-1-1']).optional().describe('What pixels are before mean and deviation'),
  mean: moment.describe('Taken off, in units of the scale'),
  deviation: moment.describe('Divided by, in units of the scale'),
  order: z.enum(['rgb', 'bgr']).optional().describe('Order of three channels'),
  output: z.string().min(1).max(1000).optional().describe('Name of the output with its answers'),
  gives: z.enum(['logits', 'probabilities']).optional().describe('What its answers are'),
  classes: z
    .array(z.string().min(1).max(1000))
    .max(10_000)
    .optional()
    .describe('Names of its outputs in their order, or the number of an output for each class'),
};

/** Of a file on this machine; the command line alone says where. */
export const teacherImportSchema = z.strictObject({ path: z.string().trim().min(1).max(4096), ...options });

export type TeacherImport = z.input<typeof teacherImportSchema>;
export type ParsedTeacherImport = z.output<typeof teacherImportSchema>;
