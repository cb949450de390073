/** Whether an element's own attributes say that nobody sees it. Pure, and linear in their length. */
export function isHidden(attributes: ReadonlyMap<string, string>): boolean {
  return attributes.has('hidden') || hidesByStyle(attributes.get('style') ?? '');
}

const hiding: Readonly<Record<string, (value: string) => boolean>> = {
  display: (value) => value === 'none',
  visibility: (value) => value === 'hidden' || value === 'collapse',
  'font-size': isZero,
  opacity: isZero,
  'max-height': isZero,
  'mso-hide': (value) => value === 'all',
};

function hidesByStyle(style: string): boolean {
  return style
    .toLowerCase()
    .split(';')
    .some((declaration) => {
      const colon = declaration.indexOf(':');
      const name = declaration.slice(0, Math.max(0, colon)).trim();
      const [value = ''] = declaration.slice(colon + 1).split('!', 1);
      return hiding[name]?.(value.trim()) === true;
    });
}

/** Zero of any unit; `0.9em` is not. */
function isZero(value: string): boolean {
  return value.startsWith('0') || value.startsWith('.0') ? Number.parseFloat(value) === 0 : false;
}
