import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import type { Printer } from '../printer.ts';

/** `millrace pack train|eval`: works on files, needs nothing running. */
export function addVerbs(program: Command, { cwd, signal }: Context): void {
  const pack = program.command('pack').description('model packs: train, measure');
  verb(pack, 'train', {
    does: 'make a pack from labelled texts; the same data makes the same pack',
    example: 'millrace pack train --data tickets.csv --out packs/support',
  })
    .requiredOption('--data <file>', 'labelled texts, JSON lines or CSV')
    .requiredOption('--out <folder>', 'where the pack goes')
    .option('--recipe <file>', 'labels to queues, shares, thresholds')
    .action(
      run(async (print: Printer, options: { data: string; out: string; recipe?: string }) => {
        const { packTrain } = await import('@millrace/models/pack-cli');
        const { recipe } = options;
        const progress = print.progress({ what: 'starting the encoder' });
        const manifest = await packTrain(
          {
            data: resolve(cwd, options.data),
            out: resolve(cwd, options.out),
            ...(recipe === undefined ? {} : { recipe: resolve(cwd, recipe) }),
            onProgress: ({ step, done, total }) => progress.update({ what: step, done, total }),
          },
          signal,
        );
        print.result(manifest, ({ name, version }) => `pack ${name} ${version} is in ${options.out}`);
        return undefined;
      }),
    );
  verb(pack, 'eval <folder>', {
    does: 'accuracy, macro-F1, calibration and coverage on labelled texts it has not seen',
    example: 'millrace pack eval packs/support --data held-out.csv',
  })
    .requiredOption('--data <file>', 'labelled texts, JSON lines or CSV')
    .action(
      run(async (print: Printer, folder: string, { data }: { data: string }) => {
        const { packEval, renderReport } = await import('@millrace/models/pack-cli');
        const progress = print.progress({ what: 'starting the encoder' });
        const onProgress = (done: number, total: number): void => progress.update({ what: 'judged', done, total });
        const report = await packEval({ folder: resolve(cwd, folder), data: resolve(cwd, data), onProgress }, signal);
        print.result(report, renderReport);
        return undefined;
      }),
    );
}
