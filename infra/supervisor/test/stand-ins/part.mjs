// A stand-in for a server or a service: listens, answers everything with 200, ends well on SIGTERM.
// argv: port, how (`well` | `fenced` | `fails` | `never-ready` | `stubborn`)
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, how, journal] = process.argv.slice(2);
const note = (line) => {
  if (journal) appendFileSync(journal, `${line}\n`);
};
if (how === 'fails') {
  console.log(
    JSON.stringify({
      level: 'fatal',
      msg: 'Service could not start',
      err: { message: 'the moon is in the wrong house' },
    }),
  );
  process.exit(1);
}
const server = createServer((request, response) => {
  if (request.url === '/fenced') setTimeout(() => process.exit(78), 10);
  response.writeHead(how === 'never-ready' ? 503 : 200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      how === 'never-ready' ? { checks: { moon: { ok: false, reason: 'it has not risen' } } } : { ready: true },
    ),
  );
});
server.listen(Number(port), '127.0.0.1', () => note(`${port} up`));
process.on('SIGTERM', () => {
  if (how === 'stubborn') return;
  note(`${port} down`);
  process.exit(0);
});
process.stdin.on('end', () => process.exit(0)).resume();
