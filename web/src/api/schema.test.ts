import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
// @ts-expect-error The script is plain JavaScript.
import { generate, target } from '../../scripts/generate.mjs';
import { toProblem } from './client';

it('schema.d.ts is what the OpenAPI file gives', { timeout: 30000 }, async () => {
  expect(await readFile(target as URL, 'utf8')).toBe(await generate());
});

it('toProblem keeps what a problem says, and the status of the answer', () => {
  const body = { type: 't', title: 'Bad code', status: 200, remedy: 'Scan again', code: 'bad_code' };
  expect(toProblem(body, 400)).toEqual({ ...body, status: 400 });
});

it.each([[undefined], [null], ['<html>'], [{ title: 7 }], [{}]])('toProblem of %j', (body) => {
  expect(toProblem(body, 502)).toEqual({ type: 'about:blank', title: 'HTTP 502', status: 502 });
});
