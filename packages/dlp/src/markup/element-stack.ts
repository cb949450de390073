/** Elements that have no content and no end tag. */
export const voidElements: ReadonlySet<string> = new Set(
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr'.split(' '),
);

/** The open elements of a text, and which roles the reader gave to them. */
export interface ElementStack<Role extends string> {
  /** True while an element of that role is open. */
  isInside(role: Role): boolean;
  open(name: string, role: Role | null): void;
  /** Closes the nearest element of the name and everything in it; an end tag without a beginning closes nothing. */
  close(name: string): void;
}

/** Every element is pushed and popped once, and names are counted: an end tag never searches the stack in vain. */
export function createElementStack<Role extends string>(): ElementStack<Role> {
  const stack: { readonly name: string; readonly role: Role | null }[] = [];
  const names = new Map<string, number>();
  const roles = new Map<Role, number>();

  const pop = (): string | null => {
    const top = stack.pop();
    if (top === undefined) return null;
    add(names, top.name, -1);
    if (top.role !== null) add(roles, top.role, -1);
    return top.name;
  };

  return {
    isInside: (role) => (roles.get(role) ?? 0) > 0,
    open(name, role) {
      if (voidElements.has(name)) return;
      if (endsParagraph.has(name) && stack.at(-1)?.name === 'p') pop();
      stack.push({ name, role });
      add(names, name, 1);
      if (role !== null) add(roles, role, 1);
    },
    close(name) {
      if ((names.get(name) ?? 0) === 0) return;
      while (pop() !== name);
    },
  };
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** A paragraph's end tag may be missing before these. */
const endsParagraph: ReadonlySet<string> = new Set(
  'address article aside blockquote center div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul'.split(
    ' ',
  ),
);
