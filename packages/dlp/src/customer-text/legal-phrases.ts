/** What legal footers speak of. */
export type LegalTopic =
  | 'confidential'
  | 'receiver'
  | 'error'
  | 'destroy'
  | 'forbidden'
  | 'liability'
  | 'printing'
  | 'company'
  | 'privacy';

type Topics = Readonly<Record<LegalTopic, string>>;

/**
 * Beginnings of what they say, all in lower case. Nothing that a customer says of money, goods or an account: "the
 * addressee of my transfer" and "charged in error" are no footers.
 */
const en: Topics = {
  confidential:
    'this e-mail and any|this email and any|this message and any|e-mail is confidential|email is confidential|message is confidential|communication is confidential|is confidential and|are confidential and|contains confidential|contain confidential|confidential information intended|confidential and/or|confidential or|legally privileged|privileged information|privileged and confidential|private and confidential|confidentiality notice|confidential and intended|confidential and may|may be confidential|disclaimer:',
  receiver:
    'intended recipient|intended addressee|intended solely for|intended only for|is intended for the|intended for use by|intended exclusively for|for the sole use of|solely for the use|only for the use|the addressee|individual or entity|person or entity to|named recipient',
  error:
    'received this e-mail in error|received this email in error|received this message in error|received this in error|received it in error|received this communication in error|received this transmission in error|receive this e-mail in error|receive this email in error|receive this message in error|received this e-mail by mistake|received this email by mistake|received this message by mistake|if you are not the intended|if you are not the named|if you are not an intended|if you are not the addressee',
  destroy:
    'notify the sender|notify us immediately|inform the sender|contact the sender|advise the sender|delete this e-mail|delete this email|delete this message|delete it from your|delete the message|delete the e-mail|delete the email|delete all copies|destroy all copies|destroy this|destroy the',
  forbidden:
    'strictly prohibited|is prohibited|unauthorised use|unauthorized use|unauthorised review|unauthorized review|unauthorised disclosure|unauthorized disclosure|unauthorised copying|unauthorized copying|disclosure, copying|disclosure, distribution|copying, distribution|copying or distribution|review, use|use, disclosure|dissemination|must not copy|may be unlawful',
  liability:
    'accepts no liability|accept no liability|accepts no responsibility for any|not accept liability|not accept any liability|not accept responsibility|no liability for|no liability is accepted|free of viruses|free from viruses|virus-free|error-free|transmission of viruses|virus transmitted|checked for viruses|scanned for viruses|views or opinions|views expressed|opinions expressed|not necessarily reflect|not necessarily represent|cannot be guaranteed to be secure',
  printing:
    'before printing this|before you print this|think before you print|environment before printing|do not print this',
  company:
    'registered in england|registered in scotland|registered in ireland|registered office|registered address|company number|company no|registration number|company registration|registered number|vat number|vat no|vat reg|authorised and regulated by',
  privacy: 'our privacy notice|our privacy policy|how we process your personal data|how we process personal data',
};
const de: Topics = {
  confidential:
    'vertrauliche und/oder|vertrauliche oder rechtlich|vertrauliche und rechtlich|vertraulich und|mail ist vertraulich|nachricht ist vertraulich|enthält vertrauliche|enthalten vertrauliche|vertrauliche informationen enthalten|kann vertrauliche|können vertrauliche|rechtlich geschützte|gesetzlich geschützt|vertraulichkeitshinweis|haftungsausschluss:',
  receiver:
    'richtige adressat|richtige empfänger|beabsichtigte empfänger|beabsichtigten empfänger|vorgesehene empfänger|vorgesehenen empfänger|nicht der adressat|nicht der empfänger|bestimmungsgemäße|ausschließlich für den|ausschließlich für die|ausschliesslich für den|ausschliesslich für die|nur für den adressaten|nur für den empfänger|für den bezeichneten|für den oben|genannten empfänger|genannten adressaten',
  error:
    'mail irrtümlich|nachricht irrtümlich|irrtümlicherweise erhalten|versehentlich erhalten|fälschlicherweise erhalten|irrtümlich zugesandt|irrtümlich zugestellt|nicht für sie bestimmt|sollten sie nicht der|wenn sie nicht der|falls sie nicht der|sind sie nicht der',
  destroy:
    'den absender|vernichten sie|löschen sie diese|löschen sie bitte diese|mail zu löschen|nachricht zu löschen|mail zu vernichten|löschen sie die e-mail|löschen sie die nachricht',
  forbidden:
    'unerlaubte kopieren|unerlaubtes kopieren|unbefugte weitergabe|unerlaubte weitergabe|unbefugte weiterleitung|unberechtigte|weitergabe dieser|weitergabe der|weiterleitung dieser|vervielfältigung|ist nicht gestattet|sind nicht gestattet|ist untersagt|strengstens untersagt|nicht zulässig',
  liability:
    'keine haftung|haftung ist ausgeschlossen|haftung ausgeschlossen|haften nicht für|haftet nicht für|virenfrei|frei von viren|auf viren geprüft|auf viren überprüft|nicht rechtsverbindlich|rechtsverbindliche erklärung',
  printing:
    'an die umwelt|e-mail ausdrucken|mail ausdrucken|e-mail drucken|mail drucken|ausdruck dieser|bevor sie diese e-mail|bevor sie diese mail',
  company:
    'geschäftsführer:|geschäftsführer :|geschäftsführung:|geschäftsführerin:|geschäftsführerinnen:|geschäftsführender gesellschafter|vertreten durch|amtsgericht|registergericht|handelsregister|hrb |hra |ust-id|ust.-id|ustid|umsatzsteuer-id|sitz der gesellschaft|vorsitzender des aufsichtsrat|vorsitzende des aufsichtsrat|aufsichtsrat:|vorstand:|firmenbuch|firmensitz|steuernummer:|st.-nr',
  privacy:
    'unsere datenschutzhinweise|informationen zum datenschutz|unsere datenschutzerklärung|zur verarbeitung ihrer personenbezogenen',
};
const fr: Topics = {
  confidential:
    'ce message et toutes|ce message et ses|ce message et les|ce courriel et|cet e-mail et|ce mail et ses|message est confidentiel|courriel est confidentiel|sont confidentiels|sont confidentielles et|informations confidentielles et|informations confidentielles ou|information confidentielle|strictement confidentiel|caractère confidentiel|peut contenir des informations|peuvent contenir des informations|contient des informations confidentielles|secret professionnel|avis de confidentialité',
  receiver:
    "l'intention exclusive|l'attention exclusive|l'usage exclusif|exclusivement destiné|destiné exclusivement|seul destinataire|seuls destinataires|de leurs destinataires|de ses destinataires|son destinataire|pas le destinataire|pas destinataire|n'êtes pas le bon destinataire|personne à laquelle il est adressé",
  error:
    'ce message par erreur|ce courriel par erreur|cet e-mail par erreur|ce mail par erreur|vous parvient par erreur|vous est parvenu par erreur|reçu par erreur ce|avez reçu par erreur',
  destroy:
    "l'expéditeur|de le détruire|le détruire|de le supprimer|sa destruction|détruire ce message|supprimer ce message|supprimer ce courriel",
  forbidden:
    'est interdite|est strictement interdit|est formellement interdit|strictement interdit|toute diffusion|toute utilisation de ce|toute publication|toute divulgation|toute reproduction|non conforme à sa destination',
  liability:
    "décline toute|déclinent toute|décline sa responsabilité|déclinons toute|l'intégrité de ce|susceptible d'altération|susceptibles d'altération|altéré, déformé|altéré, changé|exempt de virus|exempts de virus|messages étant susceptibles",
  printing: "avant d'imprimer|à l'environnement|n'imprimez ce|n'imprimez cet|n'imprimer ce|imprimez que si",
  company:
    'siège social|rcs |r.c.s|siret|siren|au capital de|au capital social|capital social|tva intracommunautaire|n° tva|numéro de tva',
  privacy: 'protection des données personnelles :|notre politique de confidentialité',
};
const es: Topics = {
  confidential:
    'este mensaje y sus|este correo y sus|este correo electrónico y|este mensaje y los|este mensaje contiene|este mensaje puede contener|contiene información confidencial|información confidencial y|información confidencial o|carácter confidencial|mensaje es confidencial|correo es confidencial|son confidenciales|confidencial y está|confidencial y/o|información privilegiada|secreto profesional|aviso de confidencialidad|aviso legal',
  receiver:
    'dirigido exclusivamente|dirigida exclusivamente|dirigen exclusivamente|dirige exclusivamente|exclusivamente a su destinatario|exclusivamente al destinatario|no es usted el destinatario|no es el destinatario|usted no es el destinatario|único destinatario|destinatario indicado|uso exclusivo de|persona a la que va|únicamente para su destinatario',
  error:
    'este mensaje por error|este correo por error|este e-mail por error|este correo electrónico por error|mensaje ha sido recibido por error|recibido este mensaje por|recibido este correo por',
  destroy:
    'al remitente|lo comunique|nos lo comunique|comuníquelo|notifíquelo|a su eliminación|a su destrucción|proceda a su|lo elimine|elimínelo|su inmediata destrucción|su borrado',
  forbidden:
    'está prohibida|queda prohibida|prohibida su|prohibida la|estrictamente prohibid|está estrictamente|prohibida por la legislación|sin autorización puede|utilización, divulgación|divulgación y/o copia|copia o distribución',
  liability:
    'no se hace responsable|no se responsabiliza|no asume ninguna|libre de virus|exento de virus|posibles virus|transmisión de virus',
  printing: 'antes de imprimir|medio ambiente|medioambiente',
  company: 'registro mercantil|domicilio social|inscrita en el r|c.i.f|cif:|n.i.f.:|nif:|cif b|cif a',
  privacy:
    'protección de datos|rgpd|lopd|responsable del tratamiento|derechos de acceso|reglamento (ue) 2016|reglamento general',
};
const it: Topics = {
  confidential:
    'questo messaggio e|questa e-mail e gli|questa mail e|contenute in questo messaggio|contenute nel presente|contenute nella presente|il presente messaggio|la presente e-mail|la presente comunicazione|informazioni riservate|informazioni strettamente|sono riservate|sono da considerarsi|strettamente riservat|carattere riservato|avviso di riservatezza|nota di riservatezza|confidenziali e|confidenziale e',
  receiver:
    'esclusivamente al destinatario|esclusivamente ai destinatari|esclusivamente alla persona|destinatario indicato|destinatari indicati|destinatario sopra|destinatario/i|non siete il destinatario|non siete i destinatari|non è il destinatario|non fosse il destinatario|non foste i destinatari|ad uso esclusivo del|uso esclusivo del destinatario|persona o ente',
  error:
    'questo messaggio per errore|questa e-mail per errore|questa mail per errore|presente messaggio per errore|messaggio vi fosse pervenuto|qualora non fosse|qualora abbiate ricevuto|qualora riceveste|qualora il messaggio',
  destroy:
    'il mittente|al mittente|cancellarlo|distruggerlo|di eliminarlo|di eliminarla|di cancellarla|di distruggerla|darcene|darne immediata|darne comunicazione|alla distruzione|alla cancellazione|alla sua distruzione',
  forbidden:
    'è vietat|è severamente|è strettamente vietat|è rigorosamente|è proibit|severamente vietat|la diffusione, distribuzione|la diffusione, la distribuzione|copiatura|senza autorizzazione è',
  liability:
    'alcuna responsabilità per|nessuna responsabilità per|declina ogni|non si assume alcuna|privo di virus|presenza di virus',
  printing:
    "prima di stampare|stampare questa|stampare questo|stampa questa mail|rispetta l'ambiente|rispetto dell'ambiente|pensa all'ambiente",
  company:
    'p. iva|p.iva|partita iva|sede legale|registro imprese|registro delle imprese|capitale sociale|cap. soc|c.f. e p|cod. fisc',
  privacy: 'd.lgs. 196|d. lgs. 196|d.lgs 196|2016/679|regolamento ue|regolamento (ue)|gdpr 679',
};
const nl: Topics = {
  confidential:
    'dit bericht en|deze e-mail en|dit e-mailbericht|deze e-mail is vertrouwelijk|dit bericht is vertrouwelijk|vertrouwelijke informatie|is vertrouwelijk en|vertrouwelijk zijn|vertrouwelijk karakter|strikt vertrouwelijk',
  receiver:
    'de geadresseerde|geadresseerde(n)|uitsluitend bestemd|alleen bestemd|uitsluitend voor de|beoogde ontvanger|bedoelde ontvanger|bedoeld voor de',
  error:
    'bericht ten onrechte|ten onrechte ontvang|abusievelijk ontvang|bericht abusievelijk|per abuis ontvang|bericht per abuis|onterecht ontvang|niet voor u bestemd|e-mail ten onrechte|e-mail abusievelijk|mail per vergissing',
  destroy:
    'de afzender|te vernietigen|bericht te verwijderen|e-mail te verwijderen|verwijder dit bericht|verwijder deze e-mail|vernietig dit|vernietig deze',
  forbidden:
    'openbaarmaking|vermenigvuldiging|verspreiding van|verspreiding en|verstrekking van|is niet toegestaan|niet geoorloofd|is verboden',
  liability:
    'aansprakelijkheid voor|niet aansprakelijk|geen aansprakelijkheid|vrij van virussen|virusvrij|aanwezigheid van virussen|volledige overbrenging',
  printing:
    'aan het milieu|voordat u deze e-mail|voordat u deze mail|e-mail afdrukt|mail uitprint|mail afdrukt|e-mail print',
  company: 'kvk|k.v.k|kamer van koophandel|btw-nummer|btw nr|btw:|btw nl|statutair gevestigd|in het handelsregister',
  privacy: 'onze privacyverklaring|ons privacybeleid',
};
const pt: Topics = {
  confidential:
    'esta mensagem e|este e-mail e|esta mensagem pode conter|esta mensagem contém|informação confidencial|informações confidenciais|mensagem é confidencial|são confidenciais|confidencial e|aviso de confidencialidade|informação privilegiada|informações privilegiadas',
  receiver:
    'exclusivamente ao destinatário|exclusivamente aos destinatários|não é o destinatário|não for o destinatário|não seja o destinatário|uso exclusivo do|destina-se exclusivamente|destinatário indicado',
  error:
    'esta mensagem por engano|este e-mail por engano|esta mensagem por erro|este e-mail por erro|recebeu por engano|recebido esta mensagem',
  destroy:
    'o remetente|ao remetente|elimine-a|apague-a|eliminá-la|destruí-la|apagá-la|sua eliminação|elimine esta|apague esta',
  forbidden:
    'é proibid|está proibid|expressamente proibid|estritamente proibid|divulgação, cópia|cópia ou distribuição',
  liability: 'não se responsabiliza|isenta de vírus|livre de vírus|transmissão de vírus',
  printing: 'antes de imprimir|meio ambiente',
  company: 'sede social|cnpj|nipc|matriculada na|registo comercial',
  privacy: 'proteção de dados|lgpd',
};

/** Of all languages together: a footer is often in another than the letter above it. */
export const legalPhrases: ReadonlyMap<string, LegalTopic> = new Map(
  [en, de, fr, es, it, nl, pt].flatMap((language) =>
    Object.entries(language).flatMap(([topic, phrases]) =>
      phrases.split('|').map((phrase) => [phrase, topic as LegalTopic] as const),
    ),
  ),
);

/** Enough by themselves: nobody says so of a message but its footer. */
export const plainWords: ReadonlySet<string> = new Set([
  'e-mail is confidential',
  'email is confidential',
  'message is confidential',
  'mail ist vertraulich',
  'nachricht ist vertraulich',
  'message est confidentiel',
  'courriel est confidentiel',
  'mensaje es confidencial',
  'correo es confidencial',
  'dit bericht is vertrouwelijk',
  'deze e-mail is vertrouwelijk',
  'mensagem é confidencial',
  'confidentiality notice',
  'vertraulichkeitshinweis',
  'avis de confidentialité',
  'aviso de confidencialidad',
  'avviso di riservatezza',
  'aviso de confidencialidade',
]);

/** What a mail server puts above or below mail from outside; each is enough by itself. */
export const banners: readonly string[] = [
  'originated from outside of',
  'originated from outside your',
  'originated from outside the',
  'email originated outside',
  'caution: external',
  'external email:',
  'external sender:',
  'do not click links or open attachments unless',
  'externe e-mail:',
  'e-mail stammt von außerhalb',
  'e-mail kommt von außerhalb',
  "message provient de l'extérieur",
  "e-mail provient de l'extérieur",
  'correo externo:',
  'procede de fuera de la organización',
  'is afkomstig van buiten',
  "proviene dall'esterno",
  'virus-free. www.avast',
  'virus-free.www.avast',
  'has been checked for viruses by',
  'wurde von avast',
];
