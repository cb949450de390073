/** A value that any HTTP header takes: what is not visible ASCII is percent-encoded, and then `%` too, so that no two become one. */
export function headerValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) && text === text.trim() ? text : encodeURIComponent(text.toWellFormed());
}
