import type { Mail } from './mail.ts';

/** Authored; people, companies and numbers are made up. */
export const dutchMails: readonly Mail[] = [
  {
    name: 'Gmail',
    text: `Hallo,

mijn pas is nog niet binnen. Wanneer is hij verstuurd?

Met vriendelijke groet,
Joost de Vries

Op di 4 mrt 2025 om 09:12 schreef Northwind Support <support@northwind.example>:

> Beste Joost,
> je pas is onderweg.`,
    keep: ['mijn pas is nog niet binnen.', 'Wanneer is hij verstuurd?'],
    cut: ['je pas is onderweg', 'schreef', 'Joost de Vries'],
  },
  {
    name: 'Outlook',
    text: `Ik wil graag mijn rekening opzeggen.

Groeten,
Joost

Van: Northwind Support <support@northwind.example>
Verzonden: maandag 3 maart 2025 16:02
Aan: Joost de Vries
Onderwerp: RE: Rekening

Beste klant, waarmee kunnen we helpen?`,
    keep: ['Ik wil graag mijn rekening opzeggen.'],
    cut: ['waarmee kunnen we helpen', 'Verzonden'],
  },
  {
    name: 'a footer',
    text: `Someone used my card in another country yesterday.

De informatie in dit e-mailbericht is uitsluitend bestemd voor de geadresseerde. Verstrekking aan en gebruik door anderen is niet toegestaan. Indien u dit bericht ten onrechte ontvangt, verzoeken wij u de afzender te informeren en het bericht te verwijderen. Voorbeeld B.V. is niet aansprakelijk voor de onjuiste of onvolledige overbrenging van dit bericht.
Voorbeeld B.V., KvK 12345678, btw-nummer NL001234567B01, statutair gevestigd te Utrecht`,
    keep: ['Someone used my card in another country yesterday.'],
    cut: ['geadresseerde', 'niet aansprakelijk', 'KvK'],
  },
  {
    name: 'a telephone',
    text: 'Waar is mijn geld gebleven?\n\nVerstuurd vanaf mijn iPhone',
    keep: ['Waar is mijn geld gebleven?'],
    cut: ['iPhone'],
  },
  {
    name: 'a forward',
    text: `Is deze mail echt van jullie?

---------- Doorgestuurd bericht ---------
Van: Northwind <alarm@n0rthwind.example>
Datum: ma 3 mrt 2025 om 16:02
Onderwerp: Uw rekening
Aan: <joost@example.com>

Klik hier om uw rekening te ontgrendelen.`,
    keep: ['Is deze mail echt van jullie?'],
    cut: ['Klik hier', 'n0rthwind'],
  },
];
