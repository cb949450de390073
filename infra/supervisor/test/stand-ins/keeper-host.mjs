// Keeps one program part alive and prints its pids; is there to be killed.
import { Keeper } from '../../src/keeper.ts';
import { programPart } from '../../src/program.ts';

const [script, port, logFile] = process.argv.slice(2);
const part = programPart({
  name: 'stand-in',
  script,
  args: [port, 'stubborn'],
  env: {},
  readyUrls: [`http://127.0.0.1:${port}/`],
  logFile,
});
const keeper = new Keeper(part, { say: () => {}, onChange: () => {} });
await keeper.open();
console.log(keeper.pid);
setInterval(() => {}, 1000);
