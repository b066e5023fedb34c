/**
 * Every chart of the workbench, from made-up records, light and dark, on one page: for whoever
 * changes one, or wants to see what there is.
 *
 *   node_modules/.bin/node scripts/gallery.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { galleryCharts } from '../tests/support/gallery/gallery-charts.ts';
import { svgOf } from '../tests/support/gallery/svg-of.ts';
import { packageRoot } from './setup/paths.mjs';

const BACKGROUNDS = { light: '#fff', dark: '#181a1f' } as const;
const pictures = (['light', 'dark'] as const).flatMap((theme) =>
  galleryCharts(theme).map(
    ({ title, view }) => `<figure style="background:${BACKGROUNDS[theme]}">${svgOf(view)}</figure><p>${title}</p>`,
  ),
);
const file = join(packageRoot, '.cache', 'gallery.html');
mkdirSync(join(packageRoot, '.cache'), { recursive: true });
writeFileSync(file, `<!doctype html><meta charset="utf-8"><title>Gallery</title>${pictures.join('\n')}`);
process.stdout.write(`${pictures.length} charts in ${file}\n`);
