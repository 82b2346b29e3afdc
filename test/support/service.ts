/**
 * The HTTP API on a test's database, over a real socket: a key for each role, calls by fetch, and every answer held
 * against what /openapi.json says of that operation and status, undocumented fields included.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { ROLES, type Role } from '../../src/core/role.ts'
import { createKey } from '../../src/engine/keys.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { type HttpOptions, httpSchema } from '../../src/http/options.ts'
import { type ServedDatabase, type ServerInput, startServer } from '../../src/http/server.ts'
import { type ApiDescription, answerProblem, describeApi } from './api-description.ts'
import { eventually } from './eventually.ts'

export type Answer = Readonly<{
  status: number
  headers: Headers
  text: string
  /** Of JSON, else null. */
  json: Readonly<Record<string, unknown>> | null
}>

export type CallOptions = Readonly<{
  /** Whose key; null: none. Default: the admin's. */
  as?: Role | null
  body?: unknown
  headers?: Readonly<Record<string, string>>
}>

export type TestService = Readonly<{
  url: string
  keys: Readonly<Record<Role, string>>
  /** `call('POST /api/v1/runs', {...})`. */
  call(request: string, options?: CallOptions): Promise<Answer>
  /** Operations that have answered with success so far. */
  answered: ReadonlySet<string>
  api: ApiDescription
  stop(): Promise<void>
  unexpected: readonly unknown[]
}>

type Scene = Readonly<{ engine: Engine; policy: Policy }>

export async function testService(
  t: TestContext,
  { engine, policy }: Scene,
  {
    options = {},
    metrics = null,
    notifier = null,
    ...input
  }: Readonly<{ options?: Partial<HttpOptions> }> &
    Partial<Omit<ServerInput, 'options' | 'databases'>> &
    Partial<Pick<ServedDatabase, 'metrics' | 'notifier'>> = {},
): Promise<TestService> {
  const keys = await keysOf(engine)
  const unexpected: unknown[] = []
  const server = await startServer({
    databases: [{ name: 'database', engine, policies: [policy], metrics, notifier }],
    options: { ...httpSchema.parse({}), port: 0, ...options },
    onUnexpected: (error) => unexpected.push(error),
    ...input,
  })
  t.after(() => server.stop())
  const api = await describeApi(server.url)
  const answered = new Set<string>()
  const call = async (request: string, { as = 'admin', body, headers = {} }: CallOptions = {}): Promise<Answer> => {
    const [method = '', path = ''] = request.split(' ')
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${keys[as]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const answer = await readAnswer(response)
    assert.equal(answerProblem(api, method, path, answer), null, `${request}: ${answer.status} ${answer.text}`)
    const operation = api.operationAt(method, path)
    if (answer.status < 400 && operation !== null) answered.add(operation.id)
    return answer
  }
  return { url: server.url, keys, call, answered, api, stop: server.stop, unexpected }
}

async function keysOf(engine: Engine): Promise<Readonly<Record<Role, string>>> {
  const made = await Promise.all(
    ROLES.map(async (role) => [role, (await createKey(engine, { name: role, as: role, actor: 'test' })).key] as const),
  )
  const keyOf = (role: Role) => made.find(([each]) => each === role)?.[1] ?? ''
  return {
    viewer: keyOf('viewer'),
    operator: keyOf('operator'),
    compliance: keyOf('compliance'),
    admin: keyOf('admin'),
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = headers.get('content-type')?.includes('json') ?? false
  return { status, headers, text, json: isJson && text !== '' ? JSON.parse(text) : null }
}

/** A run that the service works on by itself has come to its end. */
export const ended = (service: TestService, run: unknown): Promise<void> =>
  eventually(`run ${run} has ended`, async () => {
    const { json } = await service.call(`GET /api/v1/runs/${run}`)
    const record = json?.['run']
    return typeof record === 'object' && record !== null && 'endedAt' in record && record.endedAt !== null
  })

export const RETENTION_TAGS = ['Retention', 'Exports', 'Purges']

/** Operations under one of these headings. */
export const tagged = ({ api }: TestService, tags: readonly string[]): readonly string[] =>
  api.operations.filter((id) => api.tagsOf(id).some((tag) => tags.includes(tag)))

/** A problem of this code and status, in the form of RFC 9457. */
export function assertProblem({ status, headers, json }: Answer, code: string, expected: number): void {
  assert.equal(json?.['code'], code, JSON.stringify(json))
  assert.equal(status, expected)
  assert.equal(json['status'], expected)
  assert.equal(headers.get('content-type'), 'application/problem+json')
  assert.equal(json['type'], `/errors/${code}`)
}
