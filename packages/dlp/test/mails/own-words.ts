import type { Mail } from './mail.ts';

/** Messages of which nothing may be cut, though they look like something that is. Authored. */
export const ownWords: readonly Mail[] = [
  {
    name: 'somebody wrote',
    text: 'On Monday your colleague wrote that my card is blocked. I wrote back the same day and nobody answered.',
    keep: ['On Monday your colleague wrote that my card is blocked.', 'I wrote back the same day and nobody answered.'],
    cut: [],
  },
  {
    name: 'somebody wrote, and it follows',
    text: 'Your agent wrote:\n"We refund the fee within five days."\nThat was three weeks ago.',
    keep: ['Your agent wrote:', '"We refund the fee within five days."', 'That was three weeks ago.'],
    cut: [],
  },
  {
    name: 'signs for more and less',
    text: 'The fee is > 5 EUR although my balance is < 100 EUR.\n> 3 payments are missing.\na <b and c> d',
    keep: ['The fee is > 5 EUR although my balance is < 100 EUR.', '> 3 payments are missing.', 'a <b and c> d'],
    cut: [],
  },
  {
    name: 'a journey from and to',
    text: 'Please change my ticket:\nFrom: Berlin\nTo: Paris\nDate: 3 March\nThank you.',
    keep: ['From: Berlin', 'To: Paris', 'Date: 3 March'],
    cut: [],
  },
  {
    name: 'a mail that came to the wrong person',
    text: 'I received this email in error, please delete my address from your list.',
    keep: ['I received this email in error, please delete my address from your list.'],
    cut: [],
  },
  {
    name: 'fraud in the words of lawyers',
    text: 'There was unauthorised use of my card and confidential information was stolen. Who accepts liability for that?',
    keep: [
      'There was unauthorised use of my card and confidential information was stolen.',
      'Who accepts liability for that?',
    ],
    cut: [],
  },
  {
    name: 'a transfer in error, in Spanish',
    text: 'Hice una transferencia por error y el destinatario no la devuelve. Le mandé un correo y no contesta.',
    keep: ['Hice una transferencia por error y el destinatario no la devuelve.', 'Le mandé un correo y no contesta.'],
    cut: [],
  },
  {
    name: 'a list',
    text: 'Two problems:\n- the app crashes\n- the card was declined\n--- and the worst: nobody answers',
    keep: ['- the app crashes', '- the card was declined', 'nobody answers'],
    cut: [],
  },
  {
    name: 'nothing but a greeting',
    text: 'Kind regards',
    keep: ['Kind regards'],
    cut: [],
  },
  {
    name: 'nothing but quoted lines',
    text: '> My card was stolen.\n> Please help.',
    keep: ['My card was stolen.', 'Please help.'],
    cut: [],
  },
  {
    name: 'nothing but a footer',
    text: 'This e-mail is confidential and intended solely for the addressee. If you are not the intended recipient please delete it.',
    keep: ['This e-mail is confidential'],
    cut: [],
  },
  {
    name: 'thanks in the middle',
    text: 'Thank you\nfor the quick answer. The new limit is fine for me.',
    keep: ['for the quick answer.', 'The new limit is fine for me.'],
    cut: [],
  },
  {
    name: 'sent from an account',
    text: 'Sent from my account twice: 50 EUR to the same person. I want one of them back!',
    keep: ['Sent from my account twice: 50 EUR to the same person.', 'I want one of them back!'],
    cut: [],
  },
  {
    name: 'best, and then a question',
    text: 'What would be best, paying by card or by transfer? Regards to your team, they were great.',
    keep: ['What would be best, paying by card or by transfer?', 'Regards to your team, they were great.'],
    cut: [],
  },
  {
    name: 'a program in angle brackets',
    text: 'Your page shows the <title> of another bank and says "if (a < b) { return; }". My browser is up to date.',
    keep: ['Your page shows the <title> of another bank', 'My browser is up to date.'],
    cut: [],
  },
  {
    name: 'JSON from an interface',
    text: 'The interface answers\n{"error": "declined", "code": 51}\nfor every card since noon.',
    keep: ['{"error": "declined", "code": 51}', 'for every card since noon.'],
    cut: [],
  },
  {
    name: 'one word',
    text: 'Help',
    keep: ['Help'],
    cut: [],
  },
  {
    name: 'an address in brackets',
    text: 'Write to Jo <jo@example.com>, she has my new number.',
    keep: ['Write to Jo <jo@example.com>, she has my new number.'],
    cut: [],
  },
];
