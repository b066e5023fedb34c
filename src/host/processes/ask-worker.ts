/**
 * Process for what would keep the host from answering: it owns a strategy's state (which is only
 * the folded log), counts spaces, and examines a workspace. It is killed when it is needed no more,
 * and ends by itself with its host.
 */
import { basename } from 'node:path';
import { studentSpace } from '../../core/arch/families/registry.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { enumerateFamily } from '../../core/space/lattice.ts';
import type { KnownCosts } from '../../core/space/space.ts';
import { explainRun } from '../../core/strategies/explain.ts';
import { openStrategy } from '../../core/strategies/registry.ts';
import type { OpenStrategy } from '../../core/strategies/registry.ts';
import type { AskAnswer, AskRequest, FamilySurvey, Numbered, SpaceDescriptor } from './ask-protocol.ts';
import { strategyInputOf } from '../runs/context.ts';

let strategy: OpenStrategy | undefined;
let heard: RunEvent[] = [];

async function answer(request: AskRequest): Promise<AskAnswer> {
  switch (request.type) {
    case 'hear':
      heard.push(...request.events);
      return { type: 'done' };
    case 'open':
      strategy = openStrategy(request.problem.strategy.id, strategyInputOf(request.problem));
      for (const event of heard) strategy.fold(event);
      heard = [];
      return { type: 'done' };
    case 'fold':
      opened().fold(request.event);
      return { type: 'done' };
    case 'ask':
      return { type: 'asked', event: opened().ask(request.count) };
    case 'explain': {
      const { problem } = request;
      return { type: 'explained', explanation: explainRun(problem.strategy.id, strategyInputOf(problem), heard) };
    }
    case 'survey':
      return { type: 'surveyed', families: await survey(request.space) };
    case 'examine':
      return examine(request);
    case 'findWaste':
      return findWaste(request);
    case 'compact':
      (await import('../../store/database.ts')).compactDatabase(request.database);
      return { type: 'done' };
    case 'backUp':
      return backUp(request);
    case 'diagnose':
      return diagnose(request);
  }
}

/** Loads the store when it is first asked for: strategies have no use for a database. */
async function examine(request: Extract<AskRequest, { type: 'examine' }>): Promise<AskAnswer> {
  const [doctor, { openReadable }] = await Promise.all([
    import('../../store/upkeep/doctor.ts'),
    import('../../store/workspace.ts'),
  ]);
  const { store, files, close } = openReadable(request.workspace);
  try {
    return { type: 'examined', report: doctor.examine(store, files, request.session) };
  } finally {
    close();
  }
}

async function backUp(order: Extract<AskRequest, { type: 'backUp' }>): Promise<AskAnswer> {
  const [backup, { openDatabaseReadonly }] = await Promise.all([
    import('../../store/upkeep/backup.ts'),
    import('../../store/database.ts'),
  ]);
  const db = openDatabaseReadonly(order.database);
  try {
    return { type: 'backedUp', name: basename(backup.backUp(db, order)) };
  } finally {
    db.close();
  }
}

async function diagnose({ workspace }: Extract<AskRequest, { type: 'diagnose' }>): Promise<AskAnswer> {
  const [doctor, { openReadable }] = await Promise.all([
    import('../../store/upkeep/doctor.ts'),
    import('../../store/workspace.ts'),
  ]);
  const { store, files, close } = openReadable(workspace);
  try {
    const damage = store.check();
    const problems = damage.length > 0 ? [] : doctor.findProblems(store, files, 'ours');
    return { type: 'diagnosed', damage, problems };
  } finally {
    close();
  }
}

async function findWaste({ workspace, fence }: Extract<AskRequest, { type: 'findWaste' }>): Promise<AskAnswer> {
  const [waste, { openReadable }] = await Promise.all([
    import('../../store/upkeep/waste.ts'),
    import('../../store/workspace.ts'),
  ]);
  const { store, files, close } = openReadable(workspace);
  try {
    return { type: 'wasteFound', waste: waste.findWaste(store, files, fence) };
  } finally {
    close();
  }
}

function opened(): OpenStrategy {
  if (strategy === undefined) throw new WorkbenchError('internal', 'The ask worker was used before it was opened.');
  return strategy;
}

/** Students between two yields to events: a survey takes seconds, and hears of its host's end in
 * one. */
const BEFORE_YIELDING = 64;

async function survey({ families, inputShape, classes }: SpaceDescriptor): Promise<readonly FamilySurvey[]> {
  const surveys: FamilySurvey[] = [];
  for (const family of studentSpace(families, inputShape, classes).families) {
    const costs: KnownCosts[] = [];
    for (const config of enumerateFamily(family)) {
      costs.push(family.costs(config));
      if (costs.length % BEFORE_YIELDING === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    surveys.push({
      family: family.name,
      params: Float64Array.from(costs, (cost) => cost['params'] ?? NaN),
      macs: Float64Array.from(costs, (cost) => cost['macs'] ?? NaN),
    });
  }
  return surveys;
}

function refusal(error: unknown): AskAnswer {
  if (error instanceof WorkbenchError) {
    return { type: 'refused', code: error.code, message: error.message, place: error.place };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'refused', code: 'internal', message, place: {} };
}

/** One after the other: answers come in the order of the requests. */
let last: Promise<void> = Promise.resolve();

process.on('message', (message) => {
  // Sound: the other end of this channel is our own host.
  const { number, body } = message as Numbered<AskRequest>;
  last = last.then(async () => {
    const result = await answer(body).catch(refusal);
    process.send?.({ number, body: result } satisfies Numbered<AskAnswer>);
  });
});
process.on('disconnect', () => process.exit(0));
