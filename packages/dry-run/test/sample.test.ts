import { describe, expect, it } from '@jest/globals';
import { type DryRunError, parseSample } from '../src/index.ts';

const refused = (content: unknown): DryRunError => {
  try {
    parseSample(content);
  } catch (error) {
    return error as DryRunError;
  }
  throw new Error('the sample was taken');
};

describe('a sample', () => {
  it('is a webhook whose body is the bytes that a sender would send', () => {
    expect(parseSample({ source: 'zendesk', body: { a: 1 } })).toEqual({
      ...{ kind: 'webhook', source: 'zendesk', method: 'POST', query: '', headers: {} },
      body: Buffer.from('{"a":1}'),
    });
    expect(parseSample({ source: 'slack', body: 'payload=%7B%7D' })).toMatchObject({
      body: Buffer.from('payload=%7B%7D'),
    });
    expect(parseSample({ source: 'github', bodyBase64: 'AP8=' })).toMatchObject({ body: Buffer.from([0, 255]) });
  });

  it('is a business event of a client, or a record', () => {
    expect(parseSample({ entity: 'tickets', event: { id: '1' } })).toMatchObject({ kind: 'event', client: 'dry-run' });
    expect(parseSample({ topic: 't', value: {} })).toEqual({ kind: 'record', topic: 't', key: null, value: {} });
  });

  it.each([
    ['a list', [], '', 'none of them'],
    ['text', 'x', '', 'none of them'],
    ['null', null, '', 'none of them'],
    ['nothing that says what it is', { id: '1' }, '', 'none of them'],
    ['two things at once', { source: 'a', entity: 'b' }, '', 'source with entity'],
    ['a webhook without a body', { source: 'zendesk' }, '/body', 'expected one of body'],
    ['a header that is no text', { source: 'a', body: '', headers: { x: 1 } }, '/headers/x', 'string'],
    ['bytes that are not Base64', { source: 'a', bodyBase64: '%' }, '/bodyBase64', 'base64'],
    ['a field that no sample has', { entity: 'a', event: {}, extra: 1 }, '', 'extra'],
  ])('is refused at its place: %s', (_, content, pointer, message) => {
    const { code, problems } = refused(content);
    expect(code).toBe('X_DRY_RUN_SAMPLE');
    expect(problems).toEqual([{ pointer, message: expect.stringContaining(message) }]);
  });
});
