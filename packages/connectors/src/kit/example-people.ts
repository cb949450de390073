const firstNames = [
  'Ana',
  'Bela',
  'Chidi',
  'Dora',
  'Emil',
  'Farah',
  'Goran',
  'Hana',
  'Ivo',
  'Jun',
  'Kemal',
  'Lena',
  'Mateo',
  'Nadia',
  'Oskar',
  'Priya',
];
const lastNames = [
  'Almeida',
  'Berg',
  'Castro',
  'Dahl',
  'Egger',
  'Fischer',
  'Gomez',
  'Hoffmann',
  'Ito',
  'Jansen',
  'Kaya',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
];

/** Invented people at invented companies (`.example` belongs to nobody). */
export const people = {
  /** Known customers whose tickets go nowhere special. */
  domains: ['fabrikam.example', 'adventure.example', 'tailspin.example', 'wingtip.example', 'nobody.example'],
  /** Known customers of the highest tier. */
  enterprise: ['northwind.example', 'contoso.example'],
} as const;

export interface Sender {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Who wrote the n-th sample. */
export const senderOf = (n: number, domain: string = at(people.domains, n)): Sender => {
  const first = at(firstNames, n * 7);
  const last = at(lastNames, n * 11);
  return {
    id: String(8_447_388_000_000 + (n % 400)),
    name: `${first} ${last}`,
    email: `${first}.${last}@${domain}`.toLowerCase(),
  };
};
