/**
 * Notes as Markdown: loaded when the first one is shown. Nothing in a note is trusted, ours or
 * imported: no HTML, no images, no styles, and links only to where a shell may lead
 * (`bridge/external-links.ts`) or to places of the workbench.
 */
import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { wayOut } from '../../bridge/external-links.ts';

const markdown = new MarkdownIt('default', { html: false, linkify: true, typographer: false }).disable('image');

/** A place of the workbench itself. */
const isOwnPlace = (address: string): boolean => /^#\/[\w/?=&%.-]*$/.test(address);

// Every address is let through to the renderer below, which decides: else `javascript:` would stand
// there as raw Markdown.
markdown.validateLink = () => true;

markdown.renderer.rules['link_open'] = (tokens, index) => {
  const address = String(tokens[index]?.attrGet('href') ?? '');
  const escaped = markdown.utils.escapeHtml(address);
  if (isOwnPlace(address)) return `<a href="${escaped}">`;
  if (wayOut(address) === undefined) return '<span>';
  // Where it leads is seen before it is followed.
  return `<a href="${escaped}" title="${escaped}" target="_blank" rel="noopener noreferrer">`;
};

/** What leads nowhere from here stays text, with its address to copy. */
markdown.renderer.rules['link_close'] = (tokens, index) => {
  const open = tokens
    .slice(0, index)
    .findLast(({ type, level }) => type === 'link_open' && level === tokens[index]?.level);
  const address = String(open?.attrGet('href') ?? '');
  if (isOwnPlace(address) || wayOut(address) !== undefined) return '</a>';
  const inside = tokens[index - 1]?.content ?? '';
  return inside === address ? '</span>' : ` (<code>${markdown.utils.escapeHtml(address)}</code>)</span>`;
};

// Aligned columns would bear a style, which the policy refuses already where the sanitiser reads
// it.
markdown.renderer.rules['th_open'] = () => '<th>';
markdown.renderer.rules['td_open'] = () => '<td>';

const ALLOWED = {
  ALLOWED_TAGS: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'span'],
    ...['ul', 'ol', 'li', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'start'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
} as const;

/** HTML that may be put into the page as it is. */
export function noteHtml(note: string): string {
  return DOMPurify.sanitize(markdown.render(note), {
    ...ALLOWED,
    ALLOWED_TAGS: [...ALLOWED.ALLOWED_TAGS],
    ALLOWED_ATTR: [...ALLOWED.ALLOWED_ATTR],
  });
}
