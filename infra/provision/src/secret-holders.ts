import type { Flows } from '@millrace/flows';
import type { ServiceDeclaration } from '@millrace/service';
import { referencesOf } from '@millrace/system/environment';
import { type FlowSecret, isFlowSecret, type SecretHolder } from './secrets.ts';

/** Who may know which secrets: each service those of its part of the flow files, the simulators what they stand in for. */
export function secretHolders(services: readonly ServiceDeclaration[], flows: Flows): readonly SecretHolder[] {
  const known = (names: Iterable<string>): Readonly<Record<string, FlowSecret>> =>
    Object.fromEntries([...names].filter(isFlowSecret).map((name) => [name, name]));
  const everywhere = services.flatMap((service) => [...referencesOf(service, flows)]);
  const declares = ({ settings }: ServiceDeclaration, env: string): boolean =>
    Object.values(settings).some((setting) => setting.env === env);
  return [
    ...services.map((service) => ({
      name: service.name,
      variables: known(referencesOf(service, flows)),
      tokens: declares(service, 'MILLRACE_TOKENS_FILE'),
      keys: declares(service, 'MILLRACE_SOURCES_FILE'),
    })),
    {
      name: 'simulators',
      // The receiver verifies what the flow file's HTTP sink signs.
      variables: { ...known(everywhere), STANDARD_WEBHOOKS_SECRET: 'HTTP_SIGNING_SECRET' },
      tokens: false,
      keys: false,
    },
  ];
}
