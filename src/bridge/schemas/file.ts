/** Files and folders that a window hands over, in pieces: it names them by an id of its own, and
 * never says where they lie. */
import { bytes, z } from '../../core/records/zod.ts';

/** Bytes in one message: whole messages stay below what the shells accept. */
export const PIECE_BYTES = 1_500_000;
/** Files in one message. */
export const MOST_PIECES = 200;

/** Of what is handed over together. */
export const handedId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);

/** Below the folder that is handed over, with `/` between names; none of them leads out of it. */
const relativePath = z
  .string()
  .min(1)
  .max(1000)
  .refine((path) => path.split('/').every(isPlainName), 'expected names with / between them');

function isPlainName(name: string): boolean {
  const hasControls = [...name].some((letter) => letter < ' ');
  return name !== '' && name !== '.' && name !== '..' && name.length <= 255 && !name.includes('\\') && !hasControls;
}

export const handPiecesInput = z
  .strictObject({
    id: handedId,
    pieces: z
      .array(
        z.strictObject({
          path: relativePath,
          /** Where the piece begins in its file; 0 begins the file. */
          offset: z.int().min(0),
          data: bytes,
        }),
      )
      .min(1)
      .max(MOST_PIECES),
  })
  .refine(({ pieces }) => pieces.reduce((sum, { data }) => sum + data.length, 0) <= PIECE_BYTES, {
    path: ['pieces'],
    message: `expected at most ${PIECE_BYTES} bytes together`,
  });

export type HandedPiece = z.output<typeof handPiecesInput>['pieces'][number];
