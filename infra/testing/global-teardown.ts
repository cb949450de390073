import './global-setup.ts';

/** Ends what the set-up started. Whatever kills Jest before this ends them too: they never outlive their parent. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.millraceServers?.stop();
  globalThis.millraceServers = undefined;
}
