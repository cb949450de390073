import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import type { Declaration } from '../endpoint/define-endpoint.ts';
import { refusal } from '../errors.ts';
import { faultsOf } from './problems.ts';

/** The bytes as they are, whatever type the caller gives them. */
export function fileReader(limit: string): RequestHandler {
  return express.raw({ type: () => true, limit });
}

const nothing = z.strictObject({});

/** Path, query and body in one object, each as declared; what is not declared is refused by name. */
export function readRequest(endpoint: Declaration, request: Request): Readonly<Record<string, unknown>> {
  const { params, query = nothing, body, bytes } = endpoint;
  const parts = [
    params?.safeParse(request.params),
    query.safeParse(request.query),
    body?.safeParse(request.body ?? {}),
  ].filter((part) => part !== undefined);
  const errors = parts.flatMap(({ error }) => (error === undefined ? [] : faultsOf(error)));
  if (errors.length > 0) {
    const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
    throw refusal('X_REQUEST_INVALID', 422, { detail, errors });
  }
  const file = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return Object.assign({}, ...parts.map(({ data }) => data), bytes === undefined ? {} : { bytes: file });
}

/** The answer, once it is what the endpoint declares: nothing missing, nothing more. */
export function answerChecked(endpoint: Declaration, answer: unknown): unknown {
  const sent: unknown = JSON.parse(JSON.stringify(answer));
  const read = endpoint.answer.safeParse(sent);
  if (read.success && isDeepStrictEqual(read.data, sent)) return sent;
  const where = read.success
    ? 'it has more than is declared'
    : faultsOf(read.error)
        .map(({ pointer, message }) => `${pointer}: ${message}`)
        .join('; ');
  throw refusal('X_OPERATOR_API_ANSWER', 500, { detail: `${endpoint.method} ${endpoint.path}: ${where}` });
}
