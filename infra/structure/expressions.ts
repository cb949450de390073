import { parse } from '@babel/parser';
import { readText, sourceFiles } from './workspace.ts';

/** A regular expression of the product. */
export interface Expression {
  readonly path: string;
  readonly line: number;
  /** As it is written, or `new RegExp` where it is made at run time. */
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly pattern?: string;
  readonly flags?: string;
  readonly callee?: { readonly name?: string };
}

/** What starts our own servers on this machine reads their logs and nobody's text. */
const excluded = /^packages\/embedded\//;

/** Every regular expression that may meet strangers' text, in the order of the files. */
export function expressions(): readonly Expression[] {
  return sourceFiles()
    .filter((path) => /^(packages|services)\//.test(path) && !excluded.test(path))
    .flatMap((path) => expressionsIn(path, readText(path)));
}

export function expressionsIn(path: string, source: string): readonly Expression[] {
  const found: Expression[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isNode(node)) return;
    const line = node.loc?.start.line ?? 0;
    if (node.type === 'RegExpLiteral') found.push({ path, line, text: `/${node.pattern}/${node.flags}` });
    const isMade = node.type === 'NewExpression' || node.type === 'CallExpression';
    if (isMade && node.callee?.name === 'RegExp') found.push({ path, line, text: 'new RegExp' });
    for (const [name, child] of Object.entries(node)) if (name !== 'loc') visit(child);
  };
  visit(parse(source, { sourceType: 'module', plugins: ['typescript', 'explicitResourceManagement'] }).program);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Pattern and flags of an expression as it is written. */
export function partsOf(text: string): { readonly pattern: string; readonly flags: string } {
  const end = text.lastIndexOf('/');
  return { pattern: text.slice(1, end), flags: text.slice(end + 1) };
}
