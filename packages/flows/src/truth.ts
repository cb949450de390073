/**
 * Whether a condition holds when its value is this: JSONata's own truth (`$boolean`). Missing, null, empty text, 0, an empty
 * object or list, and a list in which nothing is true do not hold; everything else does.
 */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
