/**
 * `mothball serve` in a process of its own, and callers who read: so many requests a second, each begun at its time
 * whether or not the ones before it are answered. What is no 200 counts as an error.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createKey } from '../src/engine/keys.ts'
import { withEngine } from './engine-side.ts'
import { quantile } from './interleave.ts'

const PER_SECOND = 200
const BIN = fileURLToPath(new URL('../bin/mothball.js', import.meta.url))

/** `lateMs`: by how much the last request was begun too late; a caller who cannot keep pace measures himself. */
export type Answered = Readonly<{ requests: number; errors: number; p50: number; p99: number; lateMs: number }>

export type Served = AsyncDisposable &
  Readonly<{
    /** The answer's JSON; throws for anything but a 2xx. */
    ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Readonly<Record<string, unknown>>>
    /** Begins to read; the returned function ends it and tells. */
    read(): () => Promise<Answered>
  }>

export async function serve(url: string): Promise<Served> {
  const { key } = await withEngine(url, (engine) => createKey(engine, { name: 'bench', as: 'admin', actor: 'bench' }))
  const folder = mkdtempSync(join(tmpdir(), 'mothball-bench-'))
  const config = join(folder, 'mothball.config.json')
  const http = { port: 0, requestsPerMinute: 1_000_000 }
  writeFileSync(config, JSON.stringify({ http, policies: [{ preset: 'nic-call-center' }] }))
  const words = [BIN, 'serve', '--no-schedule', '--json', '--config', config, '--database-url', url]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { url: base }: { url: string } = JSON.parse(String(line))
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const send = (method: string, path: string, body?: object) =>
    fetch(`${base}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return {
    ask: async (method, path, body) => {
      const answer = await send(method, path, body)
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return JSON.parse(await answer.text())
    },
    read: () => startReading(send),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

type Read = readonly [method: 'GET' | 'POST', path: string, body?: object]

/** What is asked for all day: eight in ten are a dashboard's, which asks again and again; two are for one customer. */
const readAt = (index: number): Read => {
  const customer = (index % 4000) + 1
  const reads: readonly Read[] = [
    ['GET', '/api/v1/statistics?days=30'],
    ['GET', '/api/v1/runs?limit=20'],
    ['GET', '/api/v1/slots?limit=20'],
    ['GET', '/api/v1/policies/nic-call-center/stage'],
    ['POST', '/api/v1/customers/search', { text: '082 555 0142' }],
    ['GET', '/api/v1/statistics?days=30'],
    ['GET', '/api/v1/runs?limit=20'],
    ['GET', '/api/v1/slots?limit=20'],
    ['GET', '/api/v1/policies/nic-call-center/stage'],
    ['GET', `/api/v1/customers/${customer}`],
  ]
  return reads[index % reads.length] ?? ['GET', '/api/v1/about']
}

type Send = (method: string, path: string, body?: object) => Promise<Response>

function startReading(send: Send): () => Promise<Answered> {
  const times: number[] = []
  const open = new Set<Promise<void>>()
  let [begun, errors, lateMs] = [0, 0, 0]
  const ask = async ([method, path, body]: Read): Promise<void> => {
    const begunAt = performance.now()
    const ok = await send(method, path, body).then(
      async (answer) => (await answer.arrayBuffer()).byteLength > 0 && answer.status === 200,
      () => false,
    )
    times.push(performance.now() - begunAt)
    if (!ok) errors += 1
  }
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * PER_SECOND
    lateMs = Math.max(0, ((due - begun - 1) / PER_SECOND) * 1000)
    for (; begun < due; begun += 1) {
      const answered = ask(readAt(begun))
      open.add(answered)
      void answered.then(() => open.delete(answered))
    }
  }, 5)
  return async () => {
    clearInterval(timer)
    await Promise.all(open)
    const sorted = times.toSorted((a, b) => a - b)
    return { requests: begun, errors, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), lateMs }
  }
}
