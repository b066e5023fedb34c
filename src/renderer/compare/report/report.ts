/** A report as records, and its two written forms: one HTML file that needs nothing else, and
 * Markdown. */

import { oneLine, withoutControls } from '../../../bridge/words/control-characters.ts';

export type ReportBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Columns from this one on are numbers; 1 when absent. */
      readonly numbersFrom?: number;
    }
  /** `svg`: a chart as drawn; `summary`: what it says. */
  | { readonly kind: 'picture'; readonly title: string; readonly svg: string; readonly summary: string }
  | {
      readonly kind: 'images';
      readonly items: readonly {
        /** Empty where an example is told in words. */
        readonly address: string;
        readonly title: string;
        readonly lines: readonly string[];
      }[];
    };

export interface Report {
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

/** A person's words (names of runs and classes) never become markup, nor turn round what stands
 * beside them. */
function escapeHtml(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return withoutControls(text).replace(/[&<>"']/g, (mark) => marks[mark] ?? '');
}

/** Only pictures that lie in the file itself: whatever else an address says is left out. */
function safeAddress(address: string): string {
  return /^data:image\/(?:png|svg\+xml);base64,[A-Za-z0-9+/=]*$/.test(address) ? address : '';
}

/** As an image, in which no script runs and from which nothing is fetched, whatever the drawing
 * holds. */
function svgAddress(svg: string): string {
  const bytes = new TextEncoder().encode(svg);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/svg+xml;base64,${btoa(binary)}`;
}

const STYLE = `
body { max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
body { color: #1b2028; background: #fff; font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; }
h2 { margin: 2rem 0 0.5rem; padding-bottom: 0.2rem; border-bottom: 1px solid #dfe2e8; font-size: 1.1rem; }
table { margin: 0.5rem 0 1rem; border-collapse: collapse; }
th, td { padding: 3px 10px; border-bottom: 1px solid #dfe2e8; text-align: left; vertical-align: top; }
th { color: #4c5563; font-weight: 600; }
.num { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
figure { margin: 1rem 0; } figure img { max-width: 100%; } figcaption { color: #4c5563; }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 10px; }
.images { padding: 0; list-style: none; }
.images li { display: flex; gap: 10px; padding: 8px; border: 1px solid #dfe2e8; border-radius: 5px; font-size: 12px; }
.images img { width: 72px; height: 72px; image-rendering: pixelated; } .images p { margin: 0; }
@media print { body { margin: 0; } h2 { break-after: avoid; } figure, .images li, tr { break-inside: avoid; } }`;

/** Opens anywhere without a network: no scripts, no links outward, every picture inside. */
export function reportHtml({ title, blocks }: Report): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src ` +
      `'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    ...blocks.map(blockHtml),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function blockHtml(block: ReportBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`;
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'table': {
      const from = block.numbersFrom ?? 1;
      const cells = (tag: 'th' | 'td', texts: readonly string[]): string =>
        texts
          .map((text, column) => `<${tag}${column >= from ? ' class="num"' : ''}>${escapeHtml(text)}</${tag}>`)
          .join('');
      const rows = block.rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
      const head = `<thead><tr>${cells('th', block.columns)}</tr></thead>`;
      return `<div class="wide"><table>${head}<tbody>\n${rows}\n</tbody></table></div>`;
    }
    case 'picture': {
      const [title, summary] = [escapeHtml(block.title), escapeHtml(block.summary)];
      return (
        `<figure><img alt="${title}. ${summary}" src="${svgAddress(block.svg)}"><figcaption>${title}. ` +
        `${summary}</figcaption></figure>`
      );
    }
    case 'images': {
      const items = block.items.map(({ address, title, lines }) => {
        const words = [`<strong>${escapeHtml(title)}</strong>`, ...lines.map(escapeHtml)];
        const source = safeAddress(address);
        const picture = source === '' ? '' : `<img alt="${escapeHtml(title)}" src="${source}">`;
        return `<li>${picture}<div>${words.map((line) => `<p>${line}</p>`).join('')}</div></li>`;
      });
      return `<ul class="images">\n${items.join('\n')}\n</ul>`;
    }
  }
}

/** Words and tables; of pictures what they say. */
export function reportMarkdown({ title, blocks }: Report): string {
  return `${[`# ${escapeMarkdown(title)}`, ...blocks.map(blockMarkdown)].join('\n\n')}\n`;
}

function blockMarkdown(block: ReportBlock): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escapeMarkdown(block.text)}`;
    case 'text':
      return escapeMarkdown(block.text);
    case 'table': {
      const from = block.numbersFrom ?? 1;
      const line = (texts: readonly string[]): string => `| ${texts.map(escapeMarkdown).join(' | ')} |`;
      const rule = `| ${block.columns.map((_column, place) => (place >= from ? '---:' : '---')).join(' | ')} |`;
      return [line(block.columns), rule, ...block.rows.map(line)].join('\n');
    }
    case 'picture':
      return `**${escapeMarkdown(block.title)}.** ${escapeMarkdown(block.summary)}`;
    case 'images':
      return block.items
        .map(({ title, lines }) => `- ${escapeMarkdown(title)}: ${lines.map(escapeMarkdown).join('; ')}`)
        .join('\n');
  }
}

/** What would begin a list, a rule, a fence, a table's cell, emphasis, a link, code, an entity or
 * markup. */
function escapeMarkdown(text: string): string {
  return oneLine(text.replace(/\s*[\n\r]\s*/g, ' ').trim())
    .replace(/[\\`*_{}[\]<>|~&@]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`)
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^[#+-](?=[\s#-]|$)/, '\\$&');
}
