import type { Flows } from '@millrace/flows';
import type { ServiceDeclaration } from '@millrace/service';
import { referencesOf } from '@millrace/system/environment';
import { isFlowSecret, type SecretHolder } from './secrets.ts';

/** Who may know which secrets: each service those of its part of the flow files, the simulators what they stand in for. */
export function secretHolders(services: readonly ServiceDeclaration[], flows: Flows): readonly SecretHolder[] {
  const known = (names: Iterable<string>): readonly string[] => [...new Set(names)].filter(isFlowSecret);
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
      variables: known(everywhere),
      tokens: false,
      keys: false,
    },
  ];
}
