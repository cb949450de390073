import type * as client from '@platformatic/kafka';

type Client = typeof client;
type Link = client.Connection;
type LinkClass = Client['Connection'];
/** Of any answer: what is held is handed on as it came. */
type Send = (...request: Parameters<Link['send']>) => void;

const classes = new WeakMap<Client, LinkClass>();
/** What a login consists of; everything else waits for its end. */
const apiVersions = 18;
const saslHandshake = 17;
const saslAuthenticate = 36;
const ofLogin: ReadonlySet<number> = new Set([apiVersions, saslHandshake, saslAuthenticate]);

/**
 * The client's connection, which logs in again while requests go on: a broker that is in the middle of a login takes
 * any other request for a mistake and closes the connection. Here they wait the few milliseconds. Made when the client
 * is there, which is loaded late.
 */
export function linkClass(client: Client): LinkClass {
  let known = classes.get(client);
  if (known === undefined) {
    known = defineLink(client);
    classes.set(client, known);
  }
  return known;
}

function defineLink({ Connection }: Client): LinkClass {
  return class extends Connection {
    #held: Parameters<Send>[] = [];

    constructor(...options: ConstructorParameters<LinkClass>) {
      super(...options);
      const release = (): void => this.#release();
      this.on('sasl:authentication:extended', release).on('error', release).on('close', release);
    }

    override send: Link['send'] = ((...request) => {
      if (this.status === 'reauthenticating' && !ofLogin.has(request[0])) this.#held.push(request);
      else super.send(...request);
    }) as Send as Link['send'];

    /** The client's timer outlives a connection that the broker has closed. */
    override reauthenticate(): void {
      if (this.isConnected()) super.reauthenticate();
    }

    #release(): void {
      const held = this.#held;
      this.#held = [];
      for (const request of held) super.send(...request);
    }
  };
}
