declare const masked: unique symbol;

/**
 * Text that went through `maskText`. Nothing else makes one: the port of a remote model takes this type only,
 * so text nobody masked does not compile its way out of the house.
 */
export type MaskedText = string & { readonly [masked]: true };

/** The only door into the brand; not exported by the package. */
export function brandMasked(text: string): MaskedText {
  return text as MaskedText;
}
