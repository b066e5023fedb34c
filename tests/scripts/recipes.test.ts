/** A recipe's number is that of the files which an addition touched, and of no other work beside
 * it. */
import { expect, it } from 'vitest';
import { KINDS, additions } from '../../scripts/recipes.mjs';

const commit = (hash: string, added: Readonly<Record<string, readonly string[]>>) => ({
  ...{ hash, subject: hash },
  added: new Map(Object.entries(added).map(([file, lines]) => [file, [...lines]])),
});
const REGISTRY = 'src/core/strategies/registry.ts';

it('counts the files whose new lines name the entry, at the commit that brought it', () => {
  const history = [
    commit('one', { [REGISTRY]: ['  random: entry(random),'] }),
    commit('two', {
      [REGISTRY]: ["  'trade-f': entry(tradeF),"],
      'src/core/strategies/trade-f.ts': ['export const tradeF = {'],
      'src/renderer/words.ts': ["  'trade-f': 'TRADE-F',"],
      'src/core/math/rng.ts': ['  return tradeFair;', '  // trade-for'],
    }),
    commit('three', { 'src/main/index.ts': ['tradeF();'] }),
  ];
  const registry = "  random: entry(random),\n  'trade-f': entry(tradeF),";
  const [first, last] = additions(registry, KINDS.strategy, history);
  expect(first).toMatchObject({ name: 'random', hash: 'one', files: [REGISTRY] });
  expect(last?.hash).toBe('two');
  expect(last?.files).toEqual([REGISTRY, 'src/core/strategies/trade-f.ts', 'src/renderer/words.ts']);
});

it('goes by when an entry came, not by where its line stands, and not by a move of its file', () => {
  const history = [
    commit('late line', { [REGISTRY]: ['  tpe: entry(tpe),'] }),
    commit('early line', { [REGISTRY]: ['  akd: entry(akd),'] }),
    commit('move', { 'src/core/search/registry.ts': ['  tpe: entry(tpe),'] }),
  ];
  const names = additions('  akd: entry(akd),\n  tpe: entry(tpe),', KINDS.strategy, history).map(({ name }) => name);
  expect(names).toEqual(['tpe', 'akd']);
});

it('takes a method whose name is a common word only where it stands as a name', () => {
  const history = [
    commit('one', {
      'src/bridge/contract.ts': ['    drop: oc.input(id),'],
      'src/host/handlers.ts': ['      drop: ({ id }) => handed.drop(id),'],
      'src/renderer/stores/files.ts': ['  await client.files.drop({ id });'],
      'src/renderer/FolderField.vue': ['  <p>Drop a folder here, or drop none.</p>'],
    }),
  ];
  const [told] = additions('    drop: oc.input(id),', KINDS['bridge method'], history);
  expect(told?.files).toEqual(['src/bridge/contract.ts', 'src/host/handlers.ts', 'src/renderer/stores/files.ts']);
});

it('knows a view by its route, in the words of now and in those that history has', () => {
  const history = [
    commit('long', {
      'src/renderer/router.ts': ["    name: 'run',", "    component: () => import('./views/RunView.vue'),"],
      'src/renderer/views/RunView.vue': ['<template />'],
    }),
    commit('short', {
      'src/renderer/router.ts': ["  beside('trash', '/trash', 'Trash', () => import('./views/TrashView.vue')),"],
      'src/renderer/views/TrashView.vue': ['<template />'],
      'src/renderer/shell/UndoBar.vue': ['  <RouterLink to="/trash" />'],
    }),
    commit('reworded', {
      'src/renderer/router.ts': ["  beside('run', '/run', 'Run', () => import('./views/RunView.vue')),"],
    }),
  ];
  const now = history.slice(1).flatMap(({ added }) => added.get('src/renderer/router.ts') ?? []);
  const told = additions(now.join('\n'), KINDS.view, history);
  expect(told.map(({ name, hash, files }) => [name, hash, files.length])).toEqual([
    ['run', 'long', 2],
    ['trash', 'short', 2],
  ]);
});
