/** Everything that the Compare view shows, as a report. */
import { diffArchitectures } from '../../../core/arch/diff.ts';
import type { ChartView } from '../../charts/chart.ts';
import { DATA_KINDS, saidOf } from '../../../core/data-kinds.ts';
import type { DataKind } from '../../../core/data-kinds.ts';
import type { ToldExample } from '../../examples/example.ts';
import { formatDelta, formatExamples, formatPercent } from '../../format.ts';
import { agreementOf } from '../../review/agreement.ts';
import { calibrationOf } from '../../review/calibration.ts';
import type { ContestedImage } from '../../review/disagreement.ts';
import { contestedImages } from '../../review/disagreement.ts';
import { titleOf } from '../../student/diagram.ts';
import type { Titles } from '../../words.ts';
import { leaningWords } from '../../charts/reliability.ts';
import type { Compared, Marked, MetricRow } from '../compared.ts';
import { differenceOf, isDrawn, rowsThere, settingRows } from '../compared.ts';
import { REPORT_REVIEWS } from './report-reviews.ts';
import type { Report, ReportBlock } from './report.ts';
import type { Absent, Reviewed } from '../use-reviewed.ts';
import { agreeingPairs } from '../use-reviewed.ts';

export interface ReportInput {
  readonly all: readonly Marked[];
  readonly base: Compared | undefined;
  readonly reviewed: readonly Reviewed[];
  /** Of those no section can tell that needs predictions. */
  readonly absent: readonly Absent[];
  readonly classes: readonly string[];
  readonly titles: Titles;
  /** Each with its drawing. */
  readonly charts: readonly { readonly title: string; readonly view: ChartView; readonly svg: string }[];
  /** Of the data set; images when absent. */
  readonly kind?: DataKind;
  /** Of the examples that `reportImages` names. */
  readonly exampleOf: (image: number) => ToldExample;
  /** What was compared where, and when. */
  readonly origin: string;
}

const MOST_SHOWN = 24;

/** The most contested images. */
export function reportImages(reviewed: readonly Reviewed[]): readonly ContestedImage[] {
  const views = reviewed.map(({ view }) => view);
  return contestedImages(views, { kind: 'any' }).slice(0, MOST_SHOWN);
}

export function buildReport(input: ReportInput): Report {
  const { all, reviewed, kind = DATA_KINDS.image } = input;
  return {
    title: `${all.map(({ title }) => title).join(' · ')}`,
    blocks: [
      { kind: 'text', text: input.origin },
      ...absentBlocks(input),
      { kind: 'heading', text: 'Metrics' },
      metricsTable(input),
      ...settingsBlocks(input),
      ...(reviewed.length > 1 ? agreementBlocks(input) : []),
      ...(input.charts.length > 0 ? [{ kind: 'heading' as const, text: 'Charts' }] : []),
      ...input.charts.map(({ title, view, svg }): ReportBlock => ({
        ...{ kind: 'picture', title, svg, summary: view.summary },
      })),
      ...architectureBlocks(all),
      ...REPORT_REVIEWS[kind.review].blocks(reviewed, input.classes),
      ...(reviewed.length > 1 ? disagreementBlocks(input) : []),
    ],
  };
}

/** A report outlives the window that could say why a network is not in it. */
function absentBlocks({ absent, kind = DATA_KINDS.image }: ReportInput): readonly ReportBlock[] {
  if (absent.length === 0) return [];
  const { sections: reviews } = REPORT_REVIEWS[kind.review];
  const sections = `agreement, calibration, accuracy by class, ${reviews} and contested ${kind.noun.many}`;
  return [
    { kind: 'heading', text: 'What is missing' },
    ...absent.map(({ title, reason }): ReportBlock => ({
      kind: 'text',
      text: `${title} is left out of ${sections}: ${reason}`,
    })),
  ];
}

function metricsTable({ all, base, kind }: ReportInput): ReportBlock {
  const cell = (row: MetricRow, one: Compared): string => {
    const difference = base && differenceOf(row, one, base);
    return `${row.text(row.value(one))}${difference ? ` (${difference.words})` : ''}`;
  };
  return {
    kind: 'table',
    columns: ['Metric', ...all.map((one) => `${one.title}${one === base ? ' (baseline)' : ''}`)],
    rows: rowsThere(all, kind?.noun).map((row) => [row.title, ...all.map((one) => cell(row, one))]),
  };
}

function settingsBlocks({ all, titles, kind }: ReportInput): readonly ReportBlock[] {
  const students = all.flatMap(({ student, title }) => (student ? [{ student, title }] : []));
  if (students.length === 0) return [];
  const rows = settingRows(
    students.map(({ student }) => student),
    titles,
    kind?.noun,
  );
  const shown = students.length > 1 ? rows.filter(({ differs }) => differs) : rows;
  return [
    { kind: 'heading', text: students.length > 1 ? 'Configuration: what differs' : 'Configuration' },
    {
      kind: 'table',
      columns: ['Setting', ...students.map(({ title }) => title)],
      rows: shown.map(({ title, values }) => [title, ...values]),
    },
  ];
}

function agreementBlocks({ reviewed, kind: { noun } = DATA_KINDS.image }: ReportInput): readonly ReportBlock[] {
  const count = reviewed[0]?.view.count ?? 0;
  return [
    { kind: 'heading', text: `Agreement on ${formatExamples(count, noun, 'validation ')}` },
    ...agreeingPairs(reviewed, noun).map(({ first, second, words }): ReportBlock => ({
      ...{ kind: 'text', text: `${first.title} and ${second.title}: ${words}` },
    })),
    {
      kind: 'table',
      columns: ['Say the same', ...reviewed.map(({ title }) => title)],
      rows: reviewed.map((row) => [
        row.title,
        ...reviewed.map((column) => (row === column ? '' : formatPercent(agreementOf(row.view, column.view)?.same))),
      ]),
    },
    { kind: 'heading', text: 'Calibration' },
    {
      kind: 'table',
      columns: ['Network', 'Expected calibration error', 'Leaning'],
      rows: reviewed.map(({ title, view }) => {
        const calibration = calibrationOf(view);
        return [title, formatPercent(calibration.ece, 2), leaningWords(calibration)];
      }),
    },
  ];
}

/** Of each two networks, from the one that stands first; the epochs of one student are one
 * architecture. */
function architectureBlocks(compared: readonly Marked[]): readonly ReportBlock[] {
  const all = compared.filter(isDrawn);
  const isSame = (left: Compared, right: Compared): boolean =>
    left.network.kind === right.network.kind && left.network.id === right.network.id;
  const pairs = all.flatMap((from, place) => all.slice(place + 1).map((to) => ({ from, to })));
  return pairs.flatMap(({ from, to }): readonly ReportBlock[] => {
    if (isSame(from, to)) return [];
    const diff = diffArchitectures(from.graph, to.graph);
    const rows = diff.rows.filter(({ status, follows }) => status !== 'same' && !follows);
    const heading = { kind: 'heading' as const, text: `Architecture: from ${from.title} to ${to.title}` };
    if (rows.length === 0) return [heading, { kind: 'text', text: 'The two architectures are the same.' }];
    return [
      heading,
      {
        ...{ kind: 'table', numbersFrom: 4 },
        columns: ['Change', from.title, to.title, 'What changed', 'Params', 'MACs'],
        rows: [
          ...rows.map((row) => [
            row.status,
            row.left ? titleOf(row.left) : '',
            row.right ? titleOf(row.right) : '',
            row.changes.join('; '),
            formatDelta(row.paramsDelta),
            formatDelta(row.macsDelta),
          ]),
          [
            ...['in all', '', '', ''],
            formatDelta(diff.right.params - diff.left.params),
            formatDelta(diff.right.macs - diff.left.macs),
          ],
        ],
      },
    ];
  });
}

function disagreementBlocks({ reviewed, classes, exampleOf, kind }: ReportInput): readonly ReportBlock[] {
  const nameOf = (label: number): string => classes[label] ?? String(label);
  const { noun } = kind ?? DATA_KINDS.image;
  const items = reportImages(reviewed).map(({ image, label, said }) => {
    const { address = '', lines = [] } = exampleOf(image);
    const verdicts = reviewed.map(({ title, view }, index) => {
      const predicted = said[index] ?? 0;
      const share = formatPercent(view.probabilities[image * view.classes + predicted], 0);
      return `${title}: ${nameOf(predicted)} ${share}${predicted === label ? ', right' : ', wrong'}`;
    });
    return { address, title: `${nameOf(label)} (${noun.one} ${image})`, lines: [...lines, ...verdicts] };
  });
  if (items.length === 0) return [];
  return [
    { kind: 'heading', text: saidOf(noun, '{Many} on which they are furthest apart') },
    { kind: 'images', items },
  ];
}
