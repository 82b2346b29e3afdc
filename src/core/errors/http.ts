/** What the HTTP API refuses by itself, before any verb is asked. */
import { EXIT, errorTable } from './error.ts'

export const httpErrors = errorTable({
  request_invalid: {
    message: ({ problems }) => `the request is not valid: ${problems}`,
    hint: () => 'Correct the fields that are named; nothing is coerced, and nothing was touched.',
    exit: EXIT.usage,
    http: 400,
  },
  json_invalid: {
    message: () => 'the body is not JSON',
    hint: () => 'Send one JSON object in UTF-8.',
    exit: EXIT.usage,
    http: 400,
  },
  cursor_invalid: {
    message: () => 'the cursor is none of ours',
    hint: () => 'Take it from the field `next` of the page before, or leave it out.',
    exit: EXIT.usage,
    http: 400,
  },
  key_missing: {
    message: () => 'no API key was given',
    hint: () => 'Send `Authorization: Bearer KEY` or `X-API-Key: KEY`; `mothball key create` makes one.',
    exit: EXIT.refused,
    http: 401,
  },
  key_invalid: {
    message: () => 'the API key or the session is not valid',
    hint: () => 'Check that it is whole and was not revoked: `mothball key list`.',
    exit: EXIT.refused,
    http: 401,
  },
  role_missing: {
    message: ({ role, right }) => `the role ${role} has no right to ${right}`,
    hint: ({ roles }) => `Use a key of the role ${roles}.`,
    exit: EXIT.refused,
    http: 403,
  },
  cross_site: {
    message: () => 'the request comes from a page of another site',
    hint: () => 'Ask from the service itself, or name the origin in `http.origins`.',
    exit: EXIT.refused,
    http: 403,
  },
  csrf_missing: {
    message: () => 'a change with a session cookie needs the header X-CSRF-Token',
    hint: () => 'Send the `csrf` that the sign-in answered; `GET /api/v1/session` tells it again.',
    exit: EXIT.refused,
    http: 403,
  },
  route_unknown: {
    message: () => 'there is nothing at this address',
    hint: () => 'Look at /docs for what there is.',
    exit: EXIT.usage,
    http: 404,
  },
  dashboard_missing: {
    message: () => 'the dashboard has not been built',
    hint: () => 'Run `npm run build` where the service is installed; nothing has to be started anew.',
    exit: EXIT.failed,
    http: 503,
  },
  method_not_allowed: {
    message: ({ allowed }) => `this address takes ${allowed} only`,
    hint: () => 'Use one of these methods; /docs says what each does.',
    exit: EXIT.usage,
    http: 405,
  },
  changed_meanwhile: {
    message: ({ object }) => `${object} was changed since it was looked at`,
    hint: () => 'Read it again, and repeat the change with the new ETag in If-Match if it is still meant.',
    exit: EXIT.refused,
    http: 412,
  },
  body_too_large: {
    message: ({ bytes }) => `the body has more than ${bytes} bytes`,
    hint: () => 'Ask for less at once; `http.maxBodyBytes` sets the limit.',
    exit: EXIT.usage,
    http: 413,
  },
  media_type: {
    message: () => 'the body is not declared as JSON',
    hint: () => 'Send `Content-Type: application/json`.',
    exit: EXIT.usage,
    http: 415,
  },
  idempotency_mismatch: {
    message: () => 'this Idempotency-Key was used for another request',
    hint: () => 'Take a new key for a new request.',
    exit: EXIT.usage,
    http: 422,
  },
  idempotency_busy: {
    message: () => 'the first request with this Idempotency-Key is still being worked on',
    hint: () => 'Ask again later; `GET /api/v1/runs` shows what came of it.',
    exit: EXIT.refused,
    http: 409,
  },
  too_many_requests: {
    message: () => 'there were too many requests within a minute',
    hint: () => 'Wait for the seconds of Retry-After; `http.requestsPerMinute` sets the limit.',
    exit: EXIT.refused,
    http: 429,
  },
  run_broke_off: {
    message: ({ run, cause, archived }) => `run ${run} broke off (${cause}) after it had archived ${archived}`,
    hint: ({ run }) => `Look at \`mothball history ${run}\`; what had committed stands, and the next run goes on.`,
    exit: EXIT.failed,
    http: 500,
  },
  stopping: {
    message: () => 'the service is stopping and starts nothing new',
    hint: () => 'Ask again in a moment.',
    exit: EXIT.refused,
    http: 503,
  },
  key_name_taken: {
    message: ({ name }) => `there is a key called ${name} already`,
    hint: () => 'Choose another name, or revoke the old key first.',
    exit: EXIT.usage,
    http: 409,
  },
  keys_missing: {
    message: ({ host }) => `nobody has a key, so ${host} is not listened to`,
    hint: () => 'Make one with `mothball key create`, or listen on 127.0.0.1.',
    exit: EXIT.usage,
    http: 500,
  },
  address_unusable: {
    message: ({ host, port, cause }) => `cannot listen on ${host} port ${port} (${cause})`,
    hint: () => 'Choose another with --host and --port, or end what has it.',
    exit: EXIT.failed,
    http: 500,
  },
})
