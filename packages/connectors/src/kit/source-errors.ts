/** Every code of the source side: what it means and what fixes it. */
export const sourceErrors = {
  X_VERIFY_HEADER_MISSING:
    'A header that takes part in the signature is missing; the sender is not the vendor, or a proxy drops it.',
  X_VERIFY_HEADER_REPEATED:
    'A header that takes part in the signature came twice; something between sender and gateway adds it.',
  X_VERIFY_HEADER_MALFORMED:
    'A signature or timestamp header is not written as the scheme demands; the source may be of another kind.',
  X_VERIFY_TIMESTAMP_STALE:
    'The signed time is too far from our clock: a replay, a queue in between, or a clock that is wrong.',
  X_VERIFY_SIGNATURE_WRONG: 'The signature does not fit body and secret: a wrong secret, a changed body, or a forgery.',
  X_VERIFY_SECRET_UNUSABLE:
    'No configured secret decodes as the scheme demands; set the secret reference of the source again.',
  X_BODY_EMPTY: 'A webhook came without a body; this source always sends one.',
  X_BODY_ENCODING_UNKNOWN:
    'The body is compressed in a way that is not supported; gzip, deflate, br, zstd and identity are.',
  X_BODY_NOT_DECODABLE: 'The body does not unpack as its content-encoding says; it was cut or damaged on the way.',
  X_BODY_TOO_LARGE: 'The body, or what it unpacks to, is larger than its source allows.',
  X_BODY_NOT_UTF8: 'The body is not UTF-8; JSON always is.',
  X_BODY_NOT_JSON: 'The body is not well-formed JSON.',
  X_BODY_FORM_FIELD_MISSING: 'The form has no field that holds the JSON; the vendor may send another kind of form.',
  X_BODY_TYPE_UNSUPPORTED:
    'The content type is none that this source takes; the message names those. Choose one in the settings of the vendor.',
  X_NORMALISE_FIELD_MISSING:
    'A payload lacks a field that the entity cannot be without; the message names it. Mend the normaliser or the vendor settings, then redrive.',
  X_NORMALISE_ENTITY:
    'A normaliser made a kind of entity that its source does not declare. Name it in `normalises`, or correct the normaliser; then redrive.',
  X_NORMALISE_FAILED: 'A normaliser failed on a payload that it did not foresee: a defect; mend it, then redrive.',
} as const;

export type SourceErrorCode = keyof typeof sourceErrors;
