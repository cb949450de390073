import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type Declaration, type Endpoints, namedEndpoints } from '../endpoint/define-endpoint.ts';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('`X_…`, as the page of error codes explains it.'),
    detail: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })),
    correlationId: z.string(),
  })
  .meta({ id: 'Problem' });

/** The endpoints as an OpenAPI 3.1 document; `prefix` is what they are below. */
export function openApiDocument(endpoints: Endpoints, prefix = ''): ReturnType<typeof createDocument> {
  const paths: Record<string, ZodOpenApiPathsObject[string]> = {};
  for (const { name, endpoint } of namedEndpoints(endpoints)) {
    const { path, method } = endpoint;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name, endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Millrace operator API', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    ...(prefix === '' ? {} : { servers: [{ url: prefix }] }),
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  });
}

function operationOf(name: string, endpoint: Declaration): ZodOpenApiOperationObject {
  const { params, query, body, bytes, answer, status = 200, otherStatus, permission, audit, scope, example } = endpoint;
  const success = { description: 'Done.', content: { 'application/json': { schema: answer } } };
  return {
    operationId: name,
    tags: [name.split('.')[0] as string],
    summary: endpoint.summary,
    description: `Needs the permission \`${permission}\`${audit === undefined ? '.' : `; recorded as \`${audit}\` in \`ops.audit\` before it happens.`}`,
    requestParams: { ...(params === undefined ? {} : { path: params }), ...(query === undefined ? {} : { query }) },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: body, ...exampleOf(example, body) } },
          },
        }),
    ...(bytes === undefined ? {} : { requestBody: { required: true, content: { [bytes.type]: { schema: {} } } } }),
    responses: {
      [`${status}` as '200']: success,
      ...(otherStatus === undefined ? {} : { [`${otherStatus}` as '200']: success }),
      default: { description: 'Refused.', content: { 'application/problem+json': { schema: problem } } },
    },
    'x-millrace-permission': permission,
    'x-millrace-scope': scope,
    ...(audit === undefined ? {} : { 'x-millrace-audit': audit }),
  };
}

/** Of the whole input; a body's part of it. */
function exampleOf(example: Declaration['example'], body: z.ZodObject) {
  if (example === undefined) return {};
  return { example: Object.fromEntries(Object.entries(example).filter(([field]) => field in body.shape)) };
}
