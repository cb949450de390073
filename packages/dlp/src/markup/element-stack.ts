/** Elements that have no content and no end tag. */
export const voidElements: ReadonlySet<string> = new Set(
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr'.split(' '),
);

/** The open elements of a text, and whether something in them is to be left out. */
export interface ElementStack {
  /** True while an element that is left out is open. */
  isInside(): boolean;
  open(name: string, isLeftOut: boolean): void;
  /** Closes the nearest element of the name and everything in it; an end tag without a beginning closes nothing. */
  close(name: string): void;
}

/** Every element is pushed and popped once, and names are counted: an end tag never searches the stack in vain. */
export function createElementStack(): ElementStack {
  const stack: { readonly name: string; readonly isLeftOut: boolean }[] = [];
  const counts = new Map<string, number>();
  let leftOut = 0;

  const pop = (): string | null => {
    const top = stack.pop();
    if (top === undefined) return null;
    counts.set(top.name, (counts.get(top.name) ?? 1) - 1);
    if (top.isLeftOut) leftOut--;
    return top.name;
  };

  return {
    isInside: () => leftOut > 0,
    open(name, isLeftOut) {
      if (voidElements.has(name)) return;
      if (endsParagraph.has(name) && stack.at(-1)?.name === 'p') pop();
      stack.push({ name, isLeftOut });
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (isLeftOut) leftOut++;
    },
    close(name) {
      if ((counts.get(name) ?? 0) === 0) return;
      while (pop() !== name);
    },
  };
}

/** A paragraph's end tag may be missing before these. */
const endsParagraph: ReadonlySet<string> = new Set(
  'address article aside blockquote center div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul'.split(
    ' ',
  ),
);
