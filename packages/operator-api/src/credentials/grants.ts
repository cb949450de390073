import { type CanonicalEntity, type EntityDefinition, entities } from '@millrace/contracts';
import { type Identity, may, mayGroup, mayTopic } from '../identity/identity.ts';
import { permissionsOf } from '../identity/permissions.ts';
import type { Credential } from './credential.ts';
import { credentialRefusal } from './errors.ts';

type Granted = Pick<Credential, 'roles' | 'groups' | 'topics' | 'scopes'>;

const known = entities as unknown as Readonly<Record<string, EntityDefinition<CanonicalEntity>>>;

/** Whether everything that the credential allows is allowed to whoever gives, renews or ends it. Throws a `Refusal`. */
export function requireGrantable(giver: Identity, { roles, groups, topics, scopes }: Granted): void {
  const role = roles.find((one) => ![...permissionsOf[one]].every((permission) => may(giver, permission)));
  if (role !== undefined) throw beyond(`the role ${role}`);
  // A pattern read as a name fits another only when all that it stands for does.
  const group = groups.find((pattern) => !mayGroup(giver, pattern));
  if (group !== undefined) throw beyond(`the groups ${group}`);
  const topic = topics.find((pattern) => !mayTopic(giver, pattern));
  if (topic !== undefined) throw beyond(`the topics ${topic}`);
  const scope = scopes.find((entity) => !mayTopic(giver, entity === '*' ? '*' : receivedBy(entity)));
  if (scope !== undefined) throw beyond(`events of ${scope}`);
}

export const knownScopes = (): readonly string[] => ['*', ...Object.keys(known)];

const receivedBy = (entity: string): string => known[entity]?.received.name ?? '*';

const beyond = (what: string) =>
  credentialRefusal('X_CREDENTIAL_GRANT', 403, { detail: `your own token does not allow ${what}` });
