import { describe, expect, it } from 'vitest';
import { wayOut } from '../../src/bridge/external-links.ts';
import { isOwnMainFrame, isOwnPage, mayDownload, mayHave, mayNavigate, START_PAGE } from '../../src/main/guards.ts';

/** Each looks like ours to a test of first letters or of substrings. */
const LOOKALIKES = [
  'app://trade.evil.example/',
  'app://trade@evil.example/',
  'app://user:word@trade/',
  'app://trade:8080/',
  'app:trade/',
  'https://trade/',
  'http://app://trade/',
  'file:///app://trade/',
  'data:text/html,app://trade/',
  'javascript:"app://trade/"',
  'about:blank',
  '',
];

describe('own pages', () => {
  it('knows the start page and what lies beside it', () => {
    expect(isOwnPage(START_PAGE)).toBe(true);
    expect(isOwnPage('app://trade/assets/index-abc.js#/runs/1')).toBe(true);
  });

  it.each(LOOKALIKES)('does not take %j for ours', (address) => {
    expect(isOwnPage(address)).toBe(false);
    expect(mayNavigate(address)).toBe(false);
  });

  it('lets the page reload and go nowhere else, not even to another file of ours', () => {
    expect(mayNavigate('app://trade/#/runs')).toBe(true);
    expect(mayNavigate('app://trade/index.html')).toBe(true);
    expect(mayNavigate('app://trade/assets/picture.svg')).toBe(false);
  });
});

describe('the frame that gets the bridge', () => {
  it('is our own main frame', () => {
    expect(isOwnMainFrame({ url: START_PAGE, parent: null })).toBe(true);
  });

  it('is no frame inside our page, no foreign page, and no frame that is gone', () => {
    expect(isOwnMainFrame({ url: START_PAGE, parent: { url: START_PAGE } })).toBe(false);
    expect(isOwnMainFrame({ url: START_PAGE, parent: undefined })).toBe(false);
    expect(isOwnMainFrame({ url: 'https://evil.example/', parent: null })).toBe(false);
    expect(isOwnMainFrame(null)).toBe(false);
    expect(isOwnMainFrame(undefined)).toBe(false);
  });
});

describe('downloads', () => {
  it.each(['front.csv', 'Student 2.ONNX', 'comparison-a-b.html', 'run.trade', 'search.json', 'log.txt'])(
    'lets %s of our page through',
    (name) => expect(mayDownload('blob:app://trade/3f2a-77', name)).toBe(true),
  );

  it.each(['setup.exe', 'run.sh', 'a.desktop', 'csv', 'front.csv.scr', 'a.csv\0.exe', ''])('denies %j', (name) =>
    expect(mayDownload('blob:app://trade/3f2a-77', name)).toBe(false),
  );

  it.each([...LOOKALIKES, 'app://trade/assets/main.js', 'blob:null/3f2a', 'blob:blob:app://trade/1', 'data:,x'])(
    'denies %j, which our page has not made',
    (address) => {
      expect(mayDownload(address, 'front.csv')).toBe(false);
      if (address !== 'app://trade/assets/main.js') expect(mayDownload(`blob:${address}`, 'front.csv')).toBe(false);
    },
  );
});

describe('permissions', () => {
  it('lets our page copy, which its buttons offer', () => {
    expect(mayHave('clipboard-sanitized-write', START_PAGE)).toBe(true);
  });

  it.each(['clipboard-read', 'media', 'geolocation', 'notifications', 'openExternal', ''])('has no %j', (permission) =>
    expect(mayHave(permission, START_PAGE)).toBe(false),
  );

  it.each(LOOKALIKES)('gives %j nothing', (address) =>
    expect(mayHave('clipboard-sanitized-write', address)).toBe(false),
  );
});

describe('links out', () => {
  it.each(['https://arxiv.org/abs/1910.01739', 'https://doi.org/10.1000/182#page'])('opens %s', (address) => {
    expect(wayOut(address)).toBe('known');
  });

  it.each([
    'http://arxiv.org/abs/1910.01739',
    'https://arxiv.org.evil.example/',
    'https://arxiv.org:8443/',
    'https://evil.example/?arxiv.org',
    'http://localhost:6006/#scalars',
  ])('asks before %s', (address) => {
    expect(wayOut(address)).toBe('asked');
  });

  it.each([
    'https://arxiv.org@evil.example/',
    'https://user:word@arxiv.org/',
    'file:///etc/passwd',
    'smb://arxiv.org/share',
    'ms-settings:privacy',
    'javascript:alert(1)',
    'data:text/html,x',
    'arxiv.org',
    'https://',
  ])('keeps %s shut', (address) => {
    expect(wayOut(address)).toBeUndefined();
  });
});
