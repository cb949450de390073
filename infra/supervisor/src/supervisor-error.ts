/** What ends a start with one sentence. */
export const supervisorErrors = {
  X_SUPERVISOR_OPTION: 'An option of npm start is not known or has no sensible value.',
  X_SUPERVISOR_RUNNING: 'Another supervisor holds the data folder; stop it or choose another folder and port base.',
  X_SUPERVISOR_DISK_FULL:
    'The disk of the data folder has too little room to start; make room or choose another folder.',
  X_SUPERVISOR_SERVICE_FAILED: 'A service ended while the system was starting; its log says why.',
  X_SUPERVISOR_SERVICE_LATE: 'A service did not become ready in time; its readiness answer says what it waits for.',
} as const;

export type SupervisorErrorCode = keyof typeof supervisorErrors;

/** The message is one sentence for a person, without a stack trace. */
export class SupervisorError extends Error {
  readonly code: SupervisorErrorCode;

  constructor(code: SupervisorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SupervisorError';
    this.code = code;
  }
}
