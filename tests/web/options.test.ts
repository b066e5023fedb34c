import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testing } from '../../src/web/browser.ts';
import { readWebOptions } from '../../src/web/options.ts';

const { appWindowArguments, browserProfile } = testing;

describe('what the web shell is started with', () => {
  it('reads what npm start passes on', () => {
    const args = [
      '--open',
      '--browser',
      '/usr/bin/chromium',
      '--sample',
      '--workspace',
      'w',
      '--port',
      '8123',
      'a.trade',
    ];
    expect(readWebOptions(args)).toEqual({
      workspace: resolve('w'),
      port: 8123,
      sample: true,
      browser: '/usr/bin/chromium',
      archives: [resolve('a.trade')],
    });
    expect(readWebOptions(['--print'])).toEqual({
      ...{ workspace: undefined, port: 0, sample: false, browser: undefined },
      archives: [],
    });
  });

  it.each([
    { args: ['--prot', '1'], says: '--prot' },
    { args: ['--port', '65536'], says: '65536' },
    { args: ['--port', '-1'], says: '--port' },
    { args: ['--port', '80a'], says: '80a' },
    { args: ['--open'], says: '--browser' },
    { args: ['--open', '--print', '--browser', 'x'], says: '--print' },
    { args: ['somewhere'], says: 'somewhere' },
  ])('refuses $args, naming the culprit', ({ args, says }) => {
    expect(() => readWebOptions(args)).toThrow(
      expect.objectContaining({ code: 'usage.invalid', message: expect.stringContaining(says) }),
    );
  });
});

describe('the browser window', () => {
  it('is an app window with a profile of its own: the person’s tabs and logins stay out of it', () => {
    const args = appWindowArguments('file:///page.html', '/profile');
    expect(args).toContain('--app=file:///page.html');
    expect(args).toContain('--user-data-dir=/profile');
  });

  it('never goes without its sandbox or its web security', () => {
    expect(appWindowArguments('http://127.0.0.1:1/', '/profile').join(' ')).not.toMatch(
      /no-sandbox|disable-web-security/,
    );
  });

  it('keeps its profile in the cache of the person, whatever the workspace', () => {
    expect(browserProfile({}, 'linux', '/home/ada')).toBe('/home/ada/.cache/trade-workbench/browser-profile');
    expect(browserProfile({ XDG_CACHE_HOME: '/fast' }, 'linux', '/home/ada')).toMatch(/^\/fast\/trade-workbench/);
    expect(browserProfile({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/ada')).toMatch(/^\/home\/ada\/\.cache/);
    expect(browserProfile({}, 'darwin', '/Users/ada')).toMatch(/^\/Users\/ada\/Library\/Caches/);
  });
});
