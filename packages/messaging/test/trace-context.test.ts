import { describe, expect, it } from '@jest/globals';
import { eventId } from '../src/ids.ts';
import { childTraceparent, edgeTraceparent } from '../src/trace-context.ts';

const id = eventId(['zendesk', 'delivery-1']);
const child = eventId([id, 'normalise']);
const sent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const valid = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/;

describe('the trace of an edge record', () => {
  it('goes on with the sender’s, in a span of its own', () => {
    const made = edgeTraceparent(sent, id);
    expect(made).toMatch(valid);
    expect(made.slice(0, 35)).toBe(sent.slice(0, 35));
    expect(made).not.toBe(sent);
  });

  it('keeps the sender’s wish not to be sampled', () => {
    expect(edgeTraceparent(sent.replace(/01$/, '00'), id)).toMatch(/-00$/);
  });

  it('begins under the event’s own id, and in the same way each time, where the sender has none', () => {
    const made = edgeTraceparent(undefined, id);
    expect(made).toMatch(valid);
    expect(made.split('-')[1]).toBe(id.replaceAll('-', ''));
    expect(edgeTraceparent(undefined, id)).toBe(made);
  });

  it.each([
    ['nothing', ''],
    ['no context', 'abc'],
    ['upper case', sent.toUpperCase()],
    ['the version that is never to be used', sent.replace(/^00/, 'ff')],
    ['a trace of zeros', '00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    ['a span of zeros', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
    ['more than the version has', `${sent}-more`],
    ['two of them', `${sent}, ${sent}`],
    ['a line break', `${sent}\n`],
  ])('is not taken from %s', (_what, header) => {
    expect(edgeTraceparent(header, id)).toBe(edgeTraceparent(undefined, id));
  });

  it('is taken from a later version as far as this one knows it', () => {
    expect(edgeTraceparent(sent.replace(/^00/, '01').replace(/01$/, 'ff-new'), id)).toMatch(
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-03$/,
    );
  });
});

describe('the trace of what a record caused', () => {
  it('is its parent’s, in a span named after the new record', () => {
    const made = childTraceparent(sent, child);
    expect(made).toMatch(valid);
    expect(made?.slice(0, 35)).toBe(sent.slice(0, 35));
    expect(childTraceparent(sent, child)).toBe(made);
    expect(childTraceparent(sent, id)).not.toBe(made);
  });

  it('is absent where the parent has none that can be read', () => {
    expect(childTraceparent(null, child)).toBeNull();
    expect(childTraceparent('nonsense', child)).toBeNull();
  });
});
