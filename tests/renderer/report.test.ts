import MarkdownIt from 'markdown-it';
import { describe, expect, test } from 'vitest';
import { DATA_KINDS } from '../../src/core/data-kinds.ts';
import { drawSvg } from '../../src/renderer/charts/echarts.ts';
import { buildReport } from '../../src/renderer/compare/report/build-report.ts';
import type { ReportInput } from '../../src/renderer/compare/report/build-report.ts';
import { comparedCalibration } from '../../src/renderer/compare/comparison-charts.ts';
import {
  comparedStudent,
  comparedTeacher,
  distinctTitles,
  markedNetworks,
} from '../../src/renderer/compare/compared.ts';
import { reportHtml, reportMarkdown } from '../../src/renderer/compare/report/report.ts';
import { twoClasses } from '../support/gallery/comparison-charts.ts';
import {
  fixtureEpochs,
  fixtureGraph,
  fixturePredictions,
  fixtureRun,
  fixtureTeacher,
} from '../support/gallery/fixtures.ts';

const HOSTILE = '<img src=x onerror=alert(1)> | "quoted" & <script>';
const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const { run, trials } = fixtureRun({ id: 'r', name: HOSTILE, state: 'finished', budget: 4, done: 4, seed: 2 });
const titles = { familyTitle: (name: string) => name, dimensionTitle: (_family: string, name: string) => name };
const students = trials
  .slice(0, 2)
  .map((trial) =>
    comparedStudent(
      { trial, run, graph: fixtureGraph(trial), epochs: fixtureEpochs(trial), checkpoints: [] },
      { kind: 'student', id: trial.id },
      HOSTILE,
    ),
  );
const all = markedNetworks([comparedTeacher(fixtureTeacher), ...students]);
const reviewed = all.map(({ key, title }, place) => ({ key, title, place, view: fixturePredictions(0.85, place + 1) }));
const chart = comparedCalibration(reviewed, 'light');
const whole = {
  ...{ absent: [], all, base: all[0], reviewed, classes: [HOSTILE, 'Trouser'], titles, origin: 'Here.' },
  charts: [{ title: 'Calibration', view: chart, svg: drawSvg(chart.option, { width: 300, height: 200 }) }],
  exampleOf: (image) => ({ address: image % 2 === 0 ? PNG : 'https://example.org/x.png' }),
} satisfies ReportInput;
const report = buildReport(whole);
const html = reportHtml(report);

describe('the HTML report', () => {
  test('holds all that it shows: no script, no address but pictures inside it', () => {
    expect(html).not.toMatch(/<script|<link|<iframe|<object|javascript:/i);
    expect([...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address?.slice(0, 11))).toEqual(
      expect.arrayContaining(['data:image/']),
    );
    for (const [, address] of html.matchAll(/\b(?:src|href)="([^"]+)"/g)) expect(address).toMatch(/^data:image\//);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  });

  test('says which network is left out of which sections, and why', () => {
    // The teacher was not in three sections of a saved report, without a word.
    const reason = 'The trainer said nothing for 120 s and was ended.';
    const left = buildReport({
      ...whole,
      reviewed: reviewed.slice(1),
      absent: [{ title: 'Wise', state: 'missing', reason }],
    });
    expect(reportHtml(left)).toContain(
      `Wise is left out of agreement, calibration, accuracy by class, confusion matrices`,
    );
    expect(reportMarkdown(left)).toContain(reason);
    expect(html).not.toContain('What is missing');
  });

  test("a person's words stay words, in titles, tables and images", () => {
    expect(html).not.toMatch(/<img src=x|onerror=alert\(1\)>/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('says the metrics, the verdicts, the differences and the images', () => {
    for (const words of [
      'Validation accuracy',
      'McNemar',
      'Calibration',
      'Architecture: from',
      'Confusion matrix of',
    ]) {
      expect(html).toContain(words);
    }
    expect(html).toContain(PNG);
  });

  test("has every pair's diff, not those from the first network alone", () => {
    const headings = html.match(/Architecture: from/g) ?? [];
    expect(headings).toHaveLength((all.length * (all.length - 1)) / 2);
    const twice = markedNetworks([...students.slice(0, 1), ...students.slice(0, 1)]);
    expect(reportHtml(buildReport({ ...whole, all: twice }))).not.toContain('Architecture: from');
  });
});

describe('a report of sequences', () => {
  const answers = [1.5, 0.5].map((apart, place) => ({
    ...{ key: `${place}`, title: `#${place + 1}`, place, view: twoClasses(apart, place + 1) },
  }));
  const told = reportMarkdown(
    buildReport({
      ...whole,
      ...{ kind: DATA_KINDS.sequence, reviewed: answers, classes: ['wrong', 'right'] },
      exampleOf: (image) => ({ lines: [`Skill ${image}, right`] }),
    }),
  );

  test('has areas under ROC curves with their intervals in place of confusion matrices', () => {
    expect(told).not.toContain('Confusion matrix');
    expect(told).toMatch(/\| #1 \| 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\) \|/);
    expect(told).toMatch(/#1 and #2: the area of #1 is larger; difference \+0\.\d{3}, .*DeLong's test/);
  });

  test('calls examples answers, and tells them in words where there is no picture', () => {
    expect(told).toContain('Agreement on 300 validation answers');
    expect(told).toMatch(/- right \(answer \d+\): Skill \d+, right; #1: /);
    expect(told).not.toMatch(/\bimages?\b/i);
    expect(reportHtml(buildReport({ ...whole, kind: DATA_KINDS.sequence, exampleOf: () => ({}) }))).not.toMatch(
      /<img alt="" |src=""/,
    );
  });
});

describe('the Markdown report', () => {
  const markdown = reportMarkdown(report);

  test('has tables of equal width in every row, whatever the names hold', () => {
    const tables = markdown.split('\n\n').filter((block) => block.startsWith('| '));
    expect(tables.length).toBeGreaterThan(4);
    for (const table of tables) {
      const widths = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test('lets no markup through', () => {
    expect(markdown).not.toMatch(/(?<!\\)<img/);
  });
});

describe("a person's words in a report", () => {
  const HOSTILE_NAMES = [
    ...[
      '~~~',
      '```js',
      '---',
      '***',
      '# heading',
      '##',
      '- item',
      '+ item',
      '-',
      '12) item',
      '3. item',
      '> quote',
      '    code',
    ],
    ...[
      '![x](https://evil.example/x.png)',
      '[x](javascript:alert(1))',
      '<https://evil.example>',
      'https://evil.example',
    ],
    ...[
      'www.evil.example',
      'mailto:me@evil.example',
      '&lt;img src=x&gt;',
      '&#60;b&#62;',
      '| a | b |',
      'a\r- b',
      'a\n\n# b',
      '\\',
    ],
  ];
  const plain = new MarkdownIt('default', { html: true, linkify: true });

  test.each(HOSTILE_NAMES)('stay words in Markdown: %j', (name) => {
    const text = reportMarkdown({
      title: name,
      blocks: [
        { kind: 'heading', text: name },
        { kind: 'text', text: name },
        { kind: 'table', columns: [name, 'n'], rows: [[name, '-1.5 %']] },
        { kind: 'images', items: [{ address: '', title: name, lines: [name] }] },
        { kind: 'text', text: 'the end' },
      ],
    });
    const rendered = plain.render(text);
    const opened = [...rendered.matchAll(/<([a-z0-9]+)[^>]*>/g)].map(([, tag]) => tag);
    const table = ['table', 'thead', 'tr', 'th', 'th', 'tbody', 'tr', 'td', 'td'];
    expect(opened).toEqual(['h1', 'h2', 'p', ...table, 'ul', 'li', 'p']);
    const words = name.replaceAll(/\s*[\n\r]\s*/g, ' ').trim();
    expect(rendered).toContain(`<p>${plain.utils.escapeHtml(words)}</p>`);
  });

  test('turn nothing round and hide nothing, in either form', () => {
    const blocks = [{ kind: 'text', text: 'Runs: a\u202Eb\u0000c\u009Bd.' }] as const;
    for (const text of [reportHtml({ title: 'x', blocks }), reportMarkdown({ title: 'x', blocks })]) {
      expect(text).not.toMatch(/[\u0000\u009B\u202E]/);
      expect(text).toContain('u202eb');
    }
  });
});

describe('titles of compared networks', () => {
  test('tell two of one name apart by how they were taught, then by their run', () => {
    const [first] = students;
    if (first?.student === undefined) throw new Error('There is a student.');
    const plainRun = {
      ...run,
      config: { ...run.config, recipe: { ...run.config.recipe, distillation: { loss: 'none' as const } } },
    };
    const plain = { ...first, student: { ...first.student, run: plainRun } };
    expect(distinctTitles([first, plain]).map(({ title }) => title.slice(-17))).toEqual([
      expect.stringMatching(/, KD$/),
      ', without teacher',
    ]);
    const other = { ...first, student: { ...first.student, run: { ...run, name: 'Second' } } };
    expect(distinctTitles([first, other])[1]?.title).toMatch(/, KD, Second$/);
  });
});
