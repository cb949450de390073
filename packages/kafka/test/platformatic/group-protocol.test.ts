import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { encodeOwned, protocolVersion } from '../../src/membership/assign-topics.ts';
import {
  decodeAssignment,
  decodeClaimant,
  encodeAssignment,
  encodeSubscription,
} from '../../src/platformatic/group-protocol.ts';

const basis = Buffer.from('{"a":3}');
const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

// Either driver may lead a group of both, so their bytes are the same.
describe('what members of a group tell each other', () => {
  it.each([
    { topics: ['a', 'retry.ü'], owned: [0, 7, 300] },
    { topics: ['a'], owned: [] },
    { topics: [], owned: [] },
  ])('is written as the other driver writes it: $topics', ({ topics, owned }) => {
    const ours = encodeSubscription(topics, owned);
    const theirs = MemberMetadata.encode({ version: protocolVersion, topics, userData: encodeOwned(owned) });
    expect(ours).toEqual(theirs);
    expect(decodeClaimant('m', theirs)).toEqual({ id: 'm', topics: new Set(topics), owned });
  });

  it.each([{ a: [0, 2], 'retry.ü': [2] }, { a: [] }, {}])('assigns as the other driver does: %j', (assignment) => {
    const theirs = MemberAssignment.encode({ version: protocolVersion, assignment, userData: basis });
    expect(encodeAssignment(assignment, basis)).toEqual(theirs);
    expect(Object.fromEntries(decodeAssignment(theirs).topics)).toEqual(assignment);
    expect(decodeAssignment(theirs).userData).toEqual(basis);
  });

  it('counts a member whose metadata nobody understands as one without topics', () => {
    expect(decodeClaimant('m', Buffer.from([0, 1, 0, 0, 0, 9]))).toEqual({ id: 'm', topics: new Set(), owned: [] });
    expect(decodeAssignment(Buffer.alloc(0)).topics.size).toBe(0);
  });
});
