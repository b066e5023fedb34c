/** What a run of the gallery is, as far as its host in memory knows. */
import type { SetupView } from '../../../src/bridge/schemas/setup.ts';
import { fixtureDataset, fixtureFamilies, fixtureTeacher } from '../gallery/fixtures.ts';
import type { FixtureRun } from '../gallery/fixtures.ts';

export function fixtureSetup({ run }: FixtureRun): SetupView {
  const { title, shape, classes, splits } = fixtureDataset;
  const { title: teacher, summary, validationAccuracy, testAccuracy } = fixtureTeacher;
  return {
    run,
    dataset: { title, shape, classes, splits },
    teacher: { title: teacher, summary, validationAccuracy, testAccuracy },
    families: fixtureFamilies.filter(({ name }) => run.config.families.includes(name)),
    earlier: (run.config.transferFrom ?? []).map((one) => ({ run: one, results: 24 })),
  };
}
