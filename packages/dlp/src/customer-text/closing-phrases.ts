/** How letters end; all in lower case, without punctuation. */
export const closings: ReadonlySet<string> = new Set(
  [
    // English
    'regards|kind regards|kindest regards|best regards|warm regards|warmest regards|with kind regards|with best regards|best|all the best|best wishes|with best wishes|sincerely|sincerely yours|yours sincerely|yours faithfully|yours truly|respectfully|cordially|rgds|br|kr',
    // German
    'mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|mit freundlichem gruss|freundliche grüße|freundliche grüsse|freundlichen gruß|mit besten grüßen|mit besten grüssen|beste grüße|beste grüsse|viele grüße|viele grüsse|vielen dank und freundliche grüße|vielen dank und viele grüße|liebe grüße|liebe grüsse|schöne grüße|herzliche grüße|herzliche grüsse|mit herzlichen grüßen|gruß|gruss|grüße|grüsse|herzlichst|hochachtungsvoll|mfg|lg|vg',
    // French
    'cordialement|bien cordialement|très cordialement|cordiales salutations|salutations|sincères salutations|meilleures salutations|salutations distinguées|bien à vous|sincèrement|respectueusement|cdt|cdlt|bàv',
    // Spanish
    'saludos|un saludo|saludos cordiales|un cordial saludo|cordiales saludos|reciba un cordial saludo|reciban un cordial saludo|un saludo cordial|atentamente|muy atentamente|le saluda atentamente|cordialmente',
    // Italian
    'saluti|cordiali saluti|distinti saluti|un cordiale saluto|cordialmente|un saluto|i migliori saluti|in fede',
    // Dutch
    'met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|met hartelijke groet|hartelijke groet|hartelijke groeten|hoogachtend|groet|groeten|groetjes|mvg',
    // Portuguese
    'atenciosamente|com os melhores cumprimentos|melhores cumprimentos|cumprimentos|cordialmente|saudações|abraços|um abraço|att',
  ].flatMap((list) => list.split('|')),
);

/** Thanks end a letter as well, and are the customer's words: they stay, the contact block below them does not. */
export const thanks: ReadonlySet<string> = new Set(
  "thanks|thank you|many thanks|thanks a lot|thank you very much|thanks in advance|thank you in advance|thanks and regards|thanks & regards|thanks and kind regards|cheers|danke|vielen dank|danke im voraus|vielen dank im voraus|danke und gruß|besten dank|merci|merci beaucoup|merci d’avance|merci d'avance|merci par avance|gracias|muchas gracias|gracias de antemano|grazie|grazie mille|molte grazie|grazie in anticipo|bedankt|alvast bedankt|dank u|dank u wel|hartelijk dank|obrigado|obrigada|muito obrigado|muito obrigada".split(
    '|',
  ),
);

/** What telephones and mail programs put below a text: a beginning, and a word that says what they are. */
export const sentFrom: RegExp =
  /^(?:sent (?:from|via|using|with)|get outlook|get it on|gesendet (?:von|mit|über)|diese nachricht wurde (?:von|mit)|von mein\p{L}{0,3}|holen sie sich|outlook für|envoyé (?:de|depuis|à partir|avec)|obtenez|télécharge[rz]|enviado (?:desde|do|da|a partir|con|com|pelo)|obtener|obtén|obter|inviato (?:da|dal|dall[’']|con|tramite)|ottieni|scarica|verzonden (?:vanaf|met|via|vanuit)|verstuurd (?:vanaf|met|via|vanuit)|download|outlook voor)(?![\p{L}\p{N}])/u;
export const devices: RegExp =
  /(?<!\p{L})(?:iphones?|ipad|android|samsung|galaxy|huawei|xiaomi|redmi|pixel|blackberry|nokia|oneplus|mobile|mobil\p{L}{0,10}|phone|smartphone|handy|telefon|téléphone|móvil|teléfono|celular|cellulare|telefono|toestel|telefoon|telemóvel|outlook|windows|mail|e-mail-app|yahoo|gmail|gmx|web\.de|aol|proton\p{L}{0,5}|thunderbird|spark|app|tablet)(?!\p{L})/u;
