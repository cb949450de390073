import type { Mail } from './mail.ts';

/** Authored; people, companies and numbers are made up. */
export const germanMails: readonly Mail[] = [
  {
    name: 'an English letter above a German footer',
    text: `My card was stolen yesterday and I see payments that I did not make. Please block it immediately.

--
Mit freundlichen Grüßen
Beispiel Handels GmbH · Musterweg 1 · 10115 Berlin
Geschäftsführer: B. Muster · Amtsgericht Charlottenburg
Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail.`,
    keep: ['My card was stolen yesterday', 'Please block it immediately.'],
    cut: ['Mit freundlichen', 'Musterweg', 'Amtsgericht', 'vertrauliche', 'vernichten'],
  },
  {
    name: 'an English letter above a German footer without a mark between them',
    text: `Hello,
I cannot see my salary in the app, it should be there since Friday.
Best
Jonas Beck

Muster Maschinenbau AG, Industriestraße 4, 70565 Stuttgart
Sitz der Gesellschaft: Stuttgart, Registergericht: Amtsgericht Stuttgart, HRB 123456
Vorstand: Dr. Eva Klein (Vors.), Ulf Groß; Vorsitzender des Aufsichtsrats: Karl Lang

Der Inhalt dieser E-Mail ist vertraulich und ausschließlich für den bezeichneten Adressaten bestimmt. Wenn Sie nicht der vorgesehene Adressat dieser E-Mail oder dessen Vertreter sein sollten, so beachten Sie bitte, dass jede Form der Kenntnisnahme, Veröffentlichung, Vervielfältigung oder Weitergabe des Inhalts dieser E-Mail unzulässig ist.`,
    keep: ['I cannot see my salary in the app, it should be there since Friday.'],
    cut: ['Industriestraße', 'Registergericht', 'ausschließlich für den', 'Vervielfältigung'],
  },
  {
    name: 'Gmail',
    text: `Hallo,

die neue Karte ist immer noch nicht da. Wann haben Sie sie verschickt?

Viele Grüße
Jonas

Am Di., 4. März 2025 um 09:12 Uhr schrieb Northwind Support <
support@northwind.example>:

> Guten Tag Herr Beck,
> Ihre Karte ist unterwegs.`,
    keep: ['die neue Karte ist immer noch nicht da.', 'Wann haben Sie sie verschickt?'],
    cut: ['Ihre Karte ist unterwegs', 'support@northwind.example', 'Viele Grüße'],
  },
  {
    name: 'Thunderbird',
    text: `Am 04.03.25 um 09:12 schrieb Northwind Support:
> Haben Sie die App neu gestartet?
Ja, zweimal, ohne Erfolg.`,
    keep: ['Ja, zweimal, ohne Erfolg.'],
    cut: ['Haben Sie die App neu gestartet', 'schrieb'],
  },
  {
    name: 'Gmail on a telephone',
    text: `Das Geld ist nicht angekommen.

Northwind Support <support@northwind.example> schrieb am Di., 4. März 2025, 09:12:

> Wir haben es gestern überwiesen.`,
    keep: ['Das Geld ist nicht angekommen.'],
    cut: ['Wir haben es gestern', 'schrieb am'],
  },
  {
    name: 'Outlook',
    text: `Sehr geehrte Damen und Herren,
bitte kündigen Sie mein Konto zum Monatsende.

Mit freundlichen Grüßen

i.A. Sabine Vogel
Buchhaltung
Muster GmbH
Tel.: +49 30 901820-15

Von: Northwind Support <support@northwind.example>
Gesendet: Montag, 3. März 2025 16:02
An: Vogel, Sabine
Betreff: AW: Ihr Konto

Sehr geehrte Frau Vogel, gern helfen wir Ihnen.`,
    keep: ['bitte kündigen Sie mein Konto zum Monatsende.'],
    cut: ['Sabine Vogel', 'Buchhaltung', 'gern helfen wir Ihnen', 'Gesendet'],
  },
  {
    name: 'an old Outlook',
    text: `Die Rechnung ist falsch, ich habe nur ein Stück bestellt.

-----Ursprüngliche Nachricht-----
Von: support@northwind.example
Gesendet: Montag, 3. März 2025 16:02
An: Vogel, Sabine
Betreff: Rechnung 4711

Anbei Ihre Rechnung.`,
    keep: ['Die Rechnung ist falsch, ich habe nur ein Stück bestellt.'],
    cut: ['Anbei Ihre Rechnung', 'Ursprüngliche'],
  },
  {
    name: 'a telephone',
    text: `Ich habe meine PIN vergessen.

Von meinem iPhone gesendet

> Am 04.03.2025 um 09:12 schrieb Northwind <support@northwind.example>:
>
> Wie können wir Ihnen helfen?`,
    keep: ['Ich habe meine PIN vergessen.'],
    cut: ['iPhone gesendet', 'Wie können wir Ihnen helfen'],
  },
  {
    name: 'a telephone of another make',
    text: 'Wo finde ich meine IBAN?\n\nDiese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.',
    keep: ['Wo finde ich meine IBAN?'],
    cut: ['Android'],
  },
  {
    name: 'a forward',
    text: `Anfang der weitergeleiteten Nachricht:

Von: Eva Klein <eva@example.com>
Betreff: Abbuchung
Datum: 3. März 2025 um 16:02:11 MEZ
An: Jonas Beck <jonas@example.com>

Mir wurde zweimal derselbe Betrag abgebucht.`,
    keep: ['Mir wurde zweimal derselbe Betrag abgebucht.'],
    cut: ['weitergeleiteten', 'eva@example.com'],
  },
  {
    name: 'a forward with a comment, in Thunderbird',
    text: `Bitte prüfen Sie, ob diese Nachricht wirklich von Ihnen kommt.


-------- Weitergeleitete Nachricht --------
Betreff: 	Ihr Konto wird gesperrt
Datum: 	Mon, 3 Mar 2025 16:02:11 +0100
Von: 	Northwind <alarm@n0rthwind.example>
An: 	jonas@example.com


Klicken Sie hier, um die Sperrung aufzuheben.`,
    keep: ['Bitte prüfen Sie, ob diese Nachricht wirklich von Ihnen kommt.'],
    cut: ['Klicken Sie hier', 'n0rthwind'],
  },
  {
    name: 'a footer and a word about trees',
    text: `Können Sie mein Limit auf 5.000 Euro erhöhen?

Beste Grüße,
Eva Klein

Denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.
Diese Nachricht kann vertrauliche Informationen enthalten und ist ausschließlich für den genannten Empfänger bestimmt. Sollten Sie nicht der beabsichtigte Empfänger sein, löschen Sie bitte diese Nachricht. Das unerlaubte Kopieren sowie die unbefugte Weitergabe dieser Mail ist nicht gestattet.`,
    keep: ['Können Sie mein Limit auf 5.000 Euro erhöhen?'],
    cut: ['Umwelt', 'vertrauliche', 'unbefugte Weitergabe', 'Beste Grüße'],
  },
];
