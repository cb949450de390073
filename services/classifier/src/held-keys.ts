import { type Flows, flowList } from '@millrace/flows';
import { connectLedger, type Ledger, type LedgerOptions } from '@millrace/ledger';
import { CodedError, type HeldKeys, halt } from '@millrace/messaging';

/** Where held keys are remembered, and what has to be opened for it. Nothing, where no flow that classifies holds keys. */
export interface HeldKeysLedger {
  readonly parts: readonly Ledger[];
  readonly options: { readonly heldKeys?: HeldKeys };
}

export type HeldKeysOptions = Omit<LedgerOptions, 'url' | 'schema'> & { readonly postgresUrl: string | undefined };

/** The classifier needs no Postgres unless a flow asks it to hold keys. */
export function connectHeldKeys(flows: Flows, { postgresUrl, ...options }: HeldKeysOptions): HeldKeysLedger {
  const holding = flowList(flows).find(({ classify, onFailure }) => classify.length > 0 && onFailure === 'hold-key');
  if (holding === undefined) return { parts: [], options: {} };
  if (postgresUrl === undefined) {
    throw new CodedError(
      'X_CLASSIFY_HELD_KEYS',
      `flows.${holding.name} holds keys, which needs a Postgres to remember them: set MILLRACE_POSTGRES_URL`,
      { disposition: halt },
    );
  }
  const ledger = connectLedger({ ...options, url: postgresUrl, schema: 'classifier' });
  return { parts: [ledger], options: { heldKeys: ledger.heldKeys } };
}
