import { loadBackend } from '../../backend/load-backend.ts';
import { measureGflops } from '../../backend/measure.ts';
import { measureTraining } from '../../training/measure-training.ts';
import type { Run } from '../run.ts';

export const runBackend: Run<'backend'> = async () => {
  return { ...(await loadBackend()), gflops: measureGflops(), training: await measureTraining() };
};
