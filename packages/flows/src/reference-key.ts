/** Key of the row's record on `reference.rows.v1`. A record without a value under it deletes the row. */
export const referenceKey = (table: string, key: string): string => `${table}/${key}`;

/** Table and key of a record's key; null for what is none of ours. */
export function partsOfReferenceKey(recordKey: string): { readonly table: string; readonly key: string } | null {
  const slash = recordKey.indexOf('/');
  return slash < 1 ? null : { table: recordKey.slice(0, slash), key: recordKey.slice(slash + 1) };
}

/**
 * What two keys are the same by, in a file, in a lookup and in a deletion: `Contoso.example ` and `contoso.example` are one
 * account, and an accent is the same however it was typed. Rows are written under it, and what is written is its own key:
 * a capital whose accent has no place in it (`J̌`) may have one in lower case (`ǰ`), so accents are joined after that.
 */
export const lookupKey = (text: string): string => text.normalize('NFC').trim().toLowerCase().normalize('NFC');
