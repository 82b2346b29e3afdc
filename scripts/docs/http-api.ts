/** docs/reference/http-api.md: every operation from the API's own description, roles from the one table of rights. */
import { z } from 'zod'
import { isProblems, parsePolicy } from '../../src/core/policy-schema.ts'
import { type Right, ROLES, rolesWith } from '../../src/core/role.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { createArchiver } from '../../src/engine/archiver.ts'
import { type Engine, INERT_SIGNALS } from '../../src/engine/ports.ts'
import { createApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { httpSchema } from '../../src/http/options.ts'
import { Running } from '../../src/http/running.ts'
import { nicCallCenter } from '../../src/presets/nic-call-center.ts'
import { RIGHT_WORDS } from './http-words.ts'
import { head, page, table } from './markdown.ts'

const parametersSchema = z.array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }))
const operationSchema = z.looseObject({
  tags: z.array(z.string()),
  summary: z.string(),
  parameters: parametersSchema.optional(),
  requestBody: z
    .looseObject({
      content: z.record(
        z.string(),
        z.looseObject({ schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }) }),
      ),
    })
    .optional(),
})
const pathsSchema = z.record(z.string(), z.record(z.string(), operationSchema))

type Operation = Readonly<{ address: string; operation: z.infer<typeof operationSchema> }>

export function httpApiPage(): string {
  const groups = Map.groupBy(operations(), ({ operation }) => operation.tags[0] ?? '')
  return page(
    head('HTTP API', INTRODUCTION),
    '## Roles',
    rolesTable(),
    ...[...groups].flatMap(([tag, members]) => [
      `## ${tag}`,
      table(['Operation', 'What it does', 'Takes'], members.map(row)),
    ]),
    RULES,
  )
}

const INTRODUCTION = [
  'What `mothball serve` answers. `/openapi.json` describes every field (OpenAPI 3.1), and `/docs` of the service is a page',
  'to try it. Send `Authorization: Bearer KEY` or `X-API-Key: KEY`; `mothball key create` makes a key. Bodies are JSON, and',
  'nothing is coerced: `"false"` is no boolean, an unknown field is an error. How to set it up:',
  '[serve the API](../how-to/serve-the-api.md).',
]

const RULES = [
  '## Rules of every operation',
  '',
  '- Errors are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `hint`, and `errors` with',
  '  `{field, problem}` where fields are wrong. Codes are those of [errors.md](errors.md); `type` leads to what it means.',
  '- `policy` may be left out where there is only one.',
  '- Lists are read by page: `limit`, and `cursor` from `next` of the page before.',
  '- `Idempotency-Key` on a POST that changes something: repeats of a request that succeeded get its answer for 24 hours,',
  '  with `Idempotency-Replayed: true`; with another body they get 422, while it is worked on 409. What was refused is',
  '  forgotten and may be tried again.',
  '- A run that was started goes on whether anybody listens or not. `/events` is a stream of server-sent events: `run` with',
  '  the whole record whenever it changed, at last `end`.',
  '- Pages of other sites are refused every change (403); a browser with a session cookie sends `X-CSRF-Token` besides.',
  '- Limits: requests and wrong keys by address (429 with `Retry-After`), size of a body (413), time to send it (408).',
].join('\n')

const rolesTable = (): string =>
  table(
    ['May', ...ROLES],
    Object.entries(RIGHT_WORDS).map(([right, words]) => [
      words,
      ...ROLES.map((role) => (rolesOf(right).includes(role) ? 'yes' : '')),
    ]),
  )

const isRight = (text: string): text is Right => text in RIGHT_WORDS
const rolesOf = (right: string) => (isRight(right) ? rolesWith(right) : [])

function row({ address, operation }: Operation): readonly string[] {
  const query = (operation.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => `\`?${name}\``)
  const fields = Object.keys(operation.requestBody?.content['application/json']?.schema.properties ?? {})
  return [`\`${address}\``, operation.summary, [...fields.map((name) => `\`${name}\``), ...query].join(', ')]
}

function operations(): readonly Operation[] {
  const paths = pathsSchema.parse(JSON.parse(JSON.stringify(openApiDocument(createApp(described()), '').paths)))
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ address: `${method.toUpperCase()} ${path}`, operation })),
  )
}

/** A service that is only looked at: its database is never connected to. */
function described() {
  const policy = parsePolicy(nicCallCenter(), 'policy')
  if (isProblems(policy)) throw new RangeError('the preset is a sound policy')
  const database = openDatabase({ url: 'postgresql://localhost/none' })
  const pause = { sleep: () => Promise.resolve() }
  const engine: Engine = { database, emit: () => undefined, signals: INERT_SIGNALS, pause }
  const onUnexpected = () => undefined
  return {
    base: '',
    engine,
    archiver: createArchiver(engine),
    policies: [policy],
    options: httpSchema.parse({}),
    running: new Running(engine, onUnexpected),
    metrics: { contentType: 'text/plain', text: () => Promise.resolve('') },
    notifier: null,
    auditKeys: null,
    onUnexpected,
  }
}
