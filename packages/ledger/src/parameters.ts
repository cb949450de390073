import { destinations, fitText, fitValue } from '@millrace/text';

/** Parameters as Postgres holds them: no text of a stranger, alone or in a list, makes a statement impossible. */
export function parameters(values: readonly unknown[]): unknown[] {
  return values.map(parameter);
}

/** A parameter of type `json` or `jsonb`: as text it would hide NUL and halves of surrogate pairs behind escapes. */
export function asJson(value: unknown): string {
  return JSON.stringify(fitValue(value, destinations.postgres));
}

function parameter(value: unknown): unknown {
  if (typeof value === 'string') return fitText(value, destinations.postgres);
  return Array.isArray(value) && value.some((item) => typeof item === 'string') ? value.map(parameter) : value;
}
