/** Trains what the plan wants and the rows lack, and writes a row each. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import type { LoadedBackend } from '../../src/compute/backend/load-backend.ts';
import { pixelsIn } from '../../src/compute/data/dataset.ts';
import type { Dataset } from '../../src/compute/data/dataset.ts';
import type { SplitName } from '../../src/core/records/sources.ts';
import { withGraph } from '../../src/core/teacher.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import type { Bench } from '../study/bench.ts';
import { appendRow } from '../study/record.ts';
import { recipeOf, TABLE_RECIPE } from './plan.ts';
import type { TableTraining } from './plan.ts';
import type { Curve, Header, Session, TrainingRow } from './rows.ts';
import { stableJson } from './stable-json.ts';
import type { TableStudent } from './students.ts';

const SPLITS: readonly SplitName[] = ['train', 'val', 'test'];

export function headerOf(dataset: Dataset, teacherDirectory: string, students: readonly TableStudent[]): Header {
  const card = withGraph(readTeacherCard(teacherDirectory), 'recorded tables');
  const data = createHash('sha256');
  for (const name of SPLITS) data.update(pixelsIn(dataset.split(name))).update(dataset.split(name).labels);
  return {
    id: 'header',
    format: 'fashion-kd-rows/1',
    recipe: TABLE_RECIPE,
    fingerprints: {
      data: data.digest('hex'),
      teacher: card.weights.sha256,
      builders: buildersFingerprint(students),
    },
    teacher: { name: card.name, testAccuracy: card.accuracy.test },
  };
}

/** Independent of the students' order. */
export function buildersFingerprint(students: readonly TableStudent[]): string {
  const graphs = students.map(({ id, graph }) => `${id} ${stableJson(graph)}`).sort();
  return createHash('sha256').update(graphs.join('\n')).digest('hex');
}

/** Writes this process' line. `now`: ISO 8601. */
export function openSession(file: string, backend: LoadedBackend, now: string): Session {
  const session: Session = {
    id: `session/${now}/${process.pid}`,
    date: now,
    commit: commit(),
    backend: { name: backend.backend, ...backend.versions },
    device: backend.device,
    threads: backend.threads,
  };
  appendRow(file, session);
  return session;
}

/** A training that ran astray is a row too, with its reason: it would do so again. Other errors are
 * thrown. */
export async function trainRow(
  bench: Pick<Bench, 'train'>,
  training: TableTraining,
  teacherDirectory: string,
  session: string,
  stillAtIt: () => void,
): Promise<TrainingRow> {
  const { id, signal, seed, epochs, student } = training;
  const { family, config, set, params, macs, graph } = student;
  const points: EpochPoint[] = [];
  const row = { id, signal, seed, epochs, family, config, set, params, macs, session };
  try {
    const result = await bench.train({
      ...{ graph, recipe: recipeOf(training), seed, tested: true },
      ...(signal === 'kd' && { teacherDirectory }),
      onEpoch: (point) => {
        points.push(point);
        stillAtIt();
      },
    });
    return { ...row, ...result, curve: curveOf(points) };
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'trainer.failed') throw error;
    return { ...row, failed: error.message };
  }
}

function curveOf(points: readonly EpochPoint[]): Curve {
  const rounded = (value: number): number => Number(value.toFixed(5));
  return {
    trainLoss: points.map(({ trainLoss }) => rounded(trainLoss)),
    validationLoss: points.map(({ validationLoss }) => rounded(validationLoss)),
    validationAccuracy: points.map(({ validationAccuracy }) => rounded(validationAccuracy)),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
