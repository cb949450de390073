import { describe, expect, it } from '@jest/globals';
import { parseCompletion } from '../src/completion.ts';

const model = { name: 'm', version: '1', hash: 'h', method: 'm' };
const taxonomy = { labels: ['cards', 'cash'] };

describe('parseCompletion', () => {
  it('takes a label of the taxonomy', () => {
    expect(parseCompletion('{"label":"cash","confidence":0.8}', taxonomy, model)).toMatchObject({
      label: 'cash',
      decision: 'accepted',
      model,
    });
  });

  it('takes no label for an abstention', () => {
    const judgement = parseCompletion('{"label":null,"confidence":0.2,"text":"Dear customer"}', taxonomy, model);
    expect(judgement).toMatchObject({ decision: 'abstained', reason: 'the model chose no label', text: null });
  });

  it.each([
    ['prose around it', 'Sure! {"label":"cash","confidence":0.8}'],
    ['a label of its own', '{"label":"refund 4111","confidence":1}'],
    ['a confidence that is none', '{"label":"cash","confidence":7}'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('refuses %s, without repeating it', (_what, said) => {
    const refusal = (): unknown => parseCompletion(said, taxonomy, model);
    expect(refusal).toThrow(
      expect.objectContaining({ code: 'X_MODEL_MALFORMED', disposition: { kind: 'dead-letter' } }),
    );
    expect(refusal).not.toThrow(/4111|Sure/);
  });
});
