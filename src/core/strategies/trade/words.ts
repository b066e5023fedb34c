/** Where TRADE's proposals come from, in words. */
import { FIRST_SOURCES } from '../initial.ts';
import type { Sources } from '../strategy.ts';
import { FAMILY_ARM } from './constants.ts';

const { reference, initial, random } = FIRST_SOURCES;

/** In the order of a legend. */
export const TRADE_SOURCES = {
  reference,
  initial,
  earlier: {
    title: 'Earlier run',
    sentence: 'It stood on the front of the earlier runs that this one learns from.',
  },
  region: { title: 'Region', sentence: 'It was proposed inside a trust region.' },
  global: {
    ...{ title: 'Global', role: 'global' },
    sentence: 'It was proposed by the global arm, which looks outside all trust regions.',
  },
  [FAMILY_ARM]: {
    ...{ title: 'Family arm', role: 'family' },
    sentence:
      'All families together promised next to nothing, so one that had hardly been tried went on from its own best.',
  },
  random,
} as const satisfies Sources;
