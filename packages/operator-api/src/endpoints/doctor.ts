import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { isoTime } from '../endpoint/fields.ts';

const finding = z
  .object({
    check: z.string(),
    severity: z.enum(['error', 'warning']),
    where: z.string(),
    what: z.string(),
    mend: z.string(),
  })
  .meta({ id: 'Finding' });

export const doctor = {
  examine: defineEndpoint({
    method: 'GET',
    path: '/v1/doctor',
    summary: 'says what is wrong with the installation and what fixes it; changes nothing',
    permission: 'doctor.read',
    scope: 'whole',
    answer: z.object({ at: isoTime, checked: z.array(z.string()), findings: z.array(finding) }),
  }),
};
