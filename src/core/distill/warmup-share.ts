/** Share of the teacher's part at a share of the training: a line up to 1. */
export function warmupShare(progress: number, warmup: number): number {
  return warmup === 0 ? 1 : Math.min(1, progress / warmup);
}
