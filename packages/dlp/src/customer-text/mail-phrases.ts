/** How mail programs name things in the languages whose customers we read; all in lower case. A language is a row in each table. */

/** Words that say who wrote, as in "On … Jo wrote:". */
export const wroteWords: readonly string[] = [
  'wrote',
  'writes',
  'schrieb',
  'schrieben',
  'geschrieben',
  'a écrit',
  'ont écrit',
  'escribió',
  'escribio',
  'ha scritto',
  'scrive',
  'schreef',
  'geschreven',
  'escreveu',
  'skrev',
  'pisze',
  'napisał',
  'napisał(a)',
];

/** What such a line begins with. */
export const wroteStarters: readonly string[] = [
  'on',
  'am',
  'le',
  'el',
  'il',
  'op',
  'em',
  'no dia',
  'den',
  'w dniu',
  'dnia',
];

/** Titles of what is answered below. */
export const replyTitles: ReadonlySet<string> = new Set([
  'original message',
  'original mail',
  'original e-mail',
  'original email',
  'reply message',
  'ursprüngliche nachricht',
  'originalnachricht',
  'original-nachricht',
  'original nachricht',
  'message d’origine',
  "message d'origine",
  'message original',
  'courriel original',
  'mensaje original',
  'messaggio originale',
  'messaggio originario',
  'oorspronkelijk bericht',
  'origineel bericht',
  'mensagem original',
]);

/** Titles of what is passed on. */
export const forwardTitles: ReadonlySet<string> = new Set([
  'forwarded message',
  'forwarded mail',
  'forwarded email',
  'begin forwarded message',
  'start of forwarded message',
  'weitergeleitete nachricht',
  'weitergeleitete e-mail',
  'anfang der weitergeleiteten nachricht',
  'anfang der weitergeleiteten e-mail',
  'message transféré',
  'message réexpédié',
  'courriel transféré',
  'début du message transféré',
  'début du message réexpédié',
  'mensaje reenviado',
  'inicio del mensaje reenviado',
  'messaggio inoltrato',
  'inizio messaggio inoltrato',
  'inizio del messaggio inoltrato',
  'doorgestuurd bericht',
  'begin doorgestuurd bericht',
  'mensagem encaminhada',
  'mensagem reencaminhada',
  'início da mensagem encaminhada',
  'início da mensagem reencaminhada',
]);

/** What such a title begins with where it names who did it: "Forwarded by Jo Smith on 3 March". */
export const forwardBeginnings: readonly string[] = [
  'forwarded by',
  'weitergeleitet von',
  'transféré par',
  'reenviado por',
  'inoltrato da',
  'doorgestuurd door',
];

export type HeaderKind = 'from' | 'date' | 'to' | 'copy' | 'subject';

const kinds: Readonly<Record<HeaderKind, string>> = {
  from: 'from|von|absender|de|expéditeur|da|mittente|van|afzender',
  date: 'date|sent|sent on|datum|gesendet|gesendet am|envoyé|envoyé le|fecha|enviado|enviado el|enviada em|data|inviato|inviata|data invio|verzonden|verzonden op',
  to: 'to|an|empfänger|à|pour|destinataire|para|destinatario|destinatário|a|aan',
  copy: 'cc|bcc|kopie|copie|copia|cópia|reply-to|antwort an|répondre à|responder a|rispondi a|antwoord aan',
  subject: 'subject|betreff|objet|sujet|asunto|oggetto|onderwerp|assunto',
};

/** Names of the fields that stand above a mail when a program quotes it without marks. */
export const headerKinds: ReadonlyMap<string, HeaderKind> = new Map(
  Object.entries(kinds).flatMap(([kind, names]) => names.split('|').map((name) => [name, kind as HeaderKind])),
);

/** Where a help desk asks to write the answer above. */
export const aboveThisLine: readonly string[] = [
  'above this line',
  'oberhalb dieser',
  'über dieser zeile',
  'über diese zeile',
  'au-dessus de cette ligne',
  'encima de esta línea',
  'por encima de esta',
  'sopra questa riga',
  'sopra questa linea',
  'boven deze regel',
  'boven deze lijn',
  'acima desta linha',
];
