import type { Mail } from './mail.ts';

/** French, Spanish, Italian, Portuguese. Authored; people, companies and numbers are made up. */
export const romanceMails: readonly Mail[] = [
  {
    name: 'French Gmail',
    text: `Bonjour,

ma carte a été refusée deux fois ce matin. Pouvez-vous vérifier ?

Cordialement,
Claire Petit

Le mar. 4 mars 2025 à 09:12, Northwind Support <support@northwind.example> a écrit :

> Bonjour Madame,
> votre carte est active.`,
    keep: ['ma carte a été refusée deux fois ce matin.', 'Pouvez-vous vérifier ?'],
    cut: ['votre carte est active', 'a écrit', 'Claire Petit'],
  },
  {
    name: 'French Outlook',
    text: `Je souhaite fermer mon compte à la fin du mois.

Bien à vous,
Luc Martin
Directeur financier – Exemple SAS
Tél. : +33 1 84 17 61 18

De : Northwind Support <support@northwind.example>
Envoyé : lundi 3 mars 2025 16:02
À : Luc Martin
Objet : RE: Votre compte

Cher client, que pouvons-nous faire pour vous ?`,
    keep: ['Je souhaite fermer mon compte à la fin du mois.'],
    cut: ['Directeur financier', 'Cher client', 'Envoyé'],
  },
  {
    name: 'a French footer',
    text: `The transfer from last week never arrived. Please trace it.

Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de leurs destinataires. Si vous avez reçu ce message par erreur, merci de le détruire et d'en avertir immédiatement l'expéditeur. Toute utilisation de ce message non conforme à sa destination, toute diffusion ou toute publication, totale ou partielle, est interdite. L'internet ne permettant pas d'assurer l'intégrité de ce message, Exemple SAS décline toute responsabilité au titre de ce message.
Exemple SAS au capital de 40 000 €, siège social : 1 rue de la Paix, 75002 Paris, RCS Paris 123 456 789`,
    keep: ['The transfer from last week never arrived.', 'Please trace it.'],
    cut: ['confidentiels', 'décline toute responsabilité', 'siège social'],
  },
  {
    name: 'a French telephone',
    text: 'Où est mon remboursement ?\n\nEnvoyé de mon iPhone',
    keep: ['Où est mon remboursement ?'],
    cut: ['iPhone'],
  },
  {
    name: 'a French forward',
    text: `Début du message transféré :

De: Claire Petit <claire@example.com>
Objet: Carte perdue
Date: 3 mars 2025 à 16:02:11 UTC+1
À: Luc <luc@example.com>

J'ai perdu ma carte dans le train.`,
    keep: ["J'ai perdu ma carte dans le train."],
    cut: ['message transféré', 'claire@example.com'],
  },
  {
    name: 'Spanish Gmail',
    text: `Buenos días:

no puedo entrar en la aplicación desde ayer. ¿Qué hago?

Un saludo,
Marta

El mar, 4 mar 2025 a las 9:12, Northwind Support (<support@northwind.example>) escribió:

> Estimada Marta,
> hemos cambiado su contraseña.`,
    keep: ['no puedo entrar en la aplicación desde ayer.', '¿Qué hago?'],
    cut: ['hemos cambiado su contraseña', 'escribió', 'Un saludo'],
  },
  {
    name: 'Spanish Outlook',
    text: `Quiero anular el pago de 30 euros de ayer.

Saludos cordiales,

De: Northwind Support <support@northwind.example>
Enviado el: lunes, 3 de marzo de 2025 16:02
Para: Marta Ruiz
Asunto: RE: Pago

Su pago se ha realizado.`,
    keep: ['Quiero anular el pago de 30 euros de ayer.'],
    cut: ['Su pago se ha realizado', 'Enviado el'],
  },
  {
    name: 'a Spanish footer',
    text: `I still wait for the new PIN. It has been two weeks.

AVISO LEGAL: Este mensaje y sus archivos adjuntos van dirigidos exclusivamente a su destinatario, pudiendo contener información confidencial sometida a secreto profesional. No está permitida su comunicación, reproducción o distribución sin la autorización expresa de Ejemplo S.L. Si usted no es el destinatario final, por favor elimínelo e infórmenos por esta vía.
PROTECCIÓN DE DATOS: De conformidad con lo dispuesto en el RGPD, le informamos de que los datos serán tratados bajo la responsabilidad de Ejemplo S.L.
Antes de imprimir este correo piense en el medio ambiente.`,
    keep: ['I still wait for the new PIN.', 'It has been two weeks.'],
    cut: ['AVISO LEGAL', 'secreto profesional', 'RGPD', 'medio ambiente'],
  },
  {
    name: 'a Spanish telephone',
    text: 'La tarjeta no llega.\n\nEnviado desde mi iPhone',
    keep: ['La tarjeta no llega.'],
    cut: ['iPhone'],
  },
  {
    name: 'Italian Gmail',
    text: `Salve,
la mia carta è stata clonata, bloccatela subito per favore.

Cordiali saluti
Paolo Rossi

Il giorno mar 4 mar 2025 alle ore 09:12 Northwind Support <support@northwind.example> ha scritto:

> Gentile cliente,
> la carta è attiva.`,
    keep: ['la mia carta è stata clonata, bloccatela subito per favore.'],
    cut: ['la carta è attiva', 'ha scritto', 'Paolo Rossi'],
  },
  {
    name: 'Italian Outlook',
    text: `Non vedo il bonifico di lunedì.

Da: Northwind Support <support@northwind.example>
Inviato: lunedì 3 marzo 2025 16:02
A: Paolo Rossi
Oggetto: R: Bonifico

Il bonifico è stato eseguito.`,
    keep: ['Non vedo il bonifico di lunedì.'],
    cut: ['è stato eseguito', 'Inviato'],
  },
  {
    name: 'an Italian footer',
    text: `How can I raise the limit of my card?

Le informazioni contenute in questo messaggio di posta elettronica sono riservate e confidenziali e ne è vietata la diffusione in qualunque modo eseguita. Qualora Lei non fosse la persona a cui il presente messaggio è destinato, La invitiamo gentilmente ad eliminarlo dopo averne dato tempestiva comunicazione al mittente e a non utilizzare in alcun caso il suo contenuto.
Esempio S.r.l. - Sede legale: Via Roma 1, Milano - P. IVA 01234567890 - Capitale sociale 10.000 euro`,
    keep: ['How can I raise the limit of my card?'],
    cut: ['riservate', 'mittente', 'P. IVA'],
  },
  {
    name: 'an Italian telephone',
    text: 'Dove trovo il mio IBAN?\n\nInviato da iPhone',
    keep: ['Dove trovo il mio IBAN?'],
    cut: ['iPhone'],
  },
  {
    name: 'Portuguese Gmail',
    text: `Bom dia,
o meu cartão foi recusado no supermercado.

Obrigado,
Rui

Em ter., 4 de mar. de 2025 às 09:12, Northwind Support <support@northwind.example> escreveu:

> Caro Rui,
> o seu cartão está ativo.`,
    keep: ['o meu cartão foi recusado no supermercado.'],
    cut: ['está ativo', 'escreveu'],
  },
  {
    name: 'a Portuguese footer',
    text: `My transfer was sent to the wrong account.

Esta mensagem e os seus anexos podem conter informação confidencial e destinam-se ao uso exclusivo do seu destinatário. Se recebeu esta mensagem por engano, por favor elimine-a e informe o remetente.`,
    keep: ['My transfer was sent to the wrong account.'],
    cut: ['Esta mensagem', 'remetente'],
  },
];
