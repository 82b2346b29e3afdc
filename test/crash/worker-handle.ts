/**
 * The driver's side of a worker: gives it work, makes it stand at a point of a batch, kills it and starts it anew.
 * A worker that ends by itself is a failure of the engine, and is told as one.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Policy } from '../../src/core/policy.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { eventually } from '../support/eventually.ts'

export type Role = 'archiver' | 'restorer'

export type Task = Readonly<{ url: string; policy: Policy }>

export type Order =
  | Readonly<{ kind: 'work'; task: Task }>
  | Readonly<{ kind: 'rest' }>
  /** Stand at one of the points, after so many others of them were passed. */
  | { readonly kind: 'stand'; readonly stand: number; readonly points: readonly SignalPoint[]; skip: number }
  | Readonly<{ kind: 'go' }>

export type Report =
  | Readonly<{ kind: 'ready' }>
  | Readonly<{ kind: 'standing'; stand: number; point: SignalPoint }>
  | Readonly<{ kind: 'ran'; said: string }>
  | Readonly<{ kind: 'threw'; code: string }>
  | Readonly<{ kind: 'resting' }>

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** A run that meets a restarting server or a stopped owner may take a while to end. */
const REST_TIMEOUT_MS = 30_000

export class Worker {
  readonly role: Role
  readonly name: string
  /** What its runs came to, and how often. */
  readonly said = new Map<string, number>()
  #child: ChildProcess
  #task: Task | null = null
  #isResting = true
  #stands = 0
  #standing: ((point: SignalPoint) => void) | null = null
  #isKilled = false
  #broke: string | null = null

  constructor(role: Role, name: string) {
    this.role = role
    this.name = name
    this.#child = this.#start()
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  work(task: Task): void {
    this.#task = task
    this.#isResting = false
    this.#send({ kind: 'work', task })
  }

  /** Resolves when its last run has ended and its connections are closed. Throws where it ended by itself. */
  async rest(): Promise<void> {
    this.go()
    this.#send({ kind: 'rest' })
    await eventually(`${this.name} rests`, () => this.#isResting || this.#broke !== null, REST_TIMEOUT_MS)
    this.#task = null
    const broke = this.#broke
    if (broke === null) return
    this.#broke = null
    this.#isResting = true
    this.#child = this.#start()
    throw new Error(broke)
  }

  /** Resolves with the point at which it stands; never, where it never comes to one. Let it `go` in the end. */
  stand(points: readonly SignalPoint[], skip: number): Promise<SignalPoint> {
    const { promise, resolve } = Promise.withResolvers<SignalPoint>()
    this.#stands += 1
    this.#standing = resolve
    this.#send({ kind: 'stand', stand: this.#stands, points, skip })
    return promise
  }

  /** Lets it go on, and forgets where it should stand. */
  go(): void {
    this.#standing = null
    this.#send({ kind: 'go' })
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.pid, signal)
  }

  /** `kill -9`, and a new process in its place that goes on with the same work. */
  async kill(): Promise<void> {
    if (this.#broke !== null) throw new Error(this.#broke)
    this.#isKilled = true
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await gone
    this.#isKilled = false
    this.#child = this.#start()
    if (this.#task !== null) this.work(this.#task)
  }

  end(): void {
    this.#isKilled = true
    this.#child.kill('SIGKILL')
  }

  #send(order: Order): void {
    // A process that has just ended cannot be told; `exit` says so.
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  #start(): ChildProcess {
    const child = fork(PROGRAM, [this.role, this.name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.on('message', (report: Report) => this.#heard(report))
    child.on('exit', (code, signal) => {
      if (!this.#isKilled) this.#broke = `${this.name} ended by itself (${signal ?? code})`
    })
    return child
  }

  #heard(report: Report): void {
    if (report.kind === 'resting') this.#isResting = true
    if (report.kind === 'standing') {
      if (report.stand === this.#stands && this.#standing !== null) this.#standing(report.point)
      else this.#send({ kind: 'go' })
    }
    const words = report.kind === 'ran' ? report.said : report.kind === 'threw' ? report.code : null
    if (words !== null) this.said.set(words, (this.said.get(words) ?? 0) + 1)
  }
}
