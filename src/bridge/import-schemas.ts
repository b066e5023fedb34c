/** What it takes to make a data set of somebody's files. */
import { z } from './zod.ts';
import { folderName } from './library-schemas.ts';

const share = z.number().gt(0).lt(1);

export const importInputSchema = z
  .strictObject({
    path: z.string().trim().min(1).max(4096).describe('Full path on this machine, or from ~ on'),
    name: folderName.optional().describe("What a search calls it; the folder's name when absent"),
    title: z.string().trim().min(1).max(120).optional().describe('Its title, for people'),
    licence: z.string().trim().min(1).max(2000).optional().describe('Its licence, as text'),
    kind: z
      .enum(['idx', 'cifar10', 'cifar100', 'folder'])
      .optional()
      .describe('What the files are; told by their names'),
    size: z.int().min(8).max(64).optional().describe('Side of the images; their own, or 32 for a folder of images'),
    fit: z.enum(['letterbox', 'crop', 'stretch']).default('letterbox').describe('How an image is made square'),
    gray: z.boolean().default(false).describe('One channel, whatever the images have'),
    coarse: z.boolean().default(false).describe('The 20 coarse classes of CIFAR-100, not its 100 fine ones'),
    val: share.default(0.1).describe('Share of the training images that is cut for validation'),
    test: share.default(0.1).describe('Share of the training images that is cut for the test'),
    seed: z.int().min(0).max(0xffffffff).default(1).describe('Seed of the cut'),
  })
  .refine(({ val, test }) => val + test < 1, {
    path: ['test'],
    message: 'with validation it leaves nothing to train on',
  });

export type ImportInput = z.input<typeof importInputSchema>;
export type ParsedImportInput = z.output<typeof importInputSchema>;
