import { describe, expect, it } from '@jest/globals';
import { operatorPortOf, portsFrom } from '../src/layout.ts';

describe('the port on which a service tells operators how it is', () => {
  const services = [
    { name: 'door', port: 0, listeners: { adminPort: 5 } },
    { name: 'stage', port: 2 },
  ];
  const ports = portsFrom(9_000, services as never);
  it('is the operators’ own where the other is public, and the only one else', () => {
    expect(operatorPortOf(ports, 'door')).toBe(9_005);
    expect(operatorPortOf(ports, 'stage')).toBe(9_002);
    expect(() => operatorPortOf(ports, 'nobody')).toThrow(TypeError);
  });
});
