const mostRedirects = 10;

/** Follows redirects with cookies until they lead to that address, which is not visited. */
export async function visit(url: string, until: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = new URL(url);
  for (let redirects = 0; redirects < mostRedirects; redirects += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${at.pathname} answered ${answer.status}: ${await answer.text()}`);
    at = new URL(location, at);
    if (at.href.startsWith(until)) return at.href;
  }
  throw new Error(`more than ${mostRedirects} redirects`);
}
