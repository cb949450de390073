import { acceptedEncodings, type BodyType, mediaTypesOf } from '@millrace/connectors';
import { isCodedError } from '@millrace/messaging';
import { Refusal } from './outcome.ts';

/** RFC 9110 has a refusal for a content type or an encoding name those that would be taken. */
export function unsupportedType(types: readonly BodyType[]): Refusal {
  const accepted = mediaTypesOf(types);
  return new Refusal({
    status: 415,
    code: 'X_BODY_TYPE_UNSUPPORTED',
    detail: `expected ${accepted.join(' or ')} as content-type`,
    headers: { Accept: accepted.join(', ') },
  });
}

export function unsupportedEncoding(): Refusal {
  return new Refusal({
    status: 415,
    code: 'X_BODY_ENCODING_UNKNOWN',
    detail: `expected one of ${acceptedEncodings} as content-encoding`,
    headers: { 'Accept-Encoding': acceptedEncodings },
  });
}

/** A body of a proven sender that cannot be read: the sender's mistake, told with the code of what is wrong. */
export function refuseBody(error: unknown): never {
  if (!isCodedError(error)) throw error;
  throw new Refusal({ status: error.code === 'X_BODY_TOO_LARGE' ? 413 : 400, code: error.code, detail: error.message });
}
