/** Something a person has to do first. The message is the whole story, one sentence, without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** The run was asked to end while it was still setting up. */
export class Stopped extends Error {
  name = 'Stopped';
}
