import type { Mail } from './mail.ts';

/** Authored; people, companies and numbers are made up. */
export const englishMails: readonly Mail[] = [
  {
    name: 'Gmail reply above a quotation',
    text: `Hi team,

the replacement card has still not arrived. Could you tell me when you sent it?

Thanks,
Ana

On Tue, 4 Mar 2025 at 09:12, Northwind Support <support@northwind.example> wrote:

> Dear Ana,
> your new card was posted last week.
> Kind regards
> Northwind Support`,
    keep: ['the replacement card has still not arrived.', 'Could you tell me when you sent it?'],
    cut: ['your new card was posted last week', 'Northwind Support', 'wrote'],
  },
  {
    name: 'Gmail reply whose attribution is wrapped',
    text: `I cannot log in any more.

On Tue, Mar 4, 2025 at 9:12 AM The Northwind Customer Support Team <
support@northwind.example> wrote:

> Please try to reset your password.`,
    keep: ['I cannot log in any more.'],
    cut: ['Please try to reset', 'support@northwind.example'],
  },
  {
    name: 'Apple Mail reply without marks',
    text: `The refund has not reached my account.

Sent from my iPhone

On 4 Mar 2025, at 09:12, Northwind Support <support@northwind.example> wrote:

We have issued your refund today.
It may take three days.`,
    keep: ['The refund has not reached my account.'],
    cut: ['Sent from my iPhone', 'We have issued your refund today', 'It may take three days'],
  },
  {
    name: 'answers between quoted lines',
    text: `On 04/03/2025 09:12, Northwind Support wrote:
> Which card did you use?
The blue one, it ends with 1234.
> When did you pay?
Yesterday at noon, in a bakery.`,
    keep: ['The blue one, it ends with 1234.', 'Yesterday at noon, in a bakery.'],
    cut: ['Which card did you use', 'When did you pay', 'Northwind Support wrote'],
  },
  {
    name: 'answer below the quotation',
    text: `On Mon, 3 Mar 2025 at 18:40, Sam <sam@northwind.example> wrote:
> Is the problem solved?
> Regards, Sam

No, the app still shows the wrong balance.`,
    keep: ['No, the app still shows the wrong balance.'],
    cut: ['Is the problem solved', 'Regards, Sam'],
  },
  {
    name: 'Outlook reply with a header block',
    text: `Good morning,
my transfer to Spain was rejected twice. What is wrong with it?

Best regards,
Peter Novak
Head of Purchasing | Contoso Ltd
T: +44 20 7946 0123

From: Northwind Support <support@northwind.example>
Sent: Monday, March 3, 2025 4:02 PM
To: Peter Novak <peter.novak@contoso.example>
Cc: Accounts <accounts@contoso.example>
Subject: RE: Your transfer

Dear Mr Novak, we are looking into it.`,
    keep: ['my transfer to Spain was rejected twice.', 'What is wrong with it?'],
    cut: ['Head of Purchasing', '+44 20 7946 0123', 'we are looking into it', 'RE: Your transfer'],
  },
  {
    name: 'Outlook reply below a line, names without addresses',
    text: `Please cancel my order 4711.
________________________________
From: Northwind Support
Sent: 03 March 2025 16:02
To: Novak, Peter
Subject: Order 4711

Your order is on its way.`,
    keep: ['Please cancel my order 4711.'],
    cut: ['Your order is on its way', 'Sent: 03 March 2025', '____'],
  },
  {
    name: 'an old Outlook reply',
    text: `I was charged twice for the same taxi ride.

-----Original Message-----
From: support@northwind.example [mailto:support@northwind.example]
Sent: 03 March 2025 16:02
To: Novak, Peter
Subject: Receipt

Thank you for travelling with us.`,
    keep: ['I was charged twice for the same taxi ride.'],
    cut: ['Thank you for travelling with us', 'Original Message'],
  },
  {
    name: 'a forward with a comment',
    text: `Can somebody explain why this letter says that my account is closed?

---------- Forwarded message ---------
From: Northwind <no-reply@northwind.example>
Date: Mon, 3 Mar 2025 at 16:02
Subject: Your account
To: <ana@example.com>

We inform you that your account was closed on 1 March.`,
    keep: ['Can somebody explain why this letter says that my account is closed?'],
    cut: ['We inform you that', 'no-reply@northwind.example'],
  },
  {
    name: 'a forward without a word of its own',
    text: `---------- Forwarded message ---------
From: Ana Silva <ana@example.com>
Date: Mon, 3 Mar 2025 at 16:02
Subject: Lost phone
To: <jo@example.com>

My phone was lost and I need a new PIN for the app.`,
    keep: ['My phone was lost and I need a new PIN for the app.'],
    cut: ['Forwarded message', 'ana@example.com'],
  },
  {
    name: 'a forward that says as good as nothing',
    text: `FYI

Begin forwarded message:

From: Ana Silva <ana@example.com>
Subject: Lost phone
Date: 3 March 2025 at 16:02:11 CET
To: Jo <jo@example.com>

The cash machine kept my card at the station.`,
    keep: ['The cash machine kept my card at the station.'],
    cut: ['Begin forwarded message', 'jo@example.com'],
  },
  {
    name: 'an English footer',
    text: `The statement for February is missing in my account.

This e-mail and any attachments are confidential and intended solely for the use of the individual or entity to whom they are addressed. If you have received this e-mail in error please notify the sender and delete it from your system. Contoso Ltd accepts no liability for any damage caused by any virus transmitted by this e-mail.
Contoso Ltd. Registered in England and Wales. Company number 01234567. Registered office: 1 High Street, Leeds.`,
    keep: ['The statement for February is missing in my account.'],
    cut: ['intended solely', 'accepts no liability', 'Company number 01234567'],
  },
  {
    name: 'an English footer, broken at 72 characters, right below the text',
    text: `Please change my address, I moved last week.
CONFIDENTIALITY NOTICE: This message is intended only for the person or
entity to which it is addressed and may contain confidential and/or
privileged material. Any unauthorized review, use, disclosure or
distribution is prohibited. If you are not the intended recipient,
please contact the sender by reply and destroy all copies.`,
    keep: ['Please change my address, I moved last week.'],
    cut: ['CONFIDENTIALITY NOTICE', 'privileged material', 'destroy all copies'],
  },
  {
    name: 'a footer in the same paragraph',
    text: 'Why was my top-up declined? I tried three times. This message is confidential and may be legally privileged. If you are not the intended recipient, you must not copy it. Please consider the environment before printing this email.',
    keep: ['Why was my top-up declined?', 'I tried three times.'],
    cut: ['legally privileged', 'must not copy', 'environment'],
  },
  {
    name: 'a mark of the mail server above',
    text: `CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender.

How do I close my account?`,
    keep: ['How do I close my account?'],
    cut: ['CAUTION', 'recognize the sender'],
  },
  {
    name: 'a signature behind two dashes',
    text: `I want to dispute a payment of 40 pounds.
\u0020
--\u0020
Peter Novak
Contoso Ltd, 1 High Street, Leeds
"Quality since 1987"`,
    keep: ['I want to dispute a payment of 40 pounds.'],
    cut: ['Peter Novak', 'Quality since 1987'],
  },
  {
    name: 'an afterthought below the signature',
    text: `My new card does not work in shops.

Kind regards,
Peter Novak
Mobile: +44 7700 900123

PS: it does work online, only not in shops.`,
    keep: ['My new card does not work in shops.', 'it does work online, only not in shops.'],
    cut: ['+44 7700 900123', 'Kind regards'],
  },
  {
    name: 'telephones that say so',
    text: `I need a second card for my husband.

Get Outlook for Android`,
    keep: ['I need a second card for my husband.'],
    cut: ['Get Outlook'],
  },
  {
    name: "a help desk's own line",
    text: `It happened again this morning.

##- Please type your reply above this line -##

Your request (4711) has been updated. Sam wrote that it is fixed.`,
    keep: ['It happened again this morning.'],
    cut: ['type your reply', 'has been updated'],
  },
  {
    name: 'replies to replies',
    text: `Still nothing, please escalate this.

On Wed, 5 Mar 2025 at 10:00, Sam <sam@northwind.example> wrote:
> We will call you.
>
> On Tue, 4 Mar 2025 at 10:00, Ana <ana@example.com> wrote:
>> I am waiting for a call.
>>> Older words of the bank.`,
    keep: ['Still nothing, please escalate this.'],
    cut: ['We will call you', 'I am waiting for a call', 'Older words'],
  },
  {
    name: 'Yahoo reply',
    text: `The link you sent has expired.

    On Tuesday, March 4, 2025 at 09:12:33 AM GMT+1, Northwind <support@northwind.example> wrote:
\u0020
 Please confirm your address with this link.`,
    keep: ['The link you sent has expired.'],
    cut: ['Please confirm your address'],
  },
];
