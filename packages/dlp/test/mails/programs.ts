import type { Mail } from './mail.ts';

/** Habits of more mail programs and people, in short. Authored; people, companies and numbers are made up. */
export const programMails: readonly Mail[] = [
  {
    name: 'Yahoo in German',
    text: 'Die Karte ist wieder da.\n\nAm Dienstag, 4. März 2025, 09:12:33 MEZ hat Support <s@northwind.example> Folgendes geschrieben:\n\nHaben Sie im Auto gesucht?',
    keep: ['Die Karte ist wieder da.'],
    cut: ['im Auto gesucht', 'Folgendes'],
  },
  {
    name: 'Apple Mail in Dutch',
    text: 'Het werkt weer.\n\n> Op 4 mrt 2025, om 09:12 heeft Support <s@northwind.example> het volgende geschreven:\n> \n> Probeer het opnieuw.',
    keep: ['Het werkt weer.'],
    cut: ['Probeer het opnieuw', 'geschreven'],
  },
  {
    name: 'Apple Mail in Portuguese',
    text: 'Continua sem funcionar.\n\nNo dia 4 de mar. de 2025, às 09:12, Support <s@northwind.example> escreveu:\n\nTente novamente.',
    keep: ['Continua sem funcionar.'],
    cut: ['Tente novamente'],
  },
  {
    name: 'Zoho',
    text: 'It is the same as before.\n\n---- On Tue, 04 Mar 2025 09:12:33 +0100 Support <s@northwind.example> wrote ----\n\nTry again please.',
    keep: ['It is the same as before.'],
    cut: ['Try again please'],
  },
  {
    name: 'Notes',
    text: 'Is this yours?\n\n----- Forwarded by Jo Smith/HQ/Contoso on 04/03/2025 09:12 -----\n\nFrom: Northwind <s@northwind.example>\nTo: Jo Smith/HQ/Contoso\nDate: 04/03/2025 09:01\nSubject: Prize\n\nYou have won a card.',
    keep: ['Is this yours?'],
    cut: ['You have won', 'Forwarded by'],
  },
  {
    name: 'GMX',
    text: 'Das Formular lässt sich nicht öffnen.\n\nGesendet: Dienstag, 04. März 2025 um 09:12 Uhr\nVon: "Support" <s@northwind.example>\nAn: eva@example.com\nBetreff: Formular\n\nAnbei das Formular.',
    keep: ['Das Formular lässt sich nicht öffnen.'],
    cut: ['Anbei das Formular', 'Betreff'],
  },
  {
    name: 'Outlook for Mac',
    text: 'The amount is wrong.\n\nFrom: Support <s@northwind.example>\nDate: Tuesday, 4 March 2025 at 09:12\nTo: Jo <jo@contoso.example>\nSubject: Re: Invoice\nHere is your invoice.',
    keep: ['The amount is wrong.'],
    cut: ['Here is your invoice'],
  },
  {
    name: 'header fields in bold',
    text: 'Please send it again.\n\n*From:* Support <s@northwind.example>\n*Sent:* Tuesday, March 4, 2025 9:12 AM\n*To:* Jo\n*Subject:* Letter\n\nWe have sent the letter.',
    keep: ['Please send it again.'],
    cut: ['We have sent the letter'],
  },
  {
    name: 'an older Gmail',
    text: 'Not solved.\n\n2015-03-04 9:12 GMT+01:00 Support <s@northwind.example>:\n\n> Solved.',
    keep: ['Not solved.'],
    cut: ['> Solved', 'GMT'],
  },
  {
    name: 'two languages in one closing',
    text: 'When will the shop open again?\n\nMit freundlichen Grüßen / Kind regards\n\nEva Klein\nLeiterin Einkauf und Logistik / Head of Purchasing and Logistics\nMuster GmbH',
    keep: ['When will the shop open again?'],
    cut: ['Grüßen', 'Eva Klein', 'Leiterin', 'Muster GmbH'],
  },
  {
    name: 'a short footer',
    text: 'Was kostet eine zweite Karte?\n\nDiese E-Mail ist vertraulich.',
    keep: ['Was kostet eine zweite Karte?'],
    cut: ['vertraulich'],
  },
  {
    name: 'a short Dutch footer',
    text: 'Can I pay with two cards?\n\nDisclaimer: dit bericht is uitsluitend bestemd voor de geadresseerde.',
    keep: ['Can I pay with two cards?'],
    cut: ['geadresseerde'],
  },
  {
    name: 'Samsung',
    text: '<div dir="auto">My phone number has changed.</div><div><br></div><div><!-- originalMessage --><div>-------- Original message --------</div><div>From: Support &lt;s@northwind.example&gt; </div><div>Date: 04/03/2025 09:12 (GMT+01:00) </div><div>To: jo@example.com </div><div>Subject: Number </div><div><br></div>Please confirm your number.</div>',
    keep: ['My phone number has changed.'],
    cut: ['Please confirm your number', 'Original message'],
  },
  {
    name: 'Thunderbird forward in markup',
    text: '<html><body><p>Is this a fraud?</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>Win</td></tr><tr><th>From: </th><td>x@n0rthwind.example</td></tr></tbody></table><br>Click to win.</div></body></html>',
    keep: ['Is this a fraud?'],
    cut: ['Click to win', 'n0rthwind'],
  },
  {
    name: 'Outlook for Android in Spanish',
    text: 'No me llega el código.\n\nObtener Outlook para Android<https://aka.example/AAb9ysg>\n________________________________\nDe: Support <s@northwind.example>\nEnviado: martes, 4 de marzo de 2025 9:12\nPara: Marta <marta@example.com>\nAsunto: Código\n\nSu código es 123.',
    keep: ['No me llega el código.'],
    cut: ['Outlook', 'Su código es'],
  },
  {
    name: 'a signature with a long title and no mark',
    text: 'Our invoices of May are missing.\n\nBest regards,\n\nDr. Jo Smith\nVice President Global Customer Success and Operations\nContoso Ltd | 1 High Street | Leeds\nwww.contoso.example\n\nThis email and its attachments may be confidential and are intended solely for the addressee.',
    keep: ['Our invoices of May are missing.'],
    cut: ['Vice President', 'Jo Smith', 'www.contoso', 'addressee'],
  },
  {
    name: 'thanks, a name, and another question',
    text: 'My card is blocked.\n\nThanks\nJo\n\nAlso, when does the branch open tomorrow?',
    keep: ['My card is blocked.', 'Thanks', 'when does the branch open tomorrow?'],
    cut: [],
  },
  {
    name: 'what somebody wrote at a time',
    text: 'On 4 March at 9:12 your colleague wrote: "we will call you". Nobody called.\nThe chat on 5 March 2025 at 10:00 ended without an answer.',
    keep: ['your colleague wrote: "we will call you".', 'Nobody called.', 'ended without an answer.'],
    cut: [],
  },
];
