import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { namedEndpoints, operatorEndpoints } from '../../src/index.ts';
import { openApiDocument } from '../../src/openapi/openapi-document.ts';

type Operation = Readonly<Record<string, unknown>>;
const document = JSON.parse(JSON.stringify(openApiDocument(operatorEndpoints))) as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as Record<string, unknown>);
    expect([valid, errors ?? []]).toEqual([true, []]);
    expect([document.openapi, validator.version]).toEqual(['3.1.0', '3.1']);
  });

  it('has each declared endpoint once, with its permission, audit and statuses, and nothing else', () => {
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    const declared = namedEndpoints(operatorEndpoints);
    expect(told.map(({ operation }) => operation['operationId']).toSorted()).toEqual(
      declared.map(({ name }) => name).toSorted(),
    );
    for (const { name, endpoint } of declared) {
      const found = told.find(({ operation }) => operation['operationId'] === name);
      expect(found).toMatchObject({
        method: endpoint.method,
        path: endpoint.path,
        operation: { 'x-millrace-permission': endpoint.permission, summary: endpoint.summary },
      });
      expect(found?.operation['x-millrace-audit']).toBe(endpoint.audit);
      expect(Object.keys(found?.operation['responses'] as object)).toContain(String(endpoint.status ?? 200));
    }
  });

  it('tells of fields what the server checks', () => {
    const list = document.paths['/v1/dlq']?.['get'] as { parameters: { name: string; schema: unknown }[] };
    expect(list.parameters.find(({ name }) => name === 'limit')?.schema).toEqual({
      ...{ default: 50, type: 'integer' },
      ...{ minimum: 1, maximum: 1000 },
    });
    expect(document.paths['/v1/dlq/discard']?.['post']).toMatchObject({
      requestBody: {
        content: { 'application/json': { schema: { required: ['ids', 'reason'], additionalProperties: false } } },
      },
    });
  });
});
