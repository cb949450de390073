// Made by `npm run generate` from schemas/. Do not edit.
/** A person or organisation on the other side: who asked, wrote or paid. */
export interface Party {
  /** The vendor's id of the person. */
  readonly id: string | null;
  /** Display name. */
  readonly name: string | null;
  /** E-mail address as the vendor gave it. */
  readonly email: string | null;
  /** The part of the e-mail address after the @, in lower case; what accounts are looked up by. */
  readonly emailDomain: string | null;
}
