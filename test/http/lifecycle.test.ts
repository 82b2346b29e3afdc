// The service as a process: streams, a stop that ends at a batch, callers who go away, a database that does.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../src/db/open-database.ts'
import { createKey } from '../../src/engine/keys.ts'
import { INERT_SIGNALS } from '../../src/engine/ports.ts'
import { httpSchema } from '../../src/http/options.ts'
import { startServer } from '../../src/http/server.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { listOf, program } from '../support/program.ts'
import { gateAt } from '../support/reached.ts'
import { assertProblem, testService } from '../support/service.ts'

type Told = Readonly<{ event: string; data: Readonly<Record<string, unknown>> }>

/** What a stream has told when it is over. */
async function streamed(response: Response): Promise<readonly Told[]> {
  const text = await response.text()
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n')
      return { event: event.slice('event: '.length), data: JSON.parse(data.slice('data: '.length)) }
    })
}

async function waitingRun(t: TestContext, point: 'subjects-locked' | 'batch-committed') {
  const { signals, arrived, open } = gateAt(point)
  const center = await callCenter(t, { signals, policy: { batchSize: 1 } })
  for (let n = 0; n < 3; n += 1) await center.customer(90 + n)
  const service = await testService(t, center)
  const started = await service.call('POST /api/v1/runs', { body: { confirm: 3 } })
  await arrived
  const follow = () =>
    fetch(`${service.url}/api/v1/runs/${started.json?.['run']}/events`, {
      headers: { authorization: `Bearer ${service.keys.viewer}` },
    })
  return { center, service, open, follow }
}

test('a run is followed from where it is to its end', async (t) => {
  const { open, follow } = await waitingRun(t, 'subjects-locked')
  const response = await follow()
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const told = streamed(response)
  open()
  const events = await told
  assert.deepEqual([events[0]?.event, events[0]?.data['status'], events[0]?.data['archived']], ['run', 'running', 0])
  assert.deepEqual(
    [events.at(-1)?.event, events.at(-1)?.data['status'], events.at(-1)?.data['archived']],
    ['end', 'success', 3],
  )
  assert.deepEqual(
    (await streamed(await follow())).map(({ event }) => event),
    ['end'],
    'one that is over says so at once',
  )
})

test('a run is paused, goes on, and is stopped at the end of a batch', async (t) => {
  const { center, service, open } = await waitingRun(t, 'batch-committed')
  const ask = (verb: string) => service.call(`POST /api/v1/runs/1/${verb}`, { body: { reason: 'a busy hour' } })
  const state = async () => {
    const { json } = await service.call('GET /api/v1/runs')
    const [run] = listOf(json?.['runs'])
    return run?.['status']
  }
  const paused = await ask('pause')
  assert.deepEqual([paused.json?.['asked'], paused.json?.['state'], paused.json?.['alive']], ['pause', 'running', true])
  open()
  await eventually('the run is paused', async () => (await state()) === 'paused')
  assert.equal(await center.count('nic_cc_customer'), 2)
  assert.equal((await ask('stop')).status, 200)
  await eventually('the run has ended', async () => (await state()) === 'success')
  assert.equal(await center.count('mothball.run', "stop_reason = 'stopped'"), 1)
  assertProblem(await ask('resume'), 'run_over', 409)
})

test('a reader who goes away ends nothing', async (t) => {
  const { center, service, open, follow } = await waitingRun(t, 'subjects-locked')
  await (await follow()).body?.cancel()
  open()
  await eventually('the run has ended', async () => (await center.count('mothball.run', "status = 'success'")) === 1)
  assert.equal(await center.count('nic_cc_customer'), 0)
  assert.deepEqual(service.unexpected, [])
})

test('a caller who goes away in the middle of a call ends nothing', async (t) => {
  const { signals, arrived, open } = gateAt('subjects-locked')
  const center = await callCenter(t, { signals })
  await center.customer(90)
  const service = await testService(t, center)
  const gone = new AbortController()
  const call = fetch(`${service.url}/archive_old_customers`, {
    method: 'POST',
    headers: { 'x-api-key': service.keys.admin },
    signal: gone.signal,
  })
  await arrived
  gone.abort()
  await assert.rejects(call, { name: 'AbortError' })
  open()
  await eventually('the run has ended', async () => (await center.count('mothball.run', "status = 'success'")) === 1)
  assert.equal(await center.count('nic_cc_customer'), 0)
})

test('a stop ends the run at its batch, tells its readers, and takes nothing new', async (t) => {
  const { center, service, open, follow } = await waitingRun(t, 'batch-committed')
  const told = streamed(await follow())
  const stopped = service.stop()
  assertProblem(await service.call('POST /archive_old_customers', { body: {} }), 'stopping', 503)
  assertProblem(await service.call('GET /readyz', { as: null }), 'stopping', 503)
  open()
  const last = (await told).at(-1)
  await stopped
  assert.deepEqual([last?.event, last?.data['stopReason'], last?.data['archived']], ['end', 'stopped', 1])
  assert.equal(await center.count('nic_cc_customer'), 2)
  await assert.rejects(fetch(`${service.url}/livez`))
})

test('a database that is not there is 503, and neither its address nor a trace is told', async (t) => {
  const database = openDatabase({ url: 'postgresql://someone:secret@127.0.0.1:1/nowhere', connectTimeoutMs: 2_000 })
  t.after(() => database.close())
  const engine = { database, signals: INERT_SIGNALS, emit: () => undefined, pause: { sleep: () => Promise.resolve() } }
  const { policy } = await callCenter(t)
  const server = await startServer({
    databases: [{ name: 'away', engine, policies: [policy], metrics: null }],
    options: { ...httpSchema.parse({}), port: 0 },
  })
  t.after(() => server.stop())
  for (const [path, headers] of [
    ['/readyz', {}],
    ['/api/v1/runs', { 'x-api-key': `mbk_1_${'a'.repeat(43)}` }],
  ] as const) {
    const response = await fetch(`${server.url}${path}`, { headers })
    const text = await response.text()
    assert.equal(response.status, 503, text)
    assert.equal(JSON.parse(text).code, 'database_unreachable')
    for (const word of ['127.0.0.1', 'secret', 'someone', 'nowhere', '.ts', 'node_modules'])
      assert.equal(text.includes(word), false, word)
  }
  assert.equal((await fetch(`${server.url}/livez`)).status, 200, 'alive it is')
})

test('an error that nobody foresaw tells its name only', async (t) => {
  const center = await callCenter(t)
  const service = await testService(t, center, {
    metrics: { contentType: 'text/plain', text: () => Promise.reject(new TypeError('a secret')) },
  })
  const answer = await service.call('GET /metrics')
  assertProblem(answer, 'unexpected', 500)
  assert.equal(answer.text.includes('secret'), false)
  assert.equal(service.unexpected.length, 1)
})

test('nobody beyond this machine is listened to before there is a key', async (t) => {
  const center = await callCenter(t)
  const options = { ...httpSchema.parse({}), host: '0.0.0.0', port: 0 }
  const start = () => startServer({ databases: [served(center)], options })
  await assert.rejects(start(), { code: 'keys_missing', exit: 2 })
})

test('an address that somebody has is named', async (t) => {
  const center = await callCenter(t)
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const options = { ...httpSchema.parse({}), port }
  const start = () => startServer({ databases: [served(center)], options })
  await assert.rejects(start(), { code: 'address_unusable', facts: { host: '127.0.0.1', port, cause: 'EADDRINUSE' } })
})

test('a key is made at the command line: it is all of stdout, and nowhere afterwards', async (t) => {
  const center = await callCenter(t)
  const { json, plain } = program(t, center.db)
  const made = await plain('key', 'create', 'call centre', '--role', 'operator')
  assert.match(made.stdout, /^mbk_1_[\w-]{43}\n$/)
  const { last } = await json('key', 'list')
  assert.equal(listOf(last['keys']).length, 1)
  assert.equal(JSON.stringify(last).includes(made.stdout.trim()), false)
})

test('a key is revoked at the command line, not without a word, and the audit log has it', async (t) => {
  const center = await callCenter(t)
  await createKey(center.engine, { name: 'desk', as: 'viewer', actor: 'test' })
  const { json } = program(t, center.db)
  assert.equal((await json('key', 'revoke', '1')).code, 2, 'without a terminal it needs --yes')
  assert.equal((await json('key', 'revoke', '1', '--yes')).code, 0)
  const audit = await json('audit', 'verify')
  assert.deepEqual([audit.code, audit.last['status'], audit.last['entries']], [0, 'clean', 2])
})

const served = ({ engine, policy }: CallCenter) => ({ name: 'database', engine, policies: [policy], metrics: null })

test('a connection on which nothing was asked holds up no stop', { timeout: 15_000 }, async (t) => {
  const service = await testService(t, await callCenter(t))
  const { hostname, port } = new URL(service.url)
  const silent = connect({ host: hostname, port: Number(port) })
  t.after(() => silent.destroy())
  await once(silent, 'connect')
  // An answer on another one shows that the service has taken this one too.
  await service.call('GET /livez', { as: null })
  const ended = once(silent, 'close')
  silent.resume()
  await service.stop()
  await ended
  await assert.rejects(fetch(service.url))
})
