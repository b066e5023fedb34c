/** What the host answers to each method of the contract. */
import type { Handlers } from './handler-types.ts';
import type { Services } from './services.ts';
import { frontGroups, frontPoints } from './students/fronts.ts';
import { previewSearch } from './runs/preview.ts';
import { costsOf } from './runs/costs.ts';
import { logEntries, stepsOf } from './runs/told/log-entries.ts';
import { setupOf } from './runs/setup.ts';
import { trialHandlers } from './students/trial-handlers.ts';

export function createHandlers(parts: Services): Handlers {
  const { catalog, side, review, imports, training, library, jobs, tables, replays, upkeep, archives } = parts;
  const { executor, studies } = parts;
  const { store } = parts.workspace;

  return {
    system: {
      info: () => parts.system,
      backend: () => side.backend(),
      doctor: () => parts.examine(),
      sizes: () => parts.diagnostics.sizes(),
      diagnostics: () => parts.diagnostics.text(),
      quit: ({ mode }) => parts.quit(mode),
    },
    catalog: {
      datasets: () => catalog.datasets(),
      teachers: () => catalog.teachers(),
      families: ({ dataset }) => catalog.families(dataset),
      strategies: () => catalog.strategies(),
    },
    library: {
      records: () => library.records(),
      teacher: ({ name }) => library.teacher(name),
      balance: ({ name }) => library.balance(name),
      samples: (query) => library.samples(query),
      recording: (query) => library.recording(query),
      removeTeacher: ({ name }) => library.removeTeacher(name),
      removeDataset: ({ name }) => library.removeDataset(name),
      importDataset: (order) => imports.start(order),
      cutDataset: (order) => imports.startCut(order),
      simulateDataset: (order) => imports.startSimulation(order),
      trainTeacher: (order) => training.start(order),
      previewTeacher: (order) => training.preview(order),
      unfinishedTeachers: () => training.unfinished(),
      discardUnfinished: ({ id }) => training.discard(id),
    },
    teachers: {
      judge: (order) => parts.teacherImports.judge(order),
      combine: (order) => parts.teacherImports.combine(order),
      judged: ({ id }) => parts.teacherImports.judged(id),
      keep: (order) => parts.teacherImports.keep(order),
      forget: ({ id }) => parts.teacherImports.forget(id),
    },
    files: {
      put: ({ id, pieces }) => parts.handed.put(id, pieces),
      drop: ({ id }) => parts.handed.drop(id),
    },
    jobs: {
      list: () => jobs.list(),
      stop: ({ id }) => jobs.stop(id),
      dismiss: ({ id }) => jobs.dismiss(id),
    },
    runs: runHandlers(parts),
    queue: queueHandlers(parts.runs),
    trials: trialHandlers(parts),
    fronts: {
      groups: () => frontGroups(store),
      points: (query) => frontPoints(store, query),
    },
    review: {
      checkpoints: ({ id }) => review.checkpoints(id),
      predictions: (network) => review.predictions(network),
      layers: (network) => review.layers(network),
      twins: ({ id }) => review.twins(id),
      images: ({ dataset, indices }) => review.images(dataset, indices),
    },
    replays: {
      tables: () => tables.list(),
      readTable: ({ table }) => tables.facts(table),
      list: () => replays.list(),
      get: ({ id }) => replays.get(id),
      start: (input) => replays.start(input),
      stop: ({ id }) => replays.stop(id),
      setName: ({ id, name }) => replays.setName(id, name),
      discard: ({ id }) => replays.discard(id),
    },
    studies: {
      list: () => studies.list(),
      start: (order) => studies.start(order),
      goOn: ({ name }) => studies.goOn(name),
      sheet: ({ name, episode }) => studies.sheet(name, episode),
      remove: ({ name }) => studies.remove(name),
    },
    executor: {
      status: () => executor.status(),
      choose: (settings) => executor.choose(settings),
      test: (settings, signal) => executor.test(settings, signal),
      install: () => executor.install(),
    },
    views: {
      list: () => upkeep.views(),
      save: ({ name, content }) => upkeep.saveView(name, content),
      remove: ({ id }) => store.removeView(id),
    },
    space: {
      waste: () => parts.reclaim.waste(),
      reclaim: ({ kinds }) => parts.reclaim.reclaim(kinds),
    },
    doctor: { repair: () => parts.maintenance.repair() },
    backups: {
      list: () => parts.maintenance.list(),
      make: () => parts.maintenance.make(),
      restore: ({ name }) => parts.maintenance.restore(name),
      remove: ({ name }) => parts.maintenance.remove(name),
    },
    archives: {
      pack: ({ runs }) => archives.pack(runs),
      made: ({ id }) => archives.made(id),
      read: ({ id, offset }) => archives.read(id, offset),
      upload: ({ id, offset, data }) => archives.upload(id, offset, data),
      offered: () => archives.offered(),
      unpack: ({ id, name }) => archives.unpack(id, name),
      drop: ({ id }) => archives.drop(id),
    },
    events: {
      watch: (_input, signal) => parts.live.subscribe(signal),
    },
  };
}

function queueHandlers({ queue, enqueue }: Services['runs']): Handlers['queue'] {
  return {
    get: () => queue.view(),
    enqueue: ({ searches, tags }) => enqueue(searches, tags),
    add: ({ ids }) => queue.add(ids),
    remove: ({ ids }) => queue.remove(ids),
    move: ({ id, place }) => queue.move(id, place),
    hold: () => queue.hold(),
    goOn: () => queue.goOn(),
    jump: ({ id }) => queue.jump(id),
  };
}

function runHandlers(parts: Services): Handlers['runs'] {
  const { catalog, runs, upkeep } = parts;
  const { store } = parts.workspace;
  return {
    list: (query) => runs.list(query),
    get: ({ id }) => runs.get(id),
    trials: ({ id, ...page }) => {
      runs.get(id);
      return store.trials(id, page);
    },
    log: ({ id, from, limit, trial }) => {
      runs.get(id);
      if (trial !== undefined) return stepsOf(store, id, trial);
      return logEntries(store, id, { offset: from ?? Math.max(0, store.eventCount(id) - limit), limit });
    },
    setup: ({ id }) => setupOf(store, catalog, id),
    costs: ({ id }) => costsOf(store, id, runs.get(id).run.config),
    explain: ({ id }) => parts.explain(id),
    searches: ({ id }) => parts.searches(id),
    preview: (parsed) => previewSearch(catalog, store, parsed, parts.executor.capacity),
    start: (parsed) => runs.start(parsed),
    startSample: () => parts.startSample(),
    pause: ({ id }) => runs.pause(id),
    resume: ({ id }) => runs.resume(id),
    stop: ({ id }) => runs.stop(id),
    rename: ({ id, name }) => runs.rename(id, name),
    keep: ({ id }) => runs.keep(id),
    facets: () => store.runFacets(),
    tag: (order) => upkeep.tag(order),
    note: ({ id }) => ({ note: upkeep.note(id) }),
    setNote: ({ id, note }) => upkeep.setNote(id, note),
    trash: ({ ids }) => upkeep.trash(ids),
    restore: ({ ids }) => upkeep.restore(ids),
    purge: ({ ids }) => upkeep.purge(ids),
    sizes: ({ ids }) => upkeep.sizes(ids),
  };
}
