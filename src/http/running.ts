/**
 * The runs that this process works on for its callers. A caller who goes away ends nothing. When the service stops,
 * every run ends at its batch, and `stop` waits for that.
 */
import { MothballError } from '../core/errors/index.ts'
import type { ArchiveEvent } from '../core/event.ts'
import type { Policy } from '../core/policy.ts'
import type { RunOptions, RunResult } from '../core/run.ts'
import { type Archiver, createArchiver } from '../engine/archiver.ts'
import type { Engine } from '../engine/ports.ts'
import { run } from '../engine/run/run.ts'

export type StartedRun = Extract<ArchiveEvent, { kind: 'run-started' }>

type Listener = (event: ArchiveEvent) => void

/** To be told when the work is open, and what aborts it. */
type Opening<Opened> = Readonly<{ started: (opened: Opened) => void; signal: AbortSignal }>

export class Running {
  readonly #engine: Engine
  readonly #archiver: Archiver
  readonly #onUnexpected: (error: unknown) => void
  readonly #stopping = new AbortController()
  readonly #closing = new AbortController()
  readonly #open = new Set<Promise<unknown>>()
  readonly #listeners = new Set<Listener>()

  constructor(engine: Engine, onUnexpected: (error: unknown) => void) {
    this.#engine = engine
    this.#archiver = createArchiver(engine)
    this.#onUnexpected = onUnexpected
  }

  /** Aborted as soon as the service begins to stop. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Resolves when the run is open and has its number; rejects where it never began. It goes on by itself. */
  start(policy: Policy, options: RunOptions): Promise<StartedRun> {
    return this.begin<StartedRun>((_archiver, { started }) =>
      this.complete(policy, options, (event) => {
        if (event.kind === 'run-started') started(event)
      }),
    )
  }

  /** The same for any work that says when it is open. What it throws afterwards stands in its run, and in the log. */
  begin<Opened>(work: (archiver: Archiver, opening: Opening<Opened>) => Promise<unknown>): Promise<Opened> {
    const opened = Promise.withResolvers<Opened>()
    let isOpen = false
    const open = (what: Opened) => {
      isOpen = true
      opened.resolve(what)
    }
    this.work((signal) => work(this.#archiver, { started: open, signal })).catch((error: unknown) => {
      if (isOpen) this.#onUnexpected(error)
      else opened.reject(error)
    })
    return opened.promise
  }

  /** The same, to its end. Throws `stopping` where nothing new may begin. */
  async complete(policy: Policy, options: RunOptions, listen: Listener = () => undefined): Promise<RunResult> {
    if (this.#stopping.signal.aborted) throw new MothballError('stopping')
    const emit = (event: ArchiveEvent) => {
      listen(event)
      this.#tell(event)
    }
    return this.#keep(run({ ...this.#engine, emit }, policy, { ...options, signal: this.#stopping.signal }))
  }

  /** Counts any other work that the stop has to wait for. */
  async work<T>(begin: (stopping: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#stopping.signal.aborted) throw new MothballError('stopping')
    return this.#keep(begin(this.#stopping.signal))
  }

  /** Hears every event of these runs until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Aborted when all runs have ended: whoever still tells of them says the last word and ends. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#open)
    this.#closing.abort()
  }

  #tell(event: ArchiveEvent): void {
    this.#engine.emit(event)
    for (const listener of this.#listeners) listener(event)
  }

  async #keep<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work)
    try {
      return await work
    } finally {
      this.#open.delete(work)
    }
  }
}
