export { type ConnectCredentialsOptions, type Credentials, connectCredentials } from './connect-credentials.ts';
export { type Credential, type CredentialKind, type CredentialState, stateOf } from './credential.ts';
export { type CredentialHandlersOptions, credentialHandlers } from './credential-handlers.ts';
export {
  type CredentialReader,
  type CredentialReaderOptions,
  createCredentialReader,
  type KeyHolder,
} from './credential-reader.ts';
export {
  type CredentialDraft,
  type CredentialStore,
  createCredentialStore,
  type Issued,
} from './credential-store.ts';
export { credentialsHistory } from './credentials-schema.ts';
export { type CredentialErrorCode, credentialErrors } from './errors.ts';
export { digestOf } from './secret.ts';
