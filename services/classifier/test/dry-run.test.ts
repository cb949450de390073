import { describe, expect, it } from '@jest/globals';
import { createExpressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import { dryClassifyStage } from '../src/dry-run.ts';
import { planTasks } from '../src/planned-task.ts';
import { anEnvelope, aTicket, never, scripted } from './builders.ts';

const flow = aFlow('tickets', {
  classify: [
    { task: 'category', as: 'category', when: null, pack: null, settings: {} },
    { task: 'priority', as: 'priority', when: "status = 'closed'", pack: null, settings: {} },
  ],
});

describe('classify in a dry run', () => {
  it('asks no remote model, and says which judgements are therefore missing', async () => {
    const remote = scripted('remote');
    const asked = planTasks(flow).map((task) => ({ ...task, mode: 'fast' as const, model: remote.model }));
    const expressions = createExpressions();
    const { pipeline, findings } = dryClassifyStage(flow, asked, expressions);
    const { outputs } = await pipeline.handle(anEnvelope(aTicket()), never);
    expect(remote.asked).toEqual([]);
    expect(outputs).toMatchObject([
      { data: { judgements: { category: { decision: 'abstained', reason: 'a dry run calls no remote model' } } } },
    ]);
    expect(findings()).toEqual({
      conditions: [
        { of: 'judgement priority', expression: "status = 'closed'", holds: false, reason: 'status is "new"' },
      ],
      notes: ['asked of a remote model, which a dry run does not call: category, priority'],
    });
    await expressions.close();
  });
});
