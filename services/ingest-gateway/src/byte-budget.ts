/** How many body bytes the process may hold at once. Whoever does not get bytes sheds its request. */
export interface ByteBudget {
  /** True when the bytes were taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  inFlight(): number;
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let inFlight = 0;
  return {
    take: (bytes) => {
      if (inFlight + bytes > maxBytes) return false;
      inFlight += bytes;
      return true;
    },
    give: (bytes) => {
      inFlight -= bytes;
    },
    inFlight: () => inFlight,
  };
}

/** The bytes one request holds of a budget, given back once. */
export interface BudgetShare {
  take(bytes: number): boolean;
  release(): void;
}

export function shareOf(budget: ByteBudget): BudgetShare {
  let held = 0;
  return {
    take: (bytes) => {
      const taken = budget.take(bytes);
      if (taken) held += bytes;
      return taken;
    },
    release: () => {
      budget.give(held);
      held = 0;
    },
  };
}
