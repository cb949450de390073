import { escapedLines } from '@millrace/text';
import type { FaultState } from './faults.ts';
import type { SimulatedMessage } from './simulated-message.ts';

/** What a vendor received, for a person: plain, self-contained, newest first. Everything shown is escaped. */
export function renderPage(name: string, messages: readonly SimulatedMessage[], faults: FaultState): string {
  const rows = messages
    .slice(-200)
    .reverse()
    .map(
      ({ at, title, lines }) =>
        `<article><time>${escapeHtml(at)}</time><h2>${escapeHtml(title)}</h2>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</article>`,
    );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(name)} simulator</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
article{border-top:1px solid #ccc;padding:.75rem 0}h2{font-size:1rem;margin:.1rem 0}p{margin:.1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
time{color:#666;font-size:.85rem}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}article{border-color:#444}time{color:#999}}</style>
<h1>${escapeHtml(name)} simulator</h1><p>${escapeHtml(condition(faults))} ${messages.length} received.</p>
${rows.join('\n') || '<p>Nothing yet.</p>'}</html>`;
}

function condition(faults: FaultState): string {
  const troubles = [
    ...(faults.fail === null ? [] : [`answers ${faults.fail.status}`]),
    ...(faults.slowMs === 0 ? [] : [`is ${faults.slowMs} ms slow`]),
    ...(faults.rateLimit === null ? [] : ['limits the rate']),
    ...(faults.schemaChange ? ['answers in another shape'] : []),
    ...(faults.loseAnswer === null ? [] : ['loses its answers']),
    ...(faults.limits ? [] : ['has its documented limits off']),
  ];
  return troubles.length === 0 ? 'Healthy.' : `It ${troubles.join(', ')}.`;
}

function escapeHtml(text: string): string {
  return escapedLines(text.replaceAll('\r\n', '\n')).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
