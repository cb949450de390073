/**
 * Which log a commit is of, as a note in its metadata: `;i1.<base>.<id>`. A topic that was deleted and made again has
 * another id under the same name, and what was committed in the old one says nothing about it. As with the finished
 * offsets the base stands inside: at another offset, which a tool has set, the note says nothing.
 */
const version = 'i1';

/** For the metadata of a commit of that offset; empty where the id is not known, or is no plain word. */
export function encodeLogId(base: number, id: string | null): string {
  return id !== null && /^[\w-]{1,40}$/.test(id) ? `;${version}.${base.toString(36)}.${id}` : '';
}

/** False where it says that it is of another log; one that says nothing may be of any. */
export function isOfLog(metadata: string, committed: number, id: string): boolean {
  for (const part of metadata.split(';')) {
    const [said, base, noted, ...rest] = part.split('.');
    if (said !== version || base !== committed.toString(36) || rest.length > 0) continue;
    return noted === id;
  }
  return true;
}
