import { senderOf } from '../../kit/example-people.ts';
import type { Examples, WebhookBody } from '../../kit/examples.ts';

const owned = ['acme/mill', 'acme/flume', 'acme/sluice'];
/** Has no row in the table of owners. */
const unowned = 'acme/weir';

const titles: readonly (readonly [title: string, body: string, label: string])[] = [
  [
    'Retries are counted twice after a restart',
    'Steps:\n1. stop the worker while a retry is due\n2. start it\n\nThe counter shows 2.',
    'bug',
  ],
  ['Document the meaning of every header', 'New people ask about `traceparent` each week.', 'documentation'],
  ['Export ends early when a row holds a quote', 'A field such as `12" pipe` ends the file without an error.', 'bug'],
  ['Show lag in seconds, not only in records', 'Ten records may be a second or a day.', 'enhancement'],
  ['Login page forgets the language', 'It is English again after each sign-in.', 'bug'],
  ['Add a dark theme to the console', 'The night shift would be grateful.', 'enhancement'],
  ['Time zone of the daily report is off by one hour', 'Since the clocks changed.', 'bug'],
  ['Upload of files over 2 GB fails', 'The browser says nothing, the server answers 413.', 'bug'],
];

/** An `issues` event, action `opened`, as GitHub sends it. */
const issueOpened = (n: number, now: Date, options: { readonly unowned: boolean }): WebhookBody => {
  const [title, body, label] = titles[n % titles.length] ?? ['', '', ''];
  const repository = options.unowned ? unowned : (owned[n % owned.length] ?? unowned);
  const at = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const author = senderOf(n).name.toLowerCase().replace(' ', '-');
  const number = 100 + n;
  return {
    headers: {
      'user-agent': 'GitHub-Hookshot/5e0c2b1',
      'x-github-event': 'issues',
      'x-github-hook-id': '292430182',
      'x-github-delivery': `${String(n).padStart(8, '0')}-cc78-41e3-81ab-4c9367dc0958`,
    },
    body: JSON.stringify({
      action: 'opened',
      issue: {
        id: 73_000_000 + n,
        number,
        title,
        body,
        state: 'open',
        html_url: `https://github.com/${repository}/issues/${number}`,
        user: { login: author, id: 6_752_000 + n },
        labels: [{ id: 208_045_946, name: label }],
        assignee: null,
        author_association: 'CONTRIBUTOR',
        created_at: at,
        updated_at: at,
      },
      repository: { id: 35_129_377, full_name: repository },
      organization: { login: 'acme', id: 991 },
      sender: { login: author, id: 6_752_000 + n },
    }),
  };
};

export const githubExamples: Examples = {
  issue: ({ n, now }) => issueOpened(n, now, { unowned: false }),
  /** Of a repository that nobody owns: a required lookup misses. */
  'poison-issue': ({ n, now }) => issueOpened(n, now, { unowned: true }),
};
