// e2e/console.e2e.mjs - drives the console in Chromium against a running server whose line works.
//
// Environment: PACKTRAIL_URL, PACKTRAIL_USER, PACKTRAIL_PASSWORD; CHROMIUM (/usr/bin/chromium);
// PACKTRAIL_SHOTS, a folder for screenshots. Prints `ok NAME` or `not ok NAME` for each check and
// `N passed, N failed` at the end; exit code 1 when a check failed, 2 when the call is wrong.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = process.argv[2] ?? process.env.PACKTRAIL_URL;
const user = process.env.PACKTRAIL_USER;
const password = process.env.PACKTRAIL_PASSWORD;
const shots = process.env.PACKTRAIL_SHOTS;
if (!base || !user || !password) {
  console.error('Set PACKTRAIL_URL, PACKTRAIL_USER and PACKTRAIL_PASSWORD.');
  process.exit(2);
}
if (shots) mkdirSync(shots, { recursive: true });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kAxeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const kWait = 15000;

let passed = 0;
let failed = 0;
async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok ${name}`);
  } catch (e) {
    failed += 1;
    console.log(`not ok ${name}`);
    console.log(`  ${String(e instanceof Error ? e.message : e).replaceAll('\n', '\n  ')}`);
  }
}
function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const context = await browser.newContext({
  viewport: { width: 1280, height: 800 },
  locale: 'en-GB',
  colorScheme: 'light',
  reducedMotion: 'reduce',
  acceptDownloads: true,
});
const page = await context.newPage();
page.setDefaultTimeout(kWait);
const devtools = await context.newCDPSession(page);

const faults = [];
page.on('pageerror', (e) => faults.push(`page error: ${e.message}`));
page.on('console', (m) => {
  if (/Content Security Policy/i.test(m.text())) faults.push(`policy: ${m.text()}`);
});
const origin = new URL(base).origin;
page.on('request', (r) => {
  const url = new URL(r.url());
  if (url.protocol.startsWith('http') && url.origin !== origin) faults.push(`foreign host: ${r.url()}`);
});

const shot = async (name) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: name.endsWith('full') });
};

/** Runs axe by DevTools evaluation, which the page's script policy does not block. */
async function axe(name) {
  await check(`axe ${name}`, async () => {
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
    const found = await page.evaluate(async (tags) => {
      const result = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } });
      return result.violations.map(
        (v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`,
      );
    }, kAxeTags);
    expect(found.length === 0, found.join('\n'));
  });
}

/** In each colour scheme. */
async function axeBoth(name) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await axe(`${name}, light`);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await axe(`${name}, dark`);
  await shot(`${name.replaceAll(' ', '-')}-dark`);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** 320 px wide is also what 1280 px shows at 400 % zoom. */
async function reflow(name) {
  await check(`reflow at 320 px ${name}`, async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.waitForTimeout(100);
    const [content, window] = await page.evaluate(() => [
      document.scrollingElement.scrollWidth,
      document.scrollingElement.clientWidth,
    ]);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest('.pt-sr, .pt-skip'))
        .slice(0, 3)
        .map((e) => e.outerHTML.slice(0, 100)),
    );
    expect(content <= window, `content is ${content} px wide in ${window} px: ${wide.join(' | ')}`);
  });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.evaluate(() => window.scrollTo(0, 0));
  await shot(`${name.replaceAll(' ', '-')}-mobile`);
  if (shots) await shot(`${name.replaceAll(' ', '-')}-mobile-full`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function targets(name) {
  await check(`targets of 48 px ${name}`, async () => {
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, select, input, nav a, a.pt-button')]
        .map((e) => ({ r: e.getBoundingClientRect(), t: e.outerHTML.slice(0, 120) }))
        .filter(({ r }) => r.width > 0 && (r.height < 47.5 || r.width < 47.5))
        .map(({ r, t }) => `${r.width.toFixed(0)}x${r.height.toFixed(0)} ${t}`),
    );
    expect(small.length === 0, small.join('\n'));
  });
}

const good = () => page.locator('.pt-hero dd').first().innerText();
const verdict = () => page.locator('[data-verdict]');

/**
 * Types as a scanner does: 8 ms from key to key, GS as Ctrl+], Enter at the end. The keys are sent
 * in one go with their times, so that a busy machine does not stretch the scan.
 */
async function scan(code) {
  const start = Date.now() / 1000;
  const sent = [];
  let t = 0;
  const send = (type, key) => {
    sent.push(devtools.send('Input.dispatchKeyEvent', { type, timestamp: start + t / 1000, ...key }));
  };
  const press = (key) => {
    send('keyDown', key);
    send('keyUp', { ...key, text: undefined });
    t += 8;
  };
  for (const c of code) {
    if (c === '\u001d') {
      const control = { key: 'Control', code: 'ControlLeft', windowsVirtualKeyCode: 17 };
      send('rawKeyDown', { ...control, modifiers: 2 });
      press({ key: ']', code: 'BracketRight', windowsVirtualKeyCode: 221, modifiers: 2 });
      send('keyUp', control);
    } else {
      press({ key: c, text: c });
    }
  }
  press({ key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' });
  await Promise.all(sent);
}

let newest = '';
let lot = '';
try {
  await page.goto(base, { waitUntil: 'load' });

  // Login.
  await check('a stranger sees the login', async () => {
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });
  await shot('login');
  await axeBoth('login');
  await targets('login');
  await reflow('login');
  await check('login fields suit password managers', async () => {
    const name = page.locator('input[name=username]');
    const secret = page.locator('input[name=password]');
    expect((await name.getAttribute('autocomplete')) === 'username', 'username');
    expect((await secret.getAttribute('autocomplete')) === 'current-password', 'current-password');
    expect((await secret.getAttribute('type')) === 'password', 'type');
  });
  await check('empty fields are named', async () => {
    await page.locator('button[type=submit]').click();
    await page.getByText('Enter your user name.').waitFor();
    await page.getByText('Enter your password.').waitFor();
  });
  await check('a wrong password is refused in words', async () => {
    await page.locator('input[name=username]').fill(user);
    await page.locator('input[name=password]').fill(`${password}-wrong`);
    await page.keyboard.press('Enter');
    await page.getByText('User name or password is wrong.').waitFor();
  });
  await shot('login-wrong');
  await axe('login refused');
  await check('login by keyboard', async () => {
    await page.locator('input[name=password]').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('search').waitFor();
  });
  await check('the session cookie is out of reach of scripts', async () => {
    expect(!(await page.evaluate(() => document.cookie)).includes('packtrail_session'), 'readable');
    const cookie = (await context.cookies()).find((c) => c.name === 'packtrail_session');
    expect(cookie?.httpOnly === true, 'not HttpOnly');
  });

  // The line.
  await check('the live counters move', async () => {
    await page.locator('.pt-hero dd').first().waitFor();
    const before = await good();
    await page.waitForFunction(
      (b) => document.querySelector('.pt-hero dd')?.textContent !== b,
      before,
      { timeout: 60000 },
    );
  });
  await check('packs by state and the ledger are shown', async () => {
    expect((await page.locator('.pt-table tbody tr').count()) > 0, 'no state');
    expect(/\d/.test(await page.locator('.pt-ledger dd').first().innerText()), 'no size');
    const root = await page.locator('.pt-ledger dd.pt-mono').getAttribute('title');
    expect((root ?? '').length > 20, `head root is ${root}`);
  });
  await shot('line');
  await shot('line-full');
  await axeBoth('line');
  await targets('line');
  await reflow('line');

  // The newest pack.
  await check('the newest pack of the line is genuine', async () => {
    await page.getByRole('button', { name: 'Try the newest pack' }).click();
    await verdict().waitFor();
    expect((await verdict().getAttribute('data-verdict')) === 'genuine', await verdict().innerText());
    await page.getByRole('heading', { level: 1, name: 'Genuine' }).waitFor();
    newest = await page.getByLabel('Scan or type a code').inputValue();
    expect(/\/01\/\d{14}\/10\/[^/]+\/21\//.test(newest), `no Digital Link: ${newest}`);
    // The lot is a key qualifier: part of the path, before the serial number.
    lot = decodeURIComponent(/\/10\/([^/]+)\/21\//.exec(newest)?.[1] ?? '');
    expect(lot !== '', 'no lot');
  });
  await check('its expiry date is unambiguous', async () => {
    const facts = await page.locator('.pt-result-body').innerText();
    expect(/\b\d{1,2} [A-Z][a-z]{2,3} 20\d\d\b/.test(facts), facts);
  });
  await check('its history is shown', async () => {
    await page.locator('.pt-timeline > li').first().waitFor();
    const first = await page.locator('.pt-timeline > li').first().innerText();
    expect(first.includes('Commissioned'), first);
  });
  await shot('verify');
  await shot('verify-full');
  await axeBoth('verify');
  await targets('verify');
  await reflow('verify');
  await check('its proof is downloaded', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the proof' }).click();
    const file = await download;
    expect(/^proof-.+\.json$/.test(file.suggestedFilename()), file.suggestedFilename());
    JSON.parse(readFileSync(await file.path(), 'utf8'));
  });

  // Scanners.
  const link = newest === '' ? null : new URL(newest);
  const [, gtin, serial] = /\/01\/(\d{14})\/10\/[^/]+\/21\/([^/?]+)$/.exec(link?.pathname ?? '') ?? ['', '', ''];
  const expiry = link?.searchParams.get('17') ?? '';
  const elementOf = (ofLot) =>
    `]d201${gtin}21${decodeURIComponent(serial)}\u001d17${expiry}10${ofLot}`;
  const element = elementOf(lot);
  const wrongLot = elementOf('WRONG9');
  await check('a scanner is heard with the focus elsewhere, Ctrl+] is GS', async () => {
    await page.getByRole('link', { name: 'Line', exact: true }).click();
    await page.locator('.pt-hero dd').first().waitFor();
    await scan(element);
    await verdict().waitFor();
    expect((await verdict().getAttribute('data-verdict')) === 'genuine', await verdict().innerText());
    const box = await page.getByLabel('Scan or type a code').inputValue();
    expect(box === element.replaceAll('\u001d', '␝'), `the box holds ${box}`);
    expect((await page.locator('.pt-code mark').first().innerText()) === '␝', 'no sign for GS');
  });
  await check('a scanner is heard with the focus in the box, and replaces what is there', async () => {
    await page.getByLabel('Scan or type a code').fill('old text');
    const other = wrongLot;
    await scan(other);
    await page.locator('[data-verdict=mismatch]').waitFor();
    const box = await page.getByLabel('Scan or type a code').inputValue();
    expect(box === other.replaceAll('\u001d', '␝'), `the box holds ${box}`);
  });
  await check('a code without lot and expiry confirms the number alone', async () => {
    await scan(`]d201${gtin}21${decodeURIComponent(serial)}`);
    await page.locator('[data-verdict=genuine]').waitFor();
    await page.getByText('The number is as the manufacturer recorded it.').waitFor();
    expect((await page.getByText('not in the code').count()) === 2, 'the missing fields are not named');
    await scan(wrongLot);
    await page.locator('[data-verdict=mismatch]').waitFor();
  });
  await check('a mismatch is told in words', async () => {
    await page.getByRole('heading', { level: 1, name: 'Not genuine: details differ' }).waitFor();
    await page.getByText('differs from the code').waitFor();
  });
  await page.evaluate(() => window.scrollTo(0, 0));
  await shot('mismatch');
  await axeBoth('mismatch');
  await check('an unknown number is not genuine', async () => {
    await scan(`]d201${gtin}21NOSUCHPACK\u001d17${expiry}10${lot}`);
    await page.locator('[data-verdict=unknown]').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Not genuine: number unknown' }).waitFor();
  });
  await shot('unknown');
  await axe('unknown');
  await check('an unreadable code is refused with the remedy of the server', async () => {
    await scan('0109521101');
    await page.getByRole('heading', { level: 1, name: 'This code could not be checked' }).waitFor();
  });
  await shot('refused');
  await axe('refused');
  await check('/ leads to the scan box', async () => {
    await page.locator('#main').focus();
    await page.keyboard.press('/');
    expect(
      await page.evaluate(() => document.activeElement?.closest('[role=search]') !== null),
      'the focus is elsewhere',
    );
  });

  await check('on a phone the verdict comes into sight by itself', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => window.scrollTo(0, 0));
    await scan(element);
    await page.locator('[data-verdict=genuine]').waitFor();
    await page.waitForTimeout(300);
    const box = await page.locator('[data-verdict] h1').boundingBox();
    expect(box !== null && box.y >= 0 && box.y + box.height <= 740, JSON.stringify(box));
  });
  await shot('verify-phone');
  await page.setViewportSize({ width: 1280, height: 800 });

  // Contents. The newest pack may not be in a case yet; an older one of the same line is.
  await check('the contents of the case open as a tree', async () => {
    const end = Date.now() + 120000;
    await scan(element);
    await page.locator('[data-verdict=genuine]').waitFor();
    const open = page.getByRole('link', { name: 'Show contents of the case' });
    while ((await open.count()) === 0 && Date.now() < end) {
      await page.waitForTimeout(2000);
      await scan(element);
      await page.locator('[data-verdict=genuine]').waitFor();
    }
    await open.click();
    await page.getByRole('heading', { level: 1, name: 'Contents' }).waitFor();
    const branch = page.locator('.pt-branch').first();
    await branch.waitFor();
    expect((await branch.getAttribute('aria-expanded')) === 'true', 'closed at the start');
    expect((await page.locator('.pt-leaf').count()) > 0, 'empty');
    await branch.focus();
    await page.keyboard.press('Enter');
    expect((await branch.getAttribute('aria-expanded')) === 'false', 'did not close');
    await page.keyboard.press('Enter');
    await page.locator('.pt-leaf').first().waitFor();
  });
  await shot('contents');
  await axeBoth('contents');
  await targets('contents');
  await reflow('contents');

  // Languages.
  for (const [code, title, date] of [
    ['de', 'Echt', /\d{1,2}\. [A-ZÄ][a-zä]{2,3}\.? 20\d\d/],
    ['hi', 'असली', /\d{1,2} [\u0900-\u097f]+॰? 20\d\d/],
  ]) {
    await check(`language ${code}`, async () => {
      await page.locator('.pt-language select').selectOption(code);
      await page.waitForFunction((c) => document.documentElement.lang === c, code);
      await scan(element);
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      expect(date.test(await page.locator('.pt-result-body').innerText()), 'no date in this language');
    });
    await page.evaluate(() => window.scrollTo(0, 0));
    await shot(`verify-${code}`);
    await axe(`verify, ${code}`);
    await reflow(`verify ${code}`);
    await page.locator('.pt-nav a').first().click();
    await page.locator('.pt-hero dd').first().waitFor();
    await shot(`line-${code}`);
    await axe(`line, ${code}`);
    await reflow(`line ${code}`);
  }
  await check('the language is remembered', async () => {
    await page.reload();
    await page.locator('.pt-hero dd').first().waitFor();
    expect((await page.evaluate(() => document.documentElement.lang)) === 'hi', 'forgotten');
    await page.locator('.pt-language select').selectOption('en');
    await page.waitForFunction(() => document.documentElement.lang === 'en');
  });

  // A lost server.
  await check('a lost connection is told, and its return', async () => {
    await page.route('**/api/v1/live', (route) => route.abort());
    await page.getByText('Connection lost').waitFor();
    await page.getByText(/The figures below are from/).waitFor();
    await shot('lost');
    await axe('lost');
    await page.unroute('**/api/v1/live');
    await page.getByText('Connection is back').waitFor();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
  });

  // The end of the session.
  await check('log out', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    const status = await page.evaluate(async () => (await fetch('/api/v1/sessions/current')).status);
    expect(status === 401, `the session still answers ${status}`);
  });
  await check('a session that ends while working leads to the login, and says why', async () => {
    await page.locator('input[name=username]').fill(user);
    await page.locator('input[name=password]').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('search').waitFor();
    await context.clearCookies();
    await page.getByText('Your session has ended. Log in again.').waitFor();
  });
  await check('no script error, no policy violation, no foreign host', async () => {
    expect(faults.length === 0, faults.join('\n'));
  });
} catch (e) {
  failed += 1;
  console.log('not ok the run itself');
  console.log(`  ${e instanceof Error ? e.stack : e}`);
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
