// The process of one subject: loads its module, runs what it is asked to, ends when its parent lets go.
import type { FromSubject, SubjectRun, ToSubject } from './subject.ts';

const [name = ''] = process.argv.slice(2);
const tell = (message: FromSubject): void => void process.send?.(message);
const reasonOf = (error: unknown): string => (Error.isError(error) ? (error.stack ?? error.message) : String(error));

try {
  const { run } = (await import(`./subjects/${name}.ts`)) as { readonly run: SubjectRun<unknown> };
  let ending = new AbortController();
  process.on('message', (message: ToSubject) => {
    if (message.kind === 'end') {
      ending.abort();
      return;
    }
    ending = new AbortController();
    run(message.request, ending.signal).then(
      (observed) => tell({ kind: 'observed', observed }),
      (error: unknown) => tell({ kind: 'failed', reason: reasonOf(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', reason: reasonOf(error) });
  process.exitCode = 1;
}
