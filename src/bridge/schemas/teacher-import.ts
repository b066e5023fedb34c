/** What it takes to make a teacher of somebody's network: what is not said is guessed. */
import { saidOfTeacherSchema } from '../../core/records/teacher-card.ts';
import { z } from '../../core/records/zod.ts';
import { folderName } from './library.ts';

const { layout, scale, mean, deviation, order, output, gives, classes } = saidOfTeacherSchema.shape;

const options = {
  name: folderName.describe('What a search calls it'),
  title: z.string().trim().min(1).max(120).optional().describe('Its title, for people'),
  dataset: z.string().trim().min(1).max(120).describe('Data set that it knows: its validation images judge guesses'),
  layout: layout.describe('Order of the axes of its input'),
  scale: scale.describe('What pixels are before mean and deviation'),
  mean: mean.describe('Taken off, in units of the scale'),
  deviation: deviation.describe('Divided by, in units of the scale'),
  order: order.describe('Order of three channels'),
  output: output.describe('Name of the output with its answers'),
  gives: gives.describe('What its answers are'),
  classes: classes.describe('Names of its outputs in their order, or the number of an output for each class'),
};

/** Of a file on this machine; the command line alone says where. */
export const teacherImportSchema = z.strictObject({ path: z.string().trim().min(1).max(4096), ...options });

export type TeacherImport = z.input<typeof teacherImportSchema>;
export type ParsedTeacherImport = z.output<typeof teacherImportSchema>;
