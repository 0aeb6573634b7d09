import { describe, expect, it } from 'vitest';
import { ErrorEnvelope, validate } from '../../../src/schemas/index.js';
import { normalizeError } from '../../../src/translate/normalize/error.js';
import { deepFreeze } from '../../support/freeze.js';

describe('normalizeError', () => {
  const cases: [name: string, body: unknown, status: number | undefined, error: Record<string, unknown>][] = [
    [
      'the envelope itself',
      { error: { message: 'm', type: 't', param: 'p', code: 'c' } },
      400,
      { message: 'm', type: 't', param: 'p', code: 'c' },
    ],
    [
      'missing param, code and type',
      { error: { message: 'm' } },
      404,
      { message: 'm', type: 'invalid_request_error', param: null, code: null },
    ],
    [
      'flat (Cerebras)',
      { message: 'm', type: 't', param: 'p', code: 'c' },
      429,
      { message: 'm', type: 't', param: 'p', code: 'c' },
    ],
    [
      'object: error (FastChat, Mistral)',
      { object: 'error', message: 'm', type: 't', param: null, code: '3051' },
      400,
      { message: 'm', type: 't', param: null, code: '3051' },
    ],
    [
      'error as a string (Fireworks)',
      { error: 'm' },
      500,
      { message: 'm', type: 'server_error', code: null },
    ],
    [
      'error as a string beside a code (xAI)',
      { code: 'c', error: 'm' },
      503,
      { message: 'm', type: 'server_error', code: 'c' },
    ],
    [
      'an array (Gemini)',
      [{ error: { code: 400, message: 'm', status: 'INVALID_ARGUMENT' } }],
      400,
      { message: 'm', type: 'INVALID_ARGUMENT', code: '400' },
    ],
    [
      'a numeric code (OpenRouter)',
      { error: { message: 'm', code: 404 }, user_id: 'u' },
      404,
      { message: 'm', type: 'invalid_request_error', code: '404' },
    ],
    [
      'an envelope in content',
      { type: 'json', content: { error: { message: 'm', type: 't', code: 'c' } } },
      400,
      { message: 'm', type: 't', code: 'c' },
    ],
    ['error_type (TGI)', { error: 'm', error_type: 'validation' }, 422, { message: 'm', type: 'validation' }],
    ['detail (FastAPI)', { detail: 'm' }, 401, { message: 'm', type: 'authentication_error' }],
    [
      'detail with places (FastAPI)',
      { detail: [{ loc: ['body', 'n'], msg: 'too big', type: 'x' }] },
      422,
      { message: 'body.n: too big', type: 'invalid_request_error' },
    ],
    ['JSON that is still text', '{"error":{"message":"m"}}', 429, { message: 'm', type: 'rate_limit_error' }],
    ['plain text', 'upstream timed out', 502, { message: 'upstream timed out', type: 'server_error' }],
    [
      'a page',
      '<html><style>a{}</style><h1>502</h1> Bad   gateway</html>',
      502,
      { message: '502 Bad gateway' },
    ],
    ['nothing', undefined, 500, { message: 'The provider answered with status 500.', type: 'server_error' }],
    ['nothing at all', null, undefined, { message: 'The provider sent an error.', type: 'server_error' }],
    ['an unknown shape', { oops: 1 }, 400, { message: 'The provider answered with status 400: {"oops":1}' }],
  ];
  it.each(cases)('%s', (_, body, status, error) => {
    const envelope = normalizeError(deepFreeze(body), status);
    validate(ErrorEnvelope, envelope);
    expect(envelope.error).toMatchObject(error);
  });

  it('takes time in proportion to a page, whatever is in it', () => {
    for (const page of ['<'.repeat(200_000), '<script'.repeat(30_000), `<${' '.repeat(200_000)}`])
      normalizeError(page, 500);
  });
});
