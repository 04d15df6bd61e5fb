import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { collectPageFaults, findChromium, isWithoutBrowser, openBrowser } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan-browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the browser is the one that is named, else the first on the PATH that can be started', () => {
  const [empty, full] = [join(folder, 'no-such-folder'), folder];
  writeFileSync(join(full, 'chromium'), 'not a program');
  chmodSync(join(full, 'chromium'), 0o644);
  writeFileSync(join(full, 'google-chrome'), '#!/bin/sh\n');
  chmodSync(join(full, 'google-chrome'), 0o755);
  expect(findChromium({ PATH: [empty, full].join(delimiter) })).toBe(join(full, 'google-chrome'));
  expect(findChromium({ PATH: full, BANYAN_CHROMIUM: '/opt/browser' })).toBe('/opt/browser');
});

// A Mac has its browsers in a fixed place.
test.skipIf(process.platform === 'darwin')('a machine without a browser skips, and one that must not skip does not', () => {
  expect(isWithoutBrowser({ PATH: '' })).toBe(true);
  expect(isWithoutBrowser({ PATH: '', BANYAN_NO_SKIPS: '1' })).toBe(false);
});

describe.skipIf(isWithoutBrowser())('in a browser', () => {
  test('a fault on a page is collected', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const faults = collectPageFaults(page);
      await page.setContent('<script>console.error("planted"); throw new Error("thrown")</script><h1>here</h1>');
      await expect.poll(() => faults.length).toBe(2);
      expect(faults.join()).toMatch(/planted.*thrown|thrown.*planted/);
    } finally {
      await browser.close();
    }
  });
});
