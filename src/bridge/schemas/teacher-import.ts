/** What it takes to make a teacher of somebody's network, of its answers in a file, or of several
 * others: what is not said is guessed. */
import { MOST_MEMBERS, meanOfTeachers, saidOfTeacherSchema } from '../../core/records/teacher-card.ts';
import { anyNumber, count, list, z } from '../../core/records/zod.ts';
import { handedId } from './file.ts';
import { folderName } from './library.ts';

const { layout, scale, mean, deviation, order, output, gives, classes } = saidOfTeacherSchema.shape;

const NAME = z.string().trim().min(1).max(120);

const named = {
  name: folderName.describe('What a search calls it'),
  title: NAME.optional().describe('Its title, for people'),
};
const dataset = NAME.describe('Data set that it knows: its validation examples judge guesses');
const said = {
  layout: layout.describe('Order of the axes of its input'),
  scale: scale.describe('What its numbers are before mean and deviation'),
  mean: mean.describe('Taken off, in units of the scale'),
  deviation: deviation.describe('Divided by, in units of the scale'),
  order: order.describe('Order of three channels'),
  output: output.describe('Name of the output with its answers'),
  gives: gives.describe('What its answers are'),
  classes: classes.describe('Names of its outputs in their order, or the number of an output for each class'),
};

/** Of a file on this machine; the command line alone says where. */
export const teacherImportSchema = z.strictObject({
  path: z.string().trim().min(1).max(4096),
  ...{ ...named, dataset, ...said },
});

/** Of files that a window has handed over (`files.put`); `file`: the network among them. */
export const teacherJudgeSchema = z.strictObject({
  ...{ files: handedId, file: z.string().min(1).max(255), dataset, ...said },
});

/** Of answers, as NumPy or safetensors write them; every other file is a network. */
export const isAnswersName = (name: string): boolean => /\.(?:npy|npz|safetensors)$/i.test(name);

/** One that was judged becomes a teacher. */
export const teacherKeepSchema = z.strictObject({ id: z.string().max(64), ...named });

export const MOMENT_WORDS = 'none, dataset, imagenet, or numbers such as 0.5,0.5,0.5';

/** Mean or deviation as people type it; absent where it is none. */
export function parseMoment(text: string): z.output<typeof mean> {
  if (text === 'none' || text === 'dataset' || text === 'imagenet') return text;
  const numbers = parseNames(text).map((part) => (part === '' ? NaN : Number(part)));
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

/** `a, b` */
export const parseNames = (text: string): string[] => text.split(',').map((name) => name.trim());

const typedMoment = z
  .string()
  .transform((text, context) => {
    const moment = parseMoment(text.trim());
    if (moment === undefined) context.addIssue({ code: 'custom', message: `Give ${MOMENT_WORDS}.` });
    return moment ?? z.NEVER;
  })
  .optional();

/** What a window's form asks for: every field as it is typed. */
export const teacherFormSchema = z.strictObject({
  ...{ ...named, dataset, layout: said.layout, order: said.order, scale: said.scale },
  mean: typedMoment.describe('Taken off, in units of the scale: none, dataset, imagenet or numbers'),
  deviation: typedMoment.describe('Divided by, in the same words'),
  ...{ gives: said.gives, output: said.output },
  classes: z
    .string()
    .max(100_000)
    .transform(parseNames)
    .optional()
    .describe('Names of its outputs in their order with commas between, or for each class the number of its output'),
});

/** What came of judging, before anything is kept. */
export const judgedTeacherSchema = z.strictObject({
  /** What its file takes and gives, each in words. */
  inputs: list(z.string()),
  outputs: list(z.string()),
  /** Absent where they are not known. */
  params: z.number().optional(),
  /** Fraction of right answers on all images of the split that `accuracyOf` names: validation,
   * where it has answers for that. Of a network as the first guess says. */
  accuracy: anyNumber,
  accuracyOf: z.enum(['validation', 'test', 'train']),
  gives: z.string(),
  /** Of a network; the best first, with how many of so many validation images were right. */
  guesses: list(
    z.strictObject({
      ...{ layout: z.string(), order: z.string(), scale: z.string(), mean: z.string(), deviation: z.string() },
      ...{ classes: z.string(), accuracy: anyNumber, images: count },
    }),
  ),
  /** What a person should know of it, in words. */
  notes: list(z.string()),
});

/** Several teachers of one data set as one. */
export const teacherEnsembleSchema = z.strictObject({
  members: list(NAME).describe('Names of teachers of the workspace or of the program'),
  mean: meanOfTeachers.default('logits').describe('What the mean is taken of'),
  ...{ ...named, dataset },
});

/** A finished student of a run. */
export const teacherStudentSchema = z.strictObject({
  student: z.string().min(1).max(64).describe('Id of the trial'),
  ...named,
});

/** The same before it has a name. */
export const teacherCombineSchema = teacherEnsembleSchema.omit({ name: true, title: true });

/** What a window's form asks for. */
export const combineFormSchema = z.strictObject({
  ...{ ...named, dataset: NAME.describe('That they all know') },
  members: z.array(NAME).min(2).max(MOST_MEMBERS).describe('Teachers whose mean is taken'),
  mean: meanOfTeachers.default('logits').describe('What the mean is taken of'),
});

export type ParsedTeacherCombine = z.output<typeof teacherCombineSchema>;
export type ParsedTeacherEnsemble = z.output<typeof teacherEnsembleSchema>;
export type ParsedTeacherStudent = z.output<typeof teacherStudentSchema>;
export type TeacherImport = z.input<typeof teacherImportSchema>;
export type ParsedTeacherImport = z.output<typeof teacherImportSchema>;
export type ParsedTeacherJudge = z.output<typeof teacherJudgeSchema>;
export type ParsedTeacherKeep = z.output<typeof teacherKeepSchema>;
export type JudgedTeacherView = z.output<typeof judgedTeacherSchema>;
