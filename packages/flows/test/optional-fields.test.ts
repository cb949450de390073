import { describe, expect, it } from '@jest/globals';
import { compileExpression } from '../src/expression-check.ts';
import { flowList, loadFlows, parseFlows } from '../src/index.ts';
import { optionalUses, type Use } from '../src/optional-fields.ts';

const scope = {
  entity: 'tickets',
  aliases: ['account', 'owner'],
  required: ['owner'],
  tasks: ['category'],
} as const;
const warned = (text: string, use: Use = { as: 'when' }): readonly string[] =>
  optionalUses(compileExpression(text), scope, use);

describe('a field that may be absent', () => {
  it.each([
    [
      "$contains(description, 'x')",
      'description',
      '$contains makes nothing of it, and the condition may not hold then',
    ],
    ['$lowercase(requester.emailDomain) = "a"', 'requester.emailDomain', '$lowercase makes nothing of it'],
    ['updatedAt > 1', 'updatedAt', '`>` does not hold then'],
    ["status != 'closed'", 'status', '`!=` does not hold then'],
    ["'a' & assignee = 'ab'", 'assignee', 'it is empty text then'],
    ['updatedAt - createdAt > 5', 'updatedAt', 'nothing is calculated'],
    ["description ~> $contains('x')", 'description', '$contains makes nothing of it'],
    ['assignee.$length() > 2', 'assignee', '$length makes nothing of it'],
    ["$uppercase(account.tier) = 'A'", 'account.tier', '$uppercase makes nothing of it'],
    ["$contains(classification.category.label, 'x')", 'classification.category.label', '$contains makes nothing of it'],
    ['$number(attributes.amount) > 5', 'attributes.amount', '$number makes nothing of it'],
    ["subject = 'a' ? $contains(description, 'x') : false", 'description', '$contains makes nothing of it'],
  ])('is warned of where it would surprise: %s', (text, field, effect) => {
    expect(warned(text)[0]).toContain(`${field} may be absent: ${effect}`);
  });

  it.each([
    "status = 'open'",
    "assignee in ['a', 'b']",
    'description',
    '$exists(assignee)',
    'assignee = null',
    "$exists(description) and $contains(description, 'x')",
    "description and $contains(description, 'x')",
    'description != null and $length(description) > 3',
    "requester ? $contains(requester.email, '@') : false",
    "(assignee ?? 'nobody') & '!' = 'x!'",
    "$contains(subject, 'x')",
    "$contains(owner.name, 'x')",
    "account.tier = 'enterprise'",
    '$count(tags) > 1',
    "$contains(source, 'x')",
    "tags[$contains($, 'x')]",
    "$contains(classification.category.decision, 'acc')",
  ])('is not warned of where it is asked for, or surprises nobody: %s', (text) => {
    expect(warned(text)).toEqual([]);
  });

  it('is warned of where a lookup needs it', () => {
    expect(warned('requester.emailDomain', { as: 'by' })).toEqual([]);
    const required = { as: 'by', isRequired: true } as const;
    expect(warned('$lowercase(requester.emailDomain)', required)[0]).toContain('a dead letter then');
    expect(warned('$lowercase(requester.emailDomain)', { as: 'by' })[0]).toContain('the lookup is a miss then');
  });

  it('is warned of where it is all that a map makes', () => {
    expect(warned('description', { as: 'map' })[0]).toContain('the map makes nothing then');
    expect(warned("{ 'text': description }", { as: 'map' })).toEqual([]);
  });

  it('is warned of with file and line, and stops nothing', () => {
    const warnings: string[] = [];
    const text = 'flows:\n  tickets:\n    deliver:\n      - { route: a, sink: slack, when: updatedAt > 1 }\n';
    const flows = parseFlows(
      [{ file: 'a.yaml', text }],
      {},
      {
        onWarning: ({ file, line, path }) => warnings.push(`${file}:${line} ${path}`),
      },
    );
    expect(warnings).toEqual(['a.yaml:4 flows.tickets.deliver[0].when']);
    expect(flowList(flows)).toHaveLength(1);
  });

  it('is not in the default flow', () => {
    const warnings: unknown[] = [];
    loadFlows(`${import.meta.dirname}/../../../infra/flows`, {}, { onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([]);
  });
});
