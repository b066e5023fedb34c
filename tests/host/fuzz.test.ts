/**
 * Every method of the contract against inputs of a hostile page: what comes back is an answer or an
 * error of ours. `FUZZ` sets the inputs a method; the nightly size is 10,000.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/bridge/contract.ts';
import type { z } from '../../src/core/records/zod.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { Host, HostClient } from '../../src/host/for-shells.ts';
import type { Handlers } from '../../src/host/handler-types.ts';
import { createExits } from '../../src/host/router.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { FUZZ, fuzz } from '../support/fuzz.ts';
import { hostileInputs } from '../support/hostile-input.ts';

const TIMEOUT = 60_000 + 200 * FUZZ;

interface Method {
  readonly group: string;
  readonly name: string;
  readonly input: z.ZodType | undefined;
}

const METHODS: readonly Method[] = Object.entries(contract).flatMap(([group, methods]) =>
  Object.entries(methods).map(([name, procedure]) => {
    const { inputSchema } = procedure['~orpc'] as { readonly inputSchema?: z.ZodType }; // as oRPC keeps it
    return { group, name, input: inputSchema };
  }),
);

type AnyClient = Readonly<Record<string, Readonly<Record<string, (input: unknown) => Promise<unknown>>>>>;

/** The error, `undefined` where there was an answer. */
async function attempt(client: HostClient, { group, name }: Method, input: unknown): Promise<unknown> {
  // Sound: walking the contract by name is what is tested.
  const method = (client as unknown as AnyClient)[group]?.[name];
  if (method === undefined) throw new Error(`There is no ${group}.${name}.`);
  return method(input).then(
    () => undefined,
    (error: unknown) => error ?? 'nothing was thrown',
  );
}

/** A handler that was reached says so, by an error of ours. */
function stubHost(log: (entry: unknown) => void): HostClient {
  const reached = (): never => {
    throw new WorkbenchError('run.state', 'reached');
  };
  const handlers = Object.fromEntries(
    Object.entries(contract).map(([group, methods]) => [
      group,
      Object.fromEntries(Object.keys(methods).map((name) => [name, reached])),
    ]),
  ) as unknown as Handlers; // of all methods, each of which refuses
  const silent = { info: () => undefined, warn: () => undefined, error: log };
  return createExits(handlers, silent).client;
}

describe('what a page sends', () => {
  it.each(METHODS.map((method) => [`${method.group}.${method.name}`, method] as const))(
    `is refused in words or understood: %s`,
    async (_name, method) => {
      const logged: unknown[] = [];
      const client = stubHost((entry) => logged.push(entry));
      const property = fc.asyncProperty(hostileInputs(method.input), async (input) => {
        const error = await attempt(client, method, input);
        expect(error).toBeInstanceOf(WorkbenchError);
        expect(['config.invalid', 'run.state']).toContain((error as WorkbenchError).code);
        expect({}).not.toHaveProperty('polluted');
      });
      await fuzz('bridge, by the schemas', property, FUZZ);
      expect(logged).toEqual([]);
    },
    TIMEOUT,
  );
});

/** They begin long work, end the program, or never answer: their inputs are tried above. */
const NOT_CALLED = new Set([
  ...[
    'system.quit',
    'system.backend',
    'runs.start',
    'runs.startSample',
    'library.trainTeacher',
    'library.importDataset',
    'library.cutDataset',
    'library.simulateDataset',
    'teachers.judge',
    'teachers.combine',
  ],
  ...[
    'archives.pack',
    'archives.unpack',
    'trials.measureLatency',
    'events.watch',
    'replays.start',
    'library.previewTeacher',
  ],
]);
/** Each takes a process of its own. */
const SLOW = new Set([
  'system.doctor',
  'doctor.repair',
  'backups.make',
  'space.waste',
  'space.reclaim',
  'catalog.families',
  'runs.preview',
]);

describe('a host', () => {
  const folder = temporaryFolder();
  let host: Host;
  beforeAll(async () => {
    makeResources(folder.path);
    host = await fakeHost(folder.path);
  });
  afterAll(async () => {
    await host.close();
    folder.remove();
  });

  it.each(
    METHODS.filter(({ group, name }) => !NOT_CALLED.has(`${group}.${name}`)).map(
      (method) => [`${method.group}.${method.name}`, method] as const,
    ),
  )(
    'has no error that is not its own: %s',
    async (name, method) => {
      const property = fc.asyncProperty(hostileInputs(method.input), async (input) => {
        const error = await attempt(host.client, method, input);
        if (error === undefined) return;
        expect(error).toBeInstanceOf(WorkbenchError);
        expect((error as WorkbenchError).code).not.toBe('internal');
      });
      await fuzz('bridge, on a live host', property, SLOW.has(name) ? 2 : Math.max(10, Math.round(FUZZ / 3)));
    },
    TIMEOUT,
  );

  it('answers as before when all of it is over', async () => {
    expect(await host.client.system.doctor()).toMatchObject({ ok: true });
  });
});
