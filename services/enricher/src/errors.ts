/** Codes of this service. */
export const enricherErrors = {
  X_ENRICH_LOOKUP_MISSING:
    'A required lookup found no row. Load it (`millrace reference load`), then redrive; or make the lookup optional in the flow.',
  X_ENRICH_LOOKUP_KEY: 'A lookup key is neither text nor a number. Mend `by` in the flow, then redrive.',
  X_ENRICH_EXPRESSION: 'A `by` expression failed or took too long on this message. Mend it in the flow, then redrive.',
  X_ENRICH_TABLES_BEHIND: 'The reference topic could not be read to its end in time. It is tried again by itself.',
} as const;

export type EnricherErrorCode = keyof typeof enricherErrors;
